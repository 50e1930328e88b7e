"""Many at once on site: one link opens one screen, one pass counts once, and every count is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tests.actions.phone import Phone
from tests.actions.stage import at
from tests.actions.test_passes import shown
from tests.actions.test_races import Hall, made_hall
from tests.cast import Cast
from volunteer.actions import displays, headcounts, passes
from volunteer.actions.passes import Scanned
from volunteer.models import Display, Headcount, PassScan, VisitFlag, Witness
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Verdict
from volunteer.rules.reasons import Reason

BROWSERS = 20


@pytest.fixture
def hall(engine: Engine, committed_cast: Cast, campus: Campus, tmp_path: Path) -> Iterator[Hall]:
    """Everything committed; what a test left is proven at its end."""
    for hall in made_hall(engine, committed_cast, campus, tmp_path):
        yield hall
        with hall.stage() as stage:
            stage.prove()


def test_of_twenty_browsers_one_becomes_the_screen(hall: Hall) -> None:
    with hall.stage() as stage:
        token = displays.make_link(
            stage.session, site_id=hall.cast.site, actor=stage.actor("leader"), now=at("08:50")
        )
    found = hall.at_once(
        [lambda stage: displays.open_link(stage.session, token=token, now=at("08:51"))] * BROWSERS
    )
    assert sum(one is Reason.LINK_GONE for one in found) == BROWSERS - 1
    assert hall.count(Display.key_digest.is_not(None)) == 1


@pytest.mark.parametrize("is_one_name", [True, False], ids=["one reference", "references of their own"])
def test_a_pass_sent_by_many_counts_once(hall: Hall, is_one_name: bool) -> None:
    with hall.stage() as stage:
        phone = Phone(stage, "mei")
        phone.register()
        stage.come("mei", "09:00")
        text = shown(phone, "10:00")

    def take(number: int) -> object:
        ref = "same-ref" if is_one_name else f"ref-{number:05}"
        return lambda stage: passes.judge(
            stage.session,
            shift_id=hall.cast.shift,
            scanned=[Scanned(client_ref=ref, text=text)],
            actor=stage.actor("leader"),
            campus=hall.campus,
            now=at("10:00"),
        )

    answers = [answer for (answer,) in hall.at_once([take(number) for number in range(BROWSERS)])]
    accepted = sum(answer.refusal is None for answer in answers)
    assert accepted == (BROWSERS if is_one_name else 1)
    assert {answer.refusal.reason for answer in answers if answer.refusal} <= {Reason.SAME_CODE_AGAIN}
    assert hall.count(PassScan.verdict == Verdict.ACCEPTED) == 1
    assert hall.count(Witness.visit_id > 0) == 1


def test_every_count_is_kept_and_the_record_is_flagged_once(hall: Hall) -> None:
    with hall.stage() as stage:
        stage.come("mei", "09:00")
    works = [
        lambda stage, login=login: headcounts.count_heads(
            stage.session, shift_id=hall.cast.shift, counted=5, actor=stage.actor(login), now=at("10:00")
        )
        for login in ("leader", "secretary", "organiser", "office")
    ]
    hall.at_once(works)
    assert sorted(hall.read(select(Headcount.counted, Headcount.checked_in))) == [(5, 1)] * 4
    assert hall.count(VisitFlag.visit_id > 0) == 1
