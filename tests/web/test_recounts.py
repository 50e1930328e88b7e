"""A recount on its pages: chosen, looked at, proposed, and carried out by another person."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.cast import LONG_AGO, NOON, Cast
from tests.web.conftest import Browser, Enter
from volunteer.actions import registry
from volunteer.models import Credit, RecountOrder
from volunteer.rules.policy import HoursPolicy

DAYS = {"from_on": "2026-03-16", "until_on": "2026-03-16", "reason": "党委会决定"}


@pytest.fixture
def halves(served: Browser, write: Any, traveller: Any, read: Any) -> str:
    """The next day a version rounds down to half hours; Mei has served 170 minutes before it."""
    version = HoursPolicy(effective_on=date(2026, 3, 17), rounding_unit_min=60)
    policy = write(lambda session: registry.add_policy(session, policy=version, actor=None, now=LONG_AGO))
    traveller.move_to(NOON + timedelta(days=1))
    return f"/policy/{policy}/recount?lang=en"


def read_out(answer: Any) -> str:
    """Return the page once it has grown to its end."""
    text = str(answer.text)
    answer.close()
    return text


def credited(read: Any) -> int:
    return int(read(select(func.sum(Credit.credited_min))))


def test_two_people_order_it_after_a_look_and_it_is_done_once(
    enter: Enter, people: Cast, halves: str, read: Any
) -> None:
    office, second = enter("office"), enter("office_second")
    assert halves.partition("?")[0] in office.get("/policy").text
    before = credited(read)
    look = read_out(office.post(halves, **DAYS, step="look"))
    assert "Nothing is written yet" in look and "members counted" in look
    proposed = office.post(halves, **DAYS, step="propose")
    assert proposed.status_code == 303
    path = proposed.headers["Location"]
    assert "See what would change" in read_out(office.get(f"{path}?lang=en"))
    assert "Another person must approve it" in read_out(office.post(f"{path}/look?lang=en"))
    assert credited(read) == before
    row = f'href="{path}"><span>1 recount waits for a second person of the college'
    assert row in second.get("/units/COL?lang=en").text and row not in office.get("/units/COL?lang=en").text
    assert "Approve and count" in read_out(second.post(f"{path}/look?lang=en"))
    counted = read_out(second.post(f"{path}/approve?lang=en"))
    assert "1 records of 1 members took the version" in counted
    assert credited(read) == before - before % 60
    lines = read(select(func.count()).select_from(Credit))
    again = read_out(second.post(f"{path}/approve?lang=en"))
    assert "All records of these days are counted" in again
    assert read(select(func.count()).select_from(Credit)) == lines
    assert re.search(r"counted</span></a>", second.get("/policy?lang=en").text)


def test_bad_days_are_named_beside_the_field_and_a_refused_one_changes_nothing(
    enter: Enter, people: Cast, halves: str, read: Any
) -> None:
    office = enter("office")
    back = office.post(halves, **DAYS | {"until_on": "2026-03-15"}, step="look")
    assert back.status_code == 422 and "must not lie before" in back.text
    ahead = office.post(halves, **DAYS | {"until_on": "2027-03-15"}, step="propose")
    assert ahead.status_code == 422
    assert read(select(func.count()).select_from(RecountOrder)) == 0
    path = office.post(halves, **DAYS, step="propose").headers["Location"]
    assert office.post(f"{path}/approve").status_code == 409
    assert office.post(f"{path}/decline").status_code == 303
    assert read(select(RecountOrder.done_at)) is None
