"""A forgotten check-out: told at home, asked for with the shift's limits, and not offered a second time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from tests.cast import NOON, NOW, Cast
from tests.web.conftest import Browser, Enter

Code = Callable[[datetime], str]


@pytest.fixture
def forgetful(enter: Enter, code: Code, traveller: time_machine.Traveller) -> Browser:
    """Mei came at 08:50 and went without checking out; it is three hours after the shift."""
    mei = enter("mei")
    mei.send("/api/v1/scans", {"code": code(NOW), "action": "in"})
    traveller.move_to(NOON + timedelta(hours=3))
    return mei


def visit_of(browser: Browser) -> int:
    return int(browser.get("/api/v1/me/visits").json["visits"][0]["id"])


def ask(browser: Browser, visit: int, ends_at: str = "2026-03-16T11:50") -> Any:
    return browser.post(f"/records/{visit}/correct", ref=str(uuid4()), ends_at=ends_at, reason="忘记签退")


def test_home_tells_of_it_with_one_tap_to_the_form(forgetful: Browser) -> None:
    home = forgetful.get("/home?lang=en").text
    assert "You did not check out" in home
    assert "Until 2026-03-17 12:00 the leader" in home
    assert f"/records/{visit_of(forgetful)}/correct" in home


def test_the_form_knows_the_limits_of_the_shift_and_the_budget(forgetful: Browser) -> None:
    page = forgetful.get(f"/records/{visit_of(forgetful)}/correct?lang=en").text
    assert 'min="2026-03-16T09:00" max="2026-03-16T12:00"' in page
    assert "7.50 of 7.50 h left" in page


def test_once_asked_the_form_is_not_offered_again(forgetful: Browser) -> None:
    visit = visit_of(forgetful)
    assert ask(forgetful, visit).status_code == 303
    page = forgetful.get(f"/records/{visit}/correct?lang=en").text
    assert "two people look at it" in page and "11:50" in page
    assert 'name="ends_at"' not in page
    assert "You did not check out" not in forgetful.get("/home?lang=en").text
    # A second sending of the form, from an old page, changes nothing.
    again = ask(forgetful, visit, "2026-03-16T10:00")
    assert again.status_code == 200 and "11:50" in again.text


def test_a_time_beyond_the_shift_is_refused_beside_the_field(forgetful: Browser) -> None:
    answer = ask(forgetful, visit_of(forgetful), "2026-03-16T12:01")
    assert answer.status_code == 422
    assert "09:00–12:00" in answer.text


def test_a_record_with_both_ends_offers_no_form(served: Browser, people: Cast) -> None:
    page = served.get(f"/records/{visit_of(served)}/correct?lang=en").text
    assert "nothing is left to correct" in page and 'name="ends_at"' not in page


def test_what_is_left_of_the_budget_shows_at_home(
    forgetful: Browser, enter: Enter, traveller: time_machine.Traveller
) -> None:
    ask(forgetful, visit_of(forgetful))
    (request,) = {
        part.partition("/approve")[0]
        for part in enter("organiser").get("/review").text.split("/review/requests/")[1:]
        if "/approve" in part[:12]
    }
    for who in ("leader", "organiser"):
        traveller.shift(60)
        assert enter(who).post(f"/review/requests/{request}/approve").status_code == 303
    assert "4.66 of 7.50 h left" in forgetful.get("/home?lang=en").text


def test_the_leader_closes_the_shift_until_the_24_hours_are_over(
    forgetful: Browser, enter: Enter, traveller: time_machine.Traveller
) -> None:
    form = 'action="/shifts/S1/close"'
    leader, path = enter("leader"), "/shifts/S1?lang=en"
    traveller.move_to(NOON + timedelta(hours=24))
    page = leader.get(path).text
    assert form in page and "Possible until 2026-03-17 12:00" in page
    traveller.move_to(NOON + timedelta(hours=24, seconds=1))
    page = leader.get(path).text
    assert form not in page and "By now each asks for it under Records" in page


def test_who_alone_forgot_is_sent_to_another_keeper(
    enter: Enter, code: Code, traveller: time_machine.Traveller
) -> None:
    secretary = enter("secretary")
    secretary.send("/api/v1/scans", {"code": code(NOW), "action": "in"})
    traveller.move_to(NOON + timedelta(hours=3))
    page = secretary.get("/shifts/S1?lang=en").text
    assert 'action="/shifts/S1/close"' not in page and "Another keeper of the post" in page
    assert 'action="/shifts/S1/close"' in enter("leader").get("/shifts/S1").text
