"""The calendar of one's own shifts, read back by a calendar library: times, changes, and who may read it."""

from collections.abc import Callable
from typing import Any

import icalendar
import pytest
import time_machine
from sqlalchemy import select

from tests.actions.stage import at
from tests.cast import Cast
from tests.web.conftest import Browser, Enter
from volunteer.actions import shifts, sign_ups
from volunteer.models import Account, CalendarLink
from volunteer.rules.spans import Span

Write = Callable[..., Any]


@pytest.fixture(autouse=True)
def _friday(traveller: time_machine.Traveller) -> None:
    traveller.move_to(at("13 09:00"))


@pytest.fixture
def mei(enter: Enter, people: Cast) -> Browser:
    """Mei's browser; she has signed up for S1."""
    mei = enter("mei")
    assert mei.post("/sign-ups/S1").status_code == 303
    return mei


def only_event(content: bytes) -> Any:
    calendar: Any = icalendar.Calendar.from_ical(content)
    (event,) = calendar.events
    return event


def event_of(browser: Browser) -> Any:
    answer = browser.get("/my-calendar.ics")
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    return only_event(answer.data)


def told(event: Any) -> tuple[str, int]:
    return str(event["status"]), int(event["sequence"])


def test_a_shift_stands_at_its_campus_time_with_zone_place_and_name(mei: Browser, people: Cast) -> None:
    event = event_of(mei)
    assert event.start == at("09:00") and event.end == at("12:00")
    assert str(event.start.tzinfo) == "Asia/Shanghai" and event.start.hour == 9
    assert str(event["summary"]) == "岗位READ" and "市图书馆" in str(event["location"])
    calendar: Any = icalendar.Calendar.from_ical(mei.get("/my-calendar.ics").data)
    assert [str(zone["tzid"]) for zone in calendar.timezones] == ["Asia/Shanghai"]
    assert (str(calendar["version"]), str(calendar["method"])) == ("2.0", "PUBLISH")


def test_it_is_the_same_entry_with_a_higher_number_whatever_happens(
    mei: Browser, people: Cast, write: Write, campus: Any
) -> None:
    first = event_of(mei)
    seen = [told(first)]

    def change(session: Any) -> None:
        shifts.change(
            session,
            shift_id=people.shift,
            span=Span(at("10:00"), at("12:00")),
            breaks=(),
            capacity=1,
            actor=None,
            now=at("13 10:00"),
        )

    def cancel(session: Any) -> None:
        shifts.cancel(session, shift_id=people.shift, reason="闭馆", actor=None, now=at("13 11:00"))

    write(change)
    assert event_of(mei).start == at("10:00")
    seen.append(told(event_of(mei)))
    for path in ("/sign-ups/S1/withdraw", "/sign-ups/S1"):
        mei.post(path)
        seen.append(told(event_of(mei)))
    write(cancel)
    last = event_of(mei)
    seen.append(told(last))
    assert [status for status, _ in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED"]
    numbers = [number for _, number in seen]
    assert numbers == sorted(set(numbers))
    assert last["uid"] == first["uid"] and str(last["description"]) == "闭馆"


def test_who_waits_stands_as_tentative_and_then_has_the_place(
    mei: Browser, enter: Enter, people: Cast, write: Write, campus: Any
) -> None:
    def one_place(session: Any) -> None:
        span = Span(at("09:00"), at("12:00"))
        shifts.change(
            session,
            shift_id=people.shift,
            span=span,
            breaks=(),
            capacity=1,
            actor=None,
            now=at("13 10:00"),
        )

    write(one_place)
    ning = enter("ning")
    ning.post("/sign-ups/S1")
    before = told(event_of(ning))
    write(
        lambda session: sign_ups.withdraw(
            session, member_id=people.mei, shift_id=people.shift, campus=campus, now=at("13 11:00")
        )
    )
    after = told(event_of(ning))
    assert (before[0], after[0]) == ("TENTATIVE", "CONFIRMED") and after[1] > before[1]


def address(browser: Browser) -> str:
    """Make an address and return its path."""
    page = browser.post("/my-calendar").text
    return "/my-calendar/" + page.split("/my-calendar/")[1].split('"')[0]


def test_the_address_opens_without_signing_in_until_it_is_revoked(mei: Browser, app: Any, read: Any) -> None:
    path = address(mei)
    stranger = app.test_client()
    assert str(only_event(stranger.get(path).data)["status"]) == "CONFIRMED"
    token = path.removeprefix("/my-calendar/").removesuffix(".ics")
    assert len(token) >= 43 and token not in str(read(select(CalendarLink.digest)))
    assert mei.post("/my-calendar/revoke").status_code == 303
    assert stranger.get(path).status_code == 404


def test_a_new_address_signing_out_everywhere_or_a_closed_account_ends_the_old_one(
    mei: Browser, app: Any, people: Cast, write: Write, enter: Enter
) -> None:
    stranger = app.test_client()
    first, second = address(mei), address(mei)
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (404, 200)

    def close(session: Any, is_closed: bool) -> None:
        session.get_one(Account, people.mei_account).is_closed = is_closed

    write(lambda session: close(session, is_closed=True))
    assert stranger.get(second).status_code == 404
    write(lambda session: close(session, is_closed=False))
    assert stranger.get(second).status_code == 200
    mei.post("/sign-out-everywhere")
    assert stranger.get(second).status_code == 404


@pytest.mark.parametrize("token", ["A" * 43, "x", "..%2f..", "0" * 61])
def test_a_guessed_address_is_not_there(app: Any, people: Cast, token: str) -> None:
    assert app.test_client().get(f"/my-calendar/{token}.ics").status_code == 404
