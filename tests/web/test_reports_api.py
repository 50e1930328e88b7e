"""Frozen reports for programs: bytes with their checksum, figures and heads, differences to the record."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from tests.cast import Cast
from tests.web.test_registry_api import Program, program
from volunteer.actions.reports import Written, freeze
from volunteer.actions.seal import seal
from volunteer.models import Snapshot
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import ReportKind
from volunteer.rules.periods import period_named

__all__ = ["program"]
REFS = tuple(f"00000000-0000-0000-0000-{number:012}" for number in range(1, 5))


@pytest.fixture
def frozen(people: Cast, write: Any, campus: Campus, traveller: Any) -> list[int]:
    """Two reports of LAW for March, a record between them, and one of its first quarter."""

    def happen(session: Session) -> list[int]:
        stage = Stage(session, people, campus)
        reports = [_freeze(stage, people, 0, ReportKind.MONTH, "2026-03")]
        stage.serve("mei", "09:00", "12:00")
        seal(session)
        reports.append(_freeze(stage, people, 1, ReportKind.MONTH, "2026-03"))
        return [*reports, _freeze(stage, people, 2, ReportKind.QUARTER, "2026-Q1")]

    made: list[int] = write(happen)
    traveller.shift(4 * 3600)
    return made


def _freeze(stage: Stage, people: Cast, number: int, kind: ReportKind, period: str) -> int:
    return freeze(
        stage.session,
        Written(ref=REFS[number], shortcomings="雨天到岗少", plans="下月补足"),
        unit_id=people.law,
        period=period_named(kind, period, {}),
        actor=stage.actor("secretary"),
        campus=stage.campus,
        now=at("12:30"),
    )


def test_the_list_is_what_the_asker_reaches_a_page_at_a_time(program: Program, frozen: list[int]) -> None:
    first = program("office", "GET", "/reports?limit=2").json
    assert [row["id"] for row in first["reports"]] == frozen[:0:-1]
    rest = program("office", "GET", f"/reports?limit=2&before={first['next']}").json
    assert ([row["id"] for row in rest["reports"]], rest["next"]) == (frozen[:1], None)
    months = program("secretary", "GET", "/reports?unit=LAW&kind=month").json["reports"]
    assert [row["id"] for row in months] == frozen[1::-1]
    assert {(row["unit"], row["from"], row["to"]) for row in months} == {("LAW", "2026-03-01", "2026-04-01")}
    assert program("neighbour", "GET", "/reports").json["reports"] == []
    assert program("neighbour", "GET", "/reports?unit=LAW").status_code == 404
    assert program("secretary", "GET", "/reports?kind=week").status_code == 422


def test_a_report_says_its_figures_heads_and_texts_and_its_bytes_have_its_checksum(
    program: Program, frozen: list[int], read: Any
) -> None:
    found = program("secretary", "GET", f"/reports/{frozen[1]}").json
    assert (found["figures"]["net_min"], found["figures"]["visits"], found["threshold"]) == (180, 1, 3000)
    assert (found["shortcomings"], found["plans"]) == ("雨天到岗少", "下月补足")
    assert [head["unit"] for head in found["heads"]] == ["LAW"]
    by_member = {line["key"]: line["net"] for line in found["lines"] if line["table"] == "member"}
    assert by_member["2023010001"] == 180 and set(by_member.values()) == {0, 180}
    assert {one["student_no"] for one in found["members"]} <= by_member.keys()
    for report_id in frozen:
        spelled = program("secretary", "GET", f"/reports/{report_id}/content").data
        digest = read(select(Snapshot.digest).where(Snapshot.id == report_id))
        assert hashlib.sha256(spelled).hexdigest() == digest
    assert found["digest"] == program("office", "GET", f"/reports/{frozen[1]}").json["digest"]


def test_differences_go_down_to_the_record(program: Program, frozen: list[int]) -> None:
    since = program("secretary", "GET", f"/reports/{frozen[0]}/changes").json
    against = program("secretary", "GET", f"/reports/{frozen[0]}/changes?with={frozen[1]}").json
    assert (since["compared_with"], against["compared_with"]) == (None, frozen[1])
    for found in (since, against):
        assert found["is_same"] is False
        (record,) = found["records"]
        assert record["before"] is None
        served = {key: record["after"][key] for key in ("student_no", "post", "net", "grade")}
        assert served == {"student_no": "2023010001", "post": "READ", "net": 180, "grade": "B"}
        figures = {one["figure"]: (one["before"], one["after"]) for one in found["figures"]}
        assert figures["net_min"] == (0, 180)
    same = program("secretary", "GET", f"/reports/{frozen[1]}/changes").json
    assert same["is_same"] and same["records"] == same["lines"] == []
    # A report of another period is nothing to compare with, nor is one out of reach.
    for other in (frozen[2], 999):
        answer = program("secretary", "GET", f"/reports/{frozen[0]}/changes?with={other}")
        assert answer.status_code == 404
    assert program("neighbour", "GET", f"/reports/{frozen[0]}/changes").status_code == 404
