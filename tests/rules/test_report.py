"""A report adds up, has one spelling, and says what is different from another."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest

from volunteer.rules.differences import differences
from volunteer.rules.kinds import Figure, Grade, Phase, ReportKind, Status, UnitKind
from volunteer.rules.names import clean_text
from volunteer.rules.periods import period_named
from volunteer.rules.reasons import Refusal
from volunteer.rules.report import (
    Axis,
    Head,
    Place,
    Report,
    Stood,
    Visited,
    all_lines,
    digest_of,
    figures_of,
    read,
)

UNITS = [
    Place(code="COL", name="学院"),
    Place(code="LAW", name="法学", above="COL"),
    Place(code="G1", name="第一党小组", above="LAW"),
    Place(code="BIO", name="生物", above="COL"),
]


def visit(number: int, member: int, unit: str, day: int, **more: object) -> Visited:
    values: dict[str, object] = {
        "post": "READ",
        "base": "LIB",
        "net": 60,
        "credited": 50,
        "grade": Grade.B,
        "is_in_time": True,
    }
    values |= more
    return Visited(id=number, member_id=member, unit=unit, served_on=date(2026, 3, day), **values)  # type: ignore[arg-type]


VISITS = [
    visit(1, 7, "G1", 1),
    visit(2, 7, "G1", 1),
    visit(3, 7, "LAW", 2, grade=Grade.E, is_in_time=False),
    visit(4, 8, "BIO", 2, post="GATE", base=None, net=30, credited=30),
]
MEMBERS = [
    Stood(
        member_id=7,
        unit="LAW",
        counted=2999,
        threshold=3000,
        phase=Phase.IN_WINDOW,
        status=Status.NEAR,
    ),
    Stood(member_id=9, unit="BIO", counted=0, threshold=3000, phase=Phase.NO_WINDOW, status=None),
]


def report(visits: list[Visited] = VISITS, members: list[Stood] = MEMBERS) -> Report:
    return Report(
        unit=UNITS[0],
        unit_kind=UnitKind.COLLEGE,
        period=period_named(ReportKind.MONTH, "2026-03", {}),
        judged_on=date(2026, 3, 31),
        policy_on=date(2025, 1, 1),
        threshold=3000,
        figures=figures_of(visits, members),
        lines=all_lines(visits, UNITS, members),
        units=UNITS,
        posts=[
            Place(code="GATE", name="门岗"),
            Place(code="READ", name="阅览", above="LIB"),
        ],
        bases=[Place(code="LIB", name="图书馆")],
        members=members,
        visits=visits,
        heads=[Head(unit="LAW", number=3, hash="ab" * 32)],
    )


def test_persons_count_once_and_person_times_once_a_post_and_day() -> None:
    figures = report().figures
    assert figures[Figure.HEADCOUNT] == 2
    assert figures[Figure.PERSON_TIMES] == 3
    assert (figures[Figure.NET_MIN], figures[Figure.CREDITED_MIN], figures[Figure.MADE_UP_MIN]) == (
        210,
        180,
        60,
    )
    assert (figures[Figure.POSTS], figures[Figure.BASES]) == (2, 1)
    assert (figures[Figure.VISITS], figures[Figure.IN_TIME]) == (4, 3)


def test_a_unit_holds_what_is_below_it_and_who_did_not_serve_is_there() -> None:
    lines = {axis: {line.key: line for line in found} for axis, found in report().lines.items()}
    assert {code: line.net for code, line in lines[Axis.UNIT].items()} == {
        "COL": 210,
        "LAW": 180,
        "G1": 120,
        "BIO": 30,
    }
    assert {code: line.net for code, line in lines[Axis.MEMBER].items()} == {"7": 180, "9": 0, "8": 30}
    assert {code: line.net for code, line in lines[Axis.BASE].items()} == {"LIB": 180, "": 30}
    assert {code: line.net for code, line in lines[Axis.GRADE].items()} == {"B": 150, "E": 60}


@pytest.mark.parametrize("axis", Axis)
def test_a_line_opens_to_the_records_that_it_adds_up(axis: Axis) -> None:
    made = report()
    for line in made.lines[axis]:
        found = made.visits_at(axis, line.key)
        assert (line.visits, line.net) == (len(found), sum(visit.net for visit in found))


def test_a_report_is_read_again_as_it_was_spelled() -> None:
    made = report().with_texts("补录偏多\n第二行", "")
    spelled = made.spelled
    again = read(spelled.decode())
    assert again.spelled == spelled
    assert again == replace(made, figures=dict(made.figures))
    assert digest_of(spelled) == hashlib.sha256(spelled).hexdigest()
    assert report().with_texts("补录偏多\n第二行", "").spelled == spelled


def test_another_minute_is_another_digest() -> None:
    other = [replace(VISITS[0], net=61), *VISITS[1:]]
    assert digest_of(report().spelled) != digest_of(report(other).spelled)


def test_what_is_missing_is_the_difference_of_what_is_shown() -> None:
    assert [one.missing_hundredths for one in MEMBERS] == [2, 5000]


def test_the_same_reports_have_no_differences() -> None:
    assert differences(report(), read(report().spelled.decode())).is_none


def test_every_figure_line_and_record_that_changed_is_named() -> None:
    after = report([*VISITS[:2], replace(VISITS[3], net=45), visit(5, 7, "LAW", 3)])
    found = differences(report(), after)
    assert {(change.key, change.before, change.after) for change in found.figures} == {
        ("net_min", 210, 225),
        ("made_up_min", 60, 0),
        ("in_time", 3, 4),
    }
    changed = {change.key: (change.before, change.after) for change in found.visits}
    assert changed.keys() == {"3", "4", "5"}
    assert changed["3"][1] is None and changed["5"][0] is None
    assert [change.key for change in found.lines[Axis.UNIT]] == ["COL", "LAW", "BIO"]
    assert {change.key for change in found.lines[Axis.GRADE]} == {"B", "E"}
    assert not found.members and not found.are_texts_other and not found.is_policy_other


def test_who_stands_elsewhere_is_named() -> None:
    moved = [replace(MEMBERS[0], counted=3000, status=Status.MET), MEMBERS[1]]
    found = differences(report(), report(members=moved))
    assert [change.key for change in found.members] == ["7"]
    assert not found.is_none and not found.visits


TEXTS = {
    "lines are kept": ("一\r\n二", "一\n二"),
    "one empty line at most": ("一\n\n\n\n二", "一\n\n二"),
    "blanks around go": ("  一 \n 二  \n\n", "一\n二"),
    "a tab is a blank": ("一\t二", "一 二"),
    "nothing stays nothing": (" \n ", ""),
}


@pytest.mark.parametrize(("typed", "kept"), TEXTS.values(), ids=TEXTS)
def test_a_text_keeps_its_lines(typed: str, kept: str) -> None:
    assert clean_text(typed, "plans", longest=20) == kept


@pytest.mark.parametrize(
    "typed", ["一\u200b二", "一\x00", "\u202e一"], ids=["zero width", "NUL", "turned around"]
)
def test_a_text_has_no_signs_that_nobody_sees(typed: str) -> None:
    with pytest.raises(Refusal):
        clean_text(typed, "plans", longest=20)


def test_a_text_has_at_most_so_many_signs() -> None:
    assert len(clean_text("一" * 9 + "\n" + "二" * 10, "plans", longest=20)) == 20
    with pytest.raises(Refusal):
        clean_text("一" * 10 + "\n" + "二" * 10, "plans", longest=20)
