"""Lists of posts and bases: the closed orders, what has no figure, and drawings on one scale."""

from datetime import date

import pytest
from flask import Flask

from volunteer.rules.kinds import Category
from volunteer.stats.places import PostFacts
from volunteer.stats.rollups import RollUp
from volunteer.web.place_charts import HEIGHT, MOST_PARTS, SHADES, multiples, week
from volunteer.web.place_lists import POST_MARKS, POST_ORDERS, PostLine, Wish, chosen, post_lines

TODAY = date(2026, 3, 16)


def line(code: str, net: int = 0, *, came: int = 0, capacity: int = 0, is_run_here: bool = True) -> PostLine:
    post = PostFacts(
        id=1,
        code=code,
        name=f"岗位{code}",
        category=Category.SERVICE,
        unit_name="一支部",
        is_run_here=is_run_here,
        base_code=None,
        base_name=None,
        last_on=None,
        shifts=1,
        coming=0,
        capacity=capacity,
        came=came,
        unclosed=0,
    )
    served = RollUp(
        code=code, name=code, headcount=1, person_times=1, net=net, credited=net, by_grade=(net, 0, 0, 0)
    )
    (found,) = post_lines([post], {code: served}, TODAY)
    return found


LINES = [line("A", 60, came=1, capacity=2), line("B", 120, came=2, capacity=2), line("C", 90)]


@pytest.mark.parametrize(
    ("sort", "is_turned", "codes"),
    [
        ("hours", False, "BCA"),
        ("hours", True, "ACB"),
        ("name", False, "ABC"),
        ("name", True, "CBA"),
        ("fill", False, "BAC"),
        ("fill", True, "ABC"),
    ],
)
def test_what_has_no_such_figure_comes_last_either_way(sort: str, is_turned: bool, codes: str) -> None:
    wish = Wish(text="", mark="", sort=sort, is_turned=is_turned)
    assert "".join(one.code for one in chosen(LINES, wish, POST_ORDERS, POST_MARKS)) == codes


def test_every_order_and_every_mark_can_be_asked_for(app: Flask) -> None:
    with app.test_request_context():
        for sort in POST_ORDERS:
            for mark in ("", *POST_MARKS):
                wish = Wish(text="岗位", mark=mark, sort=sort, is_turned=False)
                assert len(chosen(LINES, wish, POST_ORDERS, POST_MARKS)) in (0, 3)


def test_a_post_of_somebody_else_is_neither_dry_nor_idle_nor_full() -> None:
    other = line("D", came=1, capacity=1, is_run_here=False)
    assert (other.is_dry, other.is_idle, other.run("fill_pct"), other.run("shifts")) == (
        False,
        False,
        None,
        None,
    )
    own = line("E")
    assert (own.is_dry, own.is_idle, own.run("shifts")) == (True, True, 1)


def test_small_drawings_share_one_scale_and_show_the_last_parts() -> None:
    parts = [f"m{number}" for number in range(30)]
    small = multiples([("A", "甲"), ("B", "乙")], {"A": {"m29": 60, "m0": 999}, "B": {"m28": 30}}, parts)
    assert small.parts == tuple(parts[-MOST_PARTS:]) and small.most == 60
    first, second = small.rows
    assert [bar[2] for bar in first.bars] == [HEIGHT] and [bar[2] for bar in second.bars] == [HEIGHT / 2]
    assert first.minutes[-2:] == (0, 60) and second.minutes[-2:] == (30, 0)
    assert multiples([("A", "甲")], {}, []).most == 0


def test_an_hour_is_as_dark_as_its_share_of_the_most_and_an_empty_one_is_not() -> None:
    cells = [[0] * 24 for _ in range(7)]
    assert week(cells) is None
    cells[0][9], cells[0][10], cells[6][12] = 100, 1, 20
    drawn = week(cells)
    assert drawn is not None and len(drawn.days) == 7
    found = drawn.hours
    assert [row.hour for row in found] == [9, 10, 11, 12]
    assert [found[0].cells[0].shade, found[1].cells[0].shade, found[3].cells[6].shade] == [SHADES, 1, 1]
    assert found[2].cells[0].shade == 0 and found[0].cells[0].count == 100
