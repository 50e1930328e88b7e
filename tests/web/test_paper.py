"""How lines break on paper: Chinese between any two signs, other writing between words."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask

from tests.actions.stage import SHANGHAI
from volunteer.web.pdf import Paper
from volunteer.web.show import stretch

LINES = {
    "what fits stays": ("王锦洲", ["王锦洲"]),
    "Chinese breaks anywhere": ("信息工程系本科生党支部", ["信息工程系本", "科生党支部"]),
    "no line begins with a comma": ("信息工程系本，科生", ["信息工程系", "本，科生"]),
    "an English word stays whole beside a Chinese name": ("王锦洲 took part", ["王锦洲 took", "part"]),
    "a hyphen breaks between letters": ("Person-hours", ["Person-", "hours"]),
    "a date does not break": ("on 2026-03-02", ["on", "2026-03-02"]),
    "a hash is cut": ("0123456789abcdef", ["0123456789a", "bcdef"]),
    "a break that was typed holds": ("一\n\n二", ["一", "", "二"]),
    "nothing is one line": ("", [""]),
}


@pytest.fixture(scope="module")
def paper() -> Iterator[Paper]:
    paper = Paper("breaks")
    paper.add_page()
    yield paper
    paper.close_fonts()


@pytest.mark.parametrize("text, lines", LINES.values(), ids=LINES)
def test_lines_break_where_a_reader_would(paper: Paper, text: str, lines: list[str]) -> None:
    assert list(paper.broken(text, size=10, width=24)) == lines
    assert paper.lines_of(text, size=10, width=24) == len(lines)


CAME, LEFT = datetime(2026, 3, 2, 8, 27, tzinfo=SHANGHAI), datetime(2026, 3, 2, 11, 30, tzinfo=SHANGHAI)
STRETCHES = {
    "both ends": (CAME, LEFT, "08:27–11:30"),
    "not left": (CAME, None, "08:27–"),
    "never there": (None, None, "–"),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("came_at, left_at, told", STRETCHES.values(), ids=STRETCHES)
def test_a_stretch_without_an_end_has_no_second_dash(
    app: Flask, came_at: datetime | None, left_at: datetime | None, told: str
) -> None:
    with app.test_request_context("/"):
        assert stretch(came_at, left_at) == told
