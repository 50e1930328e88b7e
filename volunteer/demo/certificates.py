"""Papers of the shown branch: notices of hours, and certificates at every step of their way."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from volunteer.actions import certificates, issue, notices
from volunteer.demo.branches import SHOWN_BRANCH
from volunteer.demo.roster import Fate, Person, Roster
from volunteer.demo.timetable import at_clock
from volunteer.demo.world import DEPUTY, OFFICE, Step, World
from volunteer.rules.kinds import NoticeList, Stage
from volunteer.rules.reasons import Refusal
from volunteer.signatures import CertificateSigner

DAY = timedelta(days=1)
# Days ago on which it was asked for, shown, issued and revoked; what did not happen is left out.
WAYS = ((26, 25, 16, 3), (23, 22, 13), (12, 11), (1,))
SHOWN_WAY = (17, 16, 7)


def papers_of_branch(roster: Roster, *, today: date, zone: ZoneInfo) -> Iterator[Step]:
    """Give every step. What a record of that day does not allow is left out."""
    people = [
        one
        for one in roster.of(SHOWN_BRANCH, Stage.PROBATIONARY)
        if one.fate is Fate.GOES_ON and one.zeal > 0.5 and one is not roster.shown
    ]
    people.sort(key=lambda one: (one.starts_on or today, one.number))
    for person, way in zip([roster.shown, *people], (SHOWN_WAY, *WAYS), strict=False):
        acts: tuple[Callable[..., object], ...] = (_ask, _show, _issue, _revoke)
        for number, (act, ago) in enumerate(zip(acts, way, strict=False)):
            at = at_clock(today - ago * DAY, f"{10 + number}:20", zone)
            yield Step(at, partial(_try, partial(act, person)))
    for which, ago in ((NoticeList.ALL, 40), (NoticeList.ALL, 1)):
        yield Step(at_clock(today - ago * DAY, "16:00", zone), partial(_try, partial(_notice, which)))


def _try(act: Callable[[World, datetime], object], world: World, now: datetime) -> None:
    with suppress(Refusal), world.session.begin_nested():
        act(world, now)


def _ask(person: Person, world: World, now: datetime) -> None:
    world.ids["certificate", person.number] = certificates.ask_certificate(
        world.session,
        member_id=world.member(person.number),
        actor=world.own(person) or world.committee(person.branch),
        campus=world.campus,
        now=now,
    )


def _show(person: Person, world: World, now: datetime) -> None:
    certificates.show_requests(
        world.session,
        ref=f"certificates-{now:%Y%m%d}",
        request_ids=[world.ids.get(("certificate", person.number), 0)],
        actor=world.committee(person.branch),
        campus=world.campus,
        now=now,
    )


def _issue(person: Person, world: World, now: datetime) -> None:
    world.ids["issued", person.number] = issue.issue(
        world.session,
        request_id=world.ids.get(("certificate", person.number), 0),
        actor=world.actor(OFFICE),
        signer=CertificateSigner(world.campus.keyring),
        campus=world.campus,
        now=now,
    )


def _revoke(person: Person, world: World, now: datetime) -> None:
    issue.revoke(
        world.session,
        certificate_id=world.ids.get(("issued", person.number), 0),
        reason="姓名有误,另行出具",
        actor=world.actor(DEPUTY),
        now=now,
    )


def _notice(which: NoticeList, world: World, now: datetime) -> None:
    notices.open_notice(
        world.session,
        ref=f"hours-{now:%Y%m%d}",
        unit_id=world.unit(SHOWN_BRANCH),
        which=which,
        actor=world.committee(SHOWN_BRANCH, "zuzhi"),
        campus=world.campus,
        now=now,
    )
