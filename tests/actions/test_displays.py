"""Links that open a display once, what a revoked display is worth, and a host's words."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from volunteer.actions import displays, registry
from volunteer.models import Credit, Display, DisplayLink, Headcount, HostStatement, Site, VisitFlag
from volunteer.rules.kinds import Flag, Grade, VisitState
from volunteer.rules.reasons import Reason
from volunteer.stats.sites import own_display

GRACE = timedelta(hours=2)
KEEPERS = ("leader", "secretary", "organiser", "office")
OTHERS = ("mei", "neighbour", "admin", "auditor")


def link(stage: Stage, login: str = "leader", when: str = "08:50") -> str:
    return displays.make_link(stage.session, site_id=stage.cast.site, actor=stage.actor(login), now=at(when))


def host_link(stage: Stage, login: str = "leader", when: str = "08:50") -> str:
    return displays.make_host_link(
        stage.session, shift_id=stage.cast.shift, actor=stage.actor(login), grace=GRACE, now=at(when)
    )


def opened(stage: Stage, token: str, when: str = "08:51") -> Display:
    key = displays.open_link(stage.session, token=token, now=at(when))
    found = select(Display).where(Display.key_digest == displays.digest_of(key))
    return stage.session.scalars(found).one()


@pytest.mark.parametrize("login", KEEPERS)
def test_every_keeper_makes_links(stage: Stage, login: str) -> None:
    display = opened(stage, link(stage, login))
    assert (display.site_id, display.host_shift_id) == (stage.cast.site, None)
    host = opened(stage, host_link(stage, login))
    assert (host.site_id, host.host_shift_id) == (stage.cast.site, stage.cast.shift)


@pytest.mark.parametrize("login", OTHERS)
def test_nobody_else_makes_links(stage: Stage, login: str) -> None:
    for make in (link, host_link):
        with stage.refused(Reason.NOT_ALLOWED):
            make(stage, login)


def test_the_database_holds_neither_token_nor_key(stage: Stage) -> None:
    token = link(stage)
    key = displays.open_link(stage.session, token=token, now=at("08:51"))
    held = {
        *stage.session.scalars(select(DisplayLink.digest)),
        *stage.session.scalars(select(Display.key_digest)),
    }
    assert held.isdisjoint({token, key})
    assert {displays.digest_of(token), displays.digest_of(key)} <= held


def test_a_link_opens_one_display(stage: Stage) -> None:
    token = link(stage)
    opened(stage, token)
    with stage.refused(Reason.LINK_GONE):
        displays.open_link(stage.session, token=token, now=at("08:52"))


def test_a_token_that_nobody_made_opens_nothing(stage: Stage) -> None:
    with stage.refused(Reason.LINK_GONE):
        displays.open_link(stage.session, token="x", now=at("08:52"))


@pytest.mark.parametrize(("when", "is_open"), [("17 08:49:59", True), ("17 08:50:00", False)])
def test_a_link_lasts_a_day(stage: Stage, when: str, is_open: bool) -> None:
    token = link(stage)
    if is_open:
        opened(stage, token, when)
    else:
        with stage.refused(Reason.LINK_GONE):
            displays.open_link(stage.session, token=token, now=at(when))


@pytest.mark.parametrize(("when", "is_open"), [("13:59:59", True), ("14:00:00", False)])
def test_a_hosts_link_lasts_to_the_end_of_the_grace(stage: Stage, when: str, is_open: bool) -> None:
    token = host_link(stage)
    if is_open:
        opened(stage, token, when)
    else:
        with stage.refused(Reason.LINK_GONE):
            displays.open_link(stage.session, token=token, now=at(when))


def test_no_host_is_asked_to_a_shift_that_is_over(stage: Stage) -> None:
    host_link(stage, when="11:59:59")
    with stage.refused(Reason.OUTSIDE_SHIFT):
        host_link(stage, when="12:00")


def test_a_withdrawn_link_opens_nothing_and_an_opened_one_is_not_withdrawn(stage: Stage) -> None:
    withdrawn, used = link(stage), link(stage)
    ids = {one.digest: one.id for one in stage.session.scalars(select(DisplayLink))}
    displays.withdraw_link(
        stage.session,
        link_id=ids[displays.digest_of(withdrawn)],
        actor=stage.actor("organiser"),
        now=at("08:51"),
    )
    with stage.refused(Reason.LINK_GONE):
        displays.open_link(stage.session, token=withdrawn, now=at("08:52"))
    opened(stage, used)
    with stage.refused(Reason.LINK_GONE):
        displays.withdraw_link(
            stage.session,
            link_id=ids[displays.digest_of(used)],
            actor=stage.actor("leader"),
            now=at("08:53"),
        )


def test_two_displays_of_a_site_have_codes_of_their_own(stage: Stage) -> None:
    first, second = opened(stage, link(stage)), opened(stage, link(stage))
    assert first.handle != second.handle
    stage.come("mei", "09:00", handle=first.handle)
    stage.come("ning", "09:00", handle=second.handle)


def test_a_linked_display_is_not_the_one_on_the_makers_own_pages(stage: Stage) -> None:
    opened(stage, link(stage))
    leader = stage.cast.leader_account
    assert own_display(stage.session, stage.cast.site, leader) is None
    own = registry.open_display(
        stage.session, site_id=stage.cast.site, actor=stage.actor("leader"), now=at("08:52")
    )
    found = own_display(stage.session, stage.cast.site, leader)
    assert found is not None
    assert found.handle == own


def test_a_revoked_displays_sheet_is_worthless_and_a_new_link_brings_a_new_handle(stage: Stage) -> None:
    display = opened(stage, link(stage))
    handle = display.handle
    registry.revoke_display(stage.session, handle=handle, actor=stage.actor("organiser"), now=at("09:00"))
    with stage.refused(Reason.CODE_UNKNOWN):
        stage.come("mei", "09:01", handle=handle)
    assert opened(stage, link(stage)).handle != handle


def test_who_made_the_link_and_scans_its_display_herself_stands_alone(stage: Stage) -> None:
    display = opened(stage, link(stage, "secretary"))
    assert stage.come("hua", "09:00", handle=display.handle).grade is Grade.D
    assert stage.come("mei", "09:00", handle=display.handle).grade is Grade.B


def test_only_the_college_marks_a_site_as_one_without_a_network(stage: Stage) -> None:
    for login in ("leader", "secretary", "admin", "auditor"):
        with stage.refused(Reason.NOT_ALLOWED):
            registry.mark_offline(
                stage.session,
                site_id=stage.cast.site,
                is_offline=True,
                actor=stage.actor(login),
                now=at("08:00"),
            )
    registry.mark_offline(
        stage.session,
        site_id=stage.cast.site,
        is_offline=True,
        actor=stage.actor("office"),
        now=at("08:00"),
    )
    assert stage.session.get_one(Site, stage.cast.site).is_offline


# --- a host's words ---


def counts(stage: Stage, display: Display, counted: int, when: str) -> None:
    displays.host_counts(stage.session, display_id=display.id, counted=counted, now=at(when))


def states(stage: Stage, display: Display, when: str) -> None:
    displays.host_states(stage.session, display_id=display.id, now=at(when))


@pytest.mark.parametrize(
    ("when", "is_counted"), [("08:59:59", False), ("09:00", True), ("11:59:59", True), ("12:00", False)]
)
def test_a_host_counts_while_the_shift_runs(stage: Stage, when: str, is_counted: bool) -> None:
    host = opened(stage, host_link(stage))
    if is_counted:
        counts(stage, host, 3, when)
        count = stage.session.scalars(select(Headcount)).one()
        assert (count.counted, count.checked_in, count.display_id, count.by_account_id) == (
            3,
            0,
            host.id,
            None,
        )
    else:
        with stage.refused(Reason.OUTSIDE_SHIFT):
            counts(stage, host, 3, when)


@pytest.mark.parametrize(
    ("when", "is_taken"),
    [("11:44:59", False), ("11:45", True), ("17 12:00:00", True), ("17 12:00:01", False)],
)
def test_a_host_states_at_the_end(stage: Stage, when: str, is_taken: bool) -> None:
    host = opened(stage, host_link(stage))
    if is_taken:
        states(stage, host, when)
        states(stage, host, when)
        statement = stage.session.scalars(select(HostStatement)).one()
        assert (statement.shift_id, statement.at) == (stage.cast.shift, at(when))
    else:
        with stage.refused(Reason.OUTSIDE_SHIFT):
            states(stage, host, when)


def test_a_display_that_is_no_hosts_says_nothing(stage: Stage) -> None:
    display = opened(stage, link(stage))
    with stage.refused(Reason.DISPLAY_REVOKED):
        counts(stage, display, 1, "10:00")
    with stage.refused(Reason.DISPLAY_REVOKED):
        states(stage, display, "12:00")


def test_a_revoked_host_says_nothing_more(stage: Stage) -> None:
    host = opened(stage, host_link(stage))
    registry.revoke_display(stage.session, handle=host.handle, actor=stage.actor("leader"), now=at("09:00"))
    with stage.refused(Reason.DISPLAY_REVOKED):
        counts(stage, host, 1, "10:00")
    with stage.refused(Reason.DISPLAY_REVOKED):
        states(stage, host, "12:00")


def test_a_hosts_words_never_add_a_minute(stage: Stage) -> None:
    host = opened(stage, host_link(stage))
    visit = stage.serve("mei", "09:00", "11:00", printed=True)
    stage.come("ning", "09:00")
    before = stage.count(Credit)
    counts(stage, host, 1, "11:30")
    states(stage, host, "12:00")
    assert stage.count(Credit) == before
    assert stage.stands(visit) == (VisitState.PENDING, Grade.D, 0)
    assert stage.visit_of("ning").state is VisitState.OPEN


def test_a_hosts_other_number_is_a_flag_on_who_is_in(stage: Stage) -> None:
    host = opened(stage, host_link(stage))
    visit = stage.come("mei", "09:00").visit_id
    counts(stage, host, 1, "10:00")
    assert stage.count(VisitFlag) == 0
    counts(stage, host, 2, "10:01")
    assert stage.flags(visit) == {Flag.HEADCOUNT_DIFFERS}
