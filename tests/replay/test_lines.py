"""The grammar of a scenario: what a line may say, when it happens, and that the acts are those of the web."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.cli.scenario import HOLDS, SET_UP, written
from volunteer.models import AuditLine, Evidence, Visit
from volunteer.replay import BadScenario, Difference, replay
from volunteer.replay.events import HANDLERS
from volunteer.replay.lines import GRAMMAR, read_lines
from volunteer.rules.campus import Campus


@pytest.fixture
def run(engine: Engine, campus: Campus, tmp_path: Path) -> Any:
    def play(*lines: Any, until: datetime | None = None) -> list[Difference]:
        return list(replay(written(tmp_path, *lines), engine=engine, campus=campus, until=until))

    return play


def one(engine: Engine, statement: Any) -> Any:
    with Session(engine) as session:
        return session.scalars(statement).one()


def test_every_event_of_the_grammar_is_an_act() -> None:
    assert set(GRAMMAR) - {"expect"} == set(HANDLERS)


def test_a_line_without_a_time_happens_at_that_of_the_line_before(tmp_path: Path) -> None:
    events = list(read_lines(written(tmp_path, "", "   ", "# at nothing", *HOLDS)))
    assert [event.at for event in events[:6]] == [datetime(2025, 12, 31, 16, tzinfo=UTC)] * 6
    assert events[-1].at == datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert events[-1].place == f"story.jsonl:{len(SET_UP) + 5}"


@pytest.mark.parametrize("event", sorted(GRAMMAR))
def test_an_unknown_key_is_an_error_in_every_event(tmp_path: Path, event: str) -> None:
    must = GRAMMAR[event].partition("|")[0].split()
    line = {"at": "2026-03-03T00:00:00+08:00", "do": event, **dict.fromkeys(must, "x"), "unheard_of": 1}
    with pytest.raises(BadScenario, match=f":{len(SET_UP) + 1}: {event} knows no unheard_of"):
        list(read_lines(written(tmp_path, line)))


@pytest.mark.parametrize(
    "event", sorted(event for event in GRAMMAR if GRAMMAR[event].partition("|")[0].strip())
)
def test_a_missing_key_is_an_error_in_every_event(tmp_path: Path, event: str) -> None:
    must = GRAMMAR[event].partition("|")[0].split()
    for left_out in must:
        line = {"do": event, **{key: "x" for key in must if key != left_out}}
        with pytest.raises(BadScenario, match=f"{event} lacks {left_out}"):
            list(read_lines(written(tmp_path, line)))


def test_what_it_does_leaves_the_same_traces_as_the_web(run: Any, engine: Engine) -> None:
    assert run(*HOLDS) == []
    with Session(engine) as session:
        acts = set(session.scalars(select(AuditLine.act)))
    assert {"add_unit", "add_member", "publish_shift", "check_in", "check_out"} <= acts


def test_a_refused_act_leaves_nothing(run: Any, engine: Engine) -> None:
    late = {"at": "2026-03-02T14:00:01+08:00", "do": "check_out", "member": "m1", "post": "P1"}
    assert run(late | {"refused": "outside_shift"}) == []
    assert run_count(engine) == 2


def run_count(engine: Engine) -> int:
    with Session(engine) as session:
        return len(session.scalars(select(Evidence.id)).all())


def test_a_phone_that_asks_again_sends_the_code_that_it_had(run: Any, engine: Engine) -> None:
    again = {
        "at": "2026-03-02T08:20:00+08:00",
        "do": "check_in",
        "member": "m1",
        "post": "P1",
        "client_ref": "r",
    }
    first = again | {"at": "2026-03-02T08:00:00+08:00"}
    assert run_without_scans(run, first, again, {"do": "expect", "visit": "m1@S1", "state": "open"}) == []
    assert run_count(engine) == 1


def run_without_scans(run: Any, *lines: Any) -> Any:
    from tests.cli import scenario

    kept = list(scenario.SET_UP)
    scenario.SET_UP[:] = kept[:6]
    try:
        return run(*lines)
    finally:
        scenario.SET_UP[:] = kept


@pytest.mark.parametrize(
    ("scan", "grade"),
    [
        ({}, "B"),
        ({"printed": True}, "D"),
        ({"at": "2026-03-02T20:00:00+08:00", "offline_since": "2026-03-02T08:00:00+08:00"}, "D"),
        ({"code_age_s": 45}, "B"),
    ],
    ids=["live", "printed", "offline", "old"],
)
def test_its_displays_are_alive_and_its_codes_live_unless_it_says_otherwise(
    run: Any, engine: Engine, scan: dict[str, Any], grade: str
) -> None:
    line = {"at": "2026-03-02T08:00:00+08:00", "do": "check_in", "member": "m1", "post": "P1"} | scan
    assert run_without_scans(run, line) == []
    assert one(engine, select(Visit.grade)) == grade


@pytest.mark.parametrize(
    ("scan", "reason"),
    [
        ({"code": "nonsense"}, "code_unknown"),
        ({"code_age_s": 75}, "code_expired"),
        ({"code_age_s": -45}, "code_from_future"),
        ({"member": "stranger"}, "not_a_member"),
        ({"at": "2026-03-02T07:29:59+08:00"}, "outside_shift"),
        ({"at": "2026-03-06T09:00:00+08:00", "offline_since": "2026-03-02T08:00:00+08:00"}, "too_old"),
    ],
)
def test_a_scan_is_refused_with_exactly_the_reason_it_names(
    run: Any, scan: dict[str, Any], reason: str
) -> None:
    line = {"at": "2026-03-02T08:00:00+08:00", "do": "check_in", "member": "m1", "post": "P1"} | scan
    assert run_without_scans(run, line | {"refused": reason}) == []


def test_a_record_that_does_not_exist_is_a_difference(run: Any) -> None:
    other = SET_UP[4] | {"student_no": "m2"}
    (found,) = run(other, {"do": "expect", "visit": "m2@S1", "net": 0})
    assert (found.key, found.got) == ("expect", "not_checked_in")


def test_only_the_keys_given_are_compared(run: Any) -> None:
    assert run({"do": "expect", "member": "m1", "lost": {"break": 0}}, {"do": "expect", "member": "m1"}) == []


@pytest.fixture(autouse=True)
def _set_up_stays() -> Iterator[None]:
    before = list(SET_UP)
    yield
    assert before == SET_UP
