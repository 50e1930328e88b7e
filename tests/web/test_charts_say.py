"""Every drawing of the pages with charts says what the table behind it says; one that nobody reads fails."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from tests.cast import LONG_AGO, TODAY, Cast
from tests.web.conftest import Browser, Enter
from tests.web.crowd import Crowd
from tests.web.test_received import Read, hours
from volunteer.actions import registry
from volunteer.rules.kinds import Grade
from volunteer.web import charts, place_charts

PAGES = (
    "/units/COL",
    "/units/LAW",
    "/units/COL/places",
    "/units/COL/places/bases",
    "/units/COL/posts/READ",
    "/units/COL/bases/LIB",
    "/units/COL/posts/READ/sheet",
    "/units/COL/bases/LIB/sheet",
)
# Marks, and bars of members: their figure stands beside them.
NO_CHARTS = {"icon", "swatch", "bar", "logo"}
Svg = Any


@pytest.fixture
def office(served: Browser, enter: Enter, people: Cast, write: Any) -> Browser:
    def more(session: Session) -> None:
        Crowd(session, people, 1, 200).come()
        day = TODAY.replace(month=2, day=1)
        end = TODAY.replace(month=7, day=1)
        registry.add_term(
            session, code="T1", name="春", starts_on=day, ends_before=end, actor=None, now=LONG_AGO
        )

    write(more)
    return enter("office")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_chart_says_what_its_table_says(office: Browser) -> None:
    read = set()
    for path in PAGES:
        page = office.get(path).text
        found: dict[str, list[Svg]] = {}
        for svg in _drawings(page):
            found.setdefault(svg.get("class") or "small", []).append(svg)
        for kind, drawings in found.items():
            CHARTS[kind](drawings, page)
        read |= found.keys()
    assert read == CHARTS.keys()


def _drawings(page: str) -> list[Svg]:
    found = re.findall(r"<svg.*?</svg>", page.partition("<main")[2], re.DOTALL)
    parsed = [ElementTree.fromstring(text) for text in found]
    return [svg for svg in parsed if svg.get("class") not in NO_CHARTS and svg.get("viewBox") != "0 0 12 12"]


def _months(drawings: list[Svg], page: str) -> None:
    """The height of each part is its hours on the scale of the lines."""
    (svg,) = drawings
    table = Read(page).table("A 双向核验")
    first = table[0].index("A 双向核验")
    titles = [int(row[0][5:]) for row in table[1:]]
    top = max(int(one.text) for one in svg.iter("text") if one.get("class") == "hours")
    drawn = {
        (_month(svg, part), Grade(part.get("class")[-1])): float(part.get("height")) * top / charts.HEIGHT
        for part in svg.iter("rect")
    }
    said = {
        (month, grade): hours(row[first + place])
        for month, row in zip(titles, table[1:], strict=True)
        for place, grade in enumerate((Grade.A, Grade.B, Grade.C, Grade.E))
        if hours(row[first + place])
    }
    assert drawn == pytest.approx(said, rel=0.02) and said


def _month(svg: Svg, part: Svg) -> int:
    """Return the month that stands below a part."""
    middle = float(part.get("x")) + 8
    return next(
        int(one.text)
        for one in svg.iter("text")
        if one.get("class") == "month" and float(one.get("x")) == middle
    )


def _week(drawings: list[Svg], page: str) -> None:
    """The figure in each square is that of the table, and the darkest has the most."""
    (svg,) = drawings
    table = Read(page).table("时")
    squares = [int(one.get("class")[-1]) for one in svg.iter("rect")]
    figures = {
        (float(one.get("x")), float(one.get("y"))): one.text
        for one in svg.iter("text")
        if one.get("class").startswith("on-")
    }
    places = [(float(one.get("x")) + 22, float(one.get("y")) + 15) for one in svg.iter("rect")]
    said = [cell for row in table[1:] for cell in row[1:]]
    assert [figures.get(place, "–") for place in places] == said
    assert [one.text for one in svg.iter("text") if one.get("class") == "hour"] == [
        row[0] for row in table[1:]
    ]
    counts = [0 if cell == "–" else int(cell) for cell in said]
    assert squares == [-(-count * place_charts.SHADES // max(counts)) for count in counts]


def _standing(drawings: list[Svg], page: str) -> None:
    """Each part of the bar is named with its number, and the more there are, the wider it is."""
    (svg,) = drawings
    names = [part.text for part in svg.iter("title")]
    counts = [int(name.rpartition("：")[2]) for name in names]
    widths = [float(one.get("width")) for one in svg.iter("rect")]
    total = re.search(r"<dt>合计</dt><dd><a[^>]*>(\d+)</a>", page)
    assert total and sum(counts) == int(total[1])
    assert sum(widths) == pytest.approx(1000, abs=1)
    # Each part stays wide enough to be seen.
    assert [width for _, width in sorted(zip(counts, widths, strict=True))] == sorted(widths)


def _small(drawings: list[Svg], page: str) -> None:
    """The bars of each small drawing are a line of the table, on one scale for all."""
    table = next(table for table in Read(page).tables if "2026-03" in table[0] or "春" in table[0][1:])
    top = max(hours(cell) for row in table[1:] for cell in row[1:])
    for svg, row in zip(drawings, table[1:], strict=True):
        drawn = {
            int(float(bar.get("x")) // place_charts.COLUMN): float(bar.get("height")) / place_charts.HEIGHT
            for bar in svg.iter("rect")
        }
        said = {number: hours(cell) / top for number, cell in enumerate(row[1:]) if hours(cell)}
        assert drawn == pytest.approx(said, rel=0.02)


CHARTS: dict[str, Callable[[list[Svg], str], None]] = {
    "months": _months,
    "heat": _week,
    "stand-bar": _standing,
    "small": _small,
}
