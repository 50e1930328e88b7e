"""Timetables on pages: every date is seen before it is published; a unit's week with its gaps."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from tests.actions.stage import at
from tests.cast import Cast, System
from tests.web.conftest import Browser, Enter
from volunteer.actions.sign_ups import sign_up
from volunteer.database import db
from volunteer.models import Shift, ShiftBreak

PATH = "/posts/READ/timetable"
# Mondays and Thursdays; NOW is Monday 2026-03-16, 08:50, and S1 runs from 09:00 to 12:00.
FORM = {
    "day0": "true",
    "day3": "true",
    "start1": "14:00",
    "end1": "16:00",
    "from_on": "2026-03-16",
    "to_on": "2026-04-09",
    "days": "no_holidays",
    "capacity": "3",
}


def look(browser: Browser, **changes: str) -> tuple[int, str, dict[str, str]]:
    """Return status, page and the form to publish with what was seen."""
    form = FORM | changes
    answer = browser.post(PATH, act="look", **form)
    seen = re.search(r'name="seen" value="([^"]+)"', answer.text)
    return answer.status_code, answer.text, form | {"seen": seen[1] if seen else ""}


def count(read: Any, *where: Any) -> int:
    found: int = read(select(func.count(Shift.id)).where(*where))
    return found


def test_the_dates_are_seen_before_they_are_published_all_at_once(
    enter: Enter, people: Cast, read: Any
) -> None:
    leader = enter("leader")
    status, page, form = look(leader, break_from1="15:00", break_to1="15:10")
    # 2026-04-06 is a public holiday.
    assert (status, "发布 7 个班次" in page, "4月6日" in page) == (200, True, False)
    assert count(read) == 1
    assert leader.post(PATH, act="publish", **form).status_code == 303
    assert (count(read), read(select(func.count(ShiftBreak.id)))) == (8, 7)
    assert read(select(func.min(Shift.starts_at)).where(Shift.capacity == 3)) == at("14:00")


def test_every_day_named_means_holidays_too(enter: Enter, people: Cast) -> None:
    assert "发布 8 个班次" in look(enter("leader"), days="all")[1]


def test_overlapping_and_past_dates_are_marked_and_left_out(enter: Enter, people: Cast, read: Any) -> None:
    leader = enter("leader")
    _, page, form = look(
        leader, from_on="2026-03-12", start1="08:30", end1="09:30", start2="11:00", end2="13:00"
    )
    assert "已过去的 3 个时段不再发布" in page
    assert page.count("不发布：与 09:00–12:00 重叠") == 1
    leader.post(PATH, act="publish", **form)
    assert count(read) > 1
    again = look(leader, start1="11:00", end1="13:00", from_on="2026-03-19")[1]
    assert "已发布" in again


def test_what_changed_in_between_is_shown_again_before_anything_is_published(
    enter: Enter, people: Cast, write: Any, read: Any
) -> None:
    leader = enter("leader")
    _, _, form = look(leader)
    write(lambda session: System(session).shift("X", people.post, at("19 15:00"), at("19 17:00")))
    answer = leader.post(PATH, act="publish", **form)
    assert (answer.status_code, "其间有了变化" in answer.text) == (422, True)
    assert "重叠" in answer.text
    assert count(read) == 2


def test_a_term_gives_its_days(enter: Enter, people: Cast, write: Any) -> None:
    from datetime import date

    from volunteer.actions import registry

    def term(session: Any) -> int:
        return registry.add_term(
            session,
            code="T1",
            name="春季学期",
            starts_on=date(2026, 3, 1),
            ends_before=date(2026, 3, 31),
            actor=None,
            now=at("08:00"),
        )

    write(term)
    leader = enter("leader")
    assert "春季学期" in leader.get(PATH).text
    page = look(leader, term="T1", from_on="", to_on="")[1]
    assert "发布 5 个班次" in page
    assert "已过去的 4 个时段不再发布" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day0": "", "day3": ""}, "星期几"),
        ({"start1": "", "end1": ""}, "时段"),
        ({"end1": ""}, "同时填写"),
        ({"start1": "25:00"}, "08:30"),
        ({"break_from1": "15:00"}, "同时填写"),
        ({"break_from1": "13:00", "break_to1": "14:30"}, "须在班次"),
        ({"to_on": ""}, "起止日期"),
        ({"to_on": "2026-03-15"}, "末日"),
        ({"to_on": "2027-03-30"}, "末日"),
        ({"to_on": "2026-03-16", "day0": ""}, "星期几"),
        ({"capacity": "0"}, "整数"),
        ({"term": "NONE"}, "请检查这里"),
    ],
)
def test_what_is_wrong_is_said(
    enter: Enter, people: Cast, read: Any, change: dict[str, str], said: str
) -> None:
    if change.get("term"):
        change = change | {"from_on": "", "to_on": ""}
    status, page, _ = look(enter("leader"), **change)
    assert status == 422
    assert said in page
    assert count(read) == 1


@pytest.mark.parametrize(("who", "status"), [("neighbour", 404), ("mei", 403), ("secretary", 200)])
def test_only_the_keepers_of_the_post_plan_it(enter: Enter, people: Cast, who: str, status: int) -> None:
    assert enter(who).get(PATH).status_code == status


# --- the week ---


def test_the_week_shows_shifts_and_gaps_by_post_and_day(enter: Enter, people: Cast, write: Any) -> None:
    write(lambda session: System(session).shift("X", people.post, at("14:00"), at("16:00")))
    page = enter("secretary").get("/units/LAW/week").text
    assert "09:00–12:00" in page
    assert "空 12:00–14:00" in page
    assert page.count('class="gap"') == 13
    assert "没有班次的服务岗：2 个" in page
    assert 'href="?from=2026-03-09"' in page
    after = enter("secretary").get("/units/LAW/week?from=2026-03-25").text
    assert after.count('class="gap"') == 14
    assert enter("neighbour").get("/units/LAW/week").status_code == 404


@pytest.mark.parametrize("text", ["x", "2026-13-01", "1900-01-01", "9999-12-31", ""])
def test_a_senseless_week_is_this_week(enter: Enter, people: Cast, text: str) -> None:
    page = enter("auditor").get(f"/units/COL/week?from={text}")
    assert (page.status_code, 'href="?from=2026-03-09"' in page.text) == (200, True)
    assert 'href="/shifts/' not in page.text


def test_a_week_of_many_posts_asks_the_same_few_questions(
    app: Flask, enter: Enter, people: Cast, write: Any
) -> None:
    office = enter("office")
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *about: statements.append(about[2]))

    def asked() -> int:
        statements.clear()
        answer = office.get("/units/COL/week")
        assert (answer.status_code, len(answer.data) < 100_000) == (200, True)
        return len(statements)

    few = asked()

    def many(session: Any) -> None:
        for number in range(40):
            post = System(session).post(f"P{number}", people.law)
            for day in range(17, 22):
                System(session).shift(f"P{number}-{day}", post, at(f"{day} 09:00"), at(f"{day} 12:00"))

    write(many)
    assert few <= 12
    assert asked() == few


def test_gaps_are_the_coming_shifts_with_a_free_place_of_the_next_two_weeks(
    enter: Enter, people: Cast, write: Any, campus: Any
) -> None:
    def happen(session: Any) -> None:
        system = System(session)
        for code, start, end, capacity in (
            ("FULL", "17 09:00", "17 10:00", 1),
            ("FREE", "17 11:00", "17 12:00", 3),
            ("OPEN", "18 11:00", "18 12:00", None),
            ("LAST", "30 08:49", "30 09:30", 2),
            ("FAR", "30 09:30", "30 10:00", 2),
        ):
            system.shift(code, people.post, at(start), at(end), capacity=capacity)
        for code in ("FULL", "FREE"):
            shift_id = session.scalars(select(Shift.id).where(Shift.code == code)).one()
            sign_up(session, member_id=people.mei, shift_id=shift_id, campus=campus, now=at("16 08:00"))

    write(happen)
    page = enter("secretary").get("/units/LAW/gaps").text
    assert re.findall(r'href="/shifts/(\w+)"', page) == ["S1", "FREE", "OPEN", "LAST"]
    assert "1 / 3" in page
    assert enter("neighbour").get("/units/LAW/gaps").status_code == 404
    assert "1/3" in enter("secretary").get("/units/LAW/week").text


def test_who_had_a_place_and_did_not_come_is_named_to_the_committee(
    enter: Enter, people: Cast, write: Any, campus: Any, traveller: Any
) -> None:
    write(
        lambda session: sign_up(
            session, member_id=people.mei, shift_id=people.shift, campus=campus, now=at("16 08:00")
        )
    )
    secretary = enter("secretary")
    assert "李梅" not in secretary.get("/units/LAW/gaps").text
    traveller.move_to(at("16 12:00"))
    page = secretary.get("/units/LAW/gaps").text
    assert f'href="/members/{people.mei}"' in page
    assert "报名 1 个班次，到岗 0 次" in secretary.get(f"/members/{people.mei}").text
