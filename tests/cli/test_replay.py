"""``volunteer replay``: exit codes, what it prints, where it runs, and that it leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine, inspect, text

from tests.cli.scenario import HOLDS, SET_UP, written
from volunteer.cli import main

WRONG = {"do": "expect", "member": "m1", "net": 999}
AFTER = len(SET_UP) + 1


def replay(*args: object) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, args)])


def test_what_holds_exits_with_0(tmp_path: Path) -> None:
    result = replay(written(tmp_path, *HOLDS))
    assert (result.exit_code, result.output) == (0, "story.jsonl: as expected\n")


def test_what_differs_exits_with_1_and_names_file_line_key_wanted_and_got(tmp_path: Path) -> None:
    result = replay(written(tmp_path, WRONG | {"hours": "4.00", "met": True}))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"story.jsonl:{AFTER} net: wanted 999, got 240",
        f"story.jsonl:{AFTER} met: wanted True, got False",
    ]


def test_a_refusal_that_was_not_expected_is_a_difference_and_so_is_a_missing_one(tmp_path: Path) -> None:
    again = SET_UP[-1] | {"refused": "code_expired"}
    fine = {"at": "2026-03-03T08:00:00+08:00", "do": "check_in", "member": "m1", "post": "P1"}
    first = SET_UP[1] | {"code": "NEW", "refused": "not_allowed"}
    result = replay(written(tmp_path, again, first, fine, fine | {"refused": "outside_shift"}))
    assert result.output.splitlines() == [
        f"story.jsonl:{AFTER} refused: wanted 'code_expired', got 'not_checked_in'",
        f"story.jsonl:{AFTER + 1} refused: wanted 'not_allowed', got None",
        f"story.jsonl:{AFTER + 2} refused: wanted None, got 'outside_shift'",
    ]


def test_the_first_20_differences_are_enough(tmp_path: Path) -> None:
    result = replay(written(tmp_path, *[WRONG] * 25))
    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert lines[0].startswith(f"story.jsonl:{AFTER} ")
    assert len(lines) == 20
    assert lines[-1].startswith(f"story.jsonl:{AFTER + 19} ")


def test_as_json_the_differences_are_rows(tmp_path: Path) -> None:
    result = replay(written(tmp_path, WRONG), "--json")
    place = f"story.jsonl:{AFTER}"
    assert json.loads(result.output) == [{"place": place, "key": "net", "wanted": 999, "got": 240}]
    assert json.loads(replay(written(tmp_path, *HOLDS), "--json").output) == []


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2026-03-02T11:59:59+08:00", 0),
        ("2026-03-02T12:00:00+08:00", 1),
        ("2026-03-02T04:00:00Z", 1),
        ("2026-03-02T03:59:59Z", 0),
    ],
)
def test_it_stops_before_the_first_event_after_a_time(tmp_path: Path, until: str, code: int) -> None:
    assert replay(written(tmp_path, WRONG), "--until", until).exit_code == code


@pytest.mark.parametrize("until", ["tomorrow", "2026-03-02T12:00:00", "2026-03-02"])
def test_a_time_without_an_offset_is_a_wrong_call(tmp_path: Path, until: str) -> None:
    assert replay(written(tmp_path), "--until", until).exit_code == 2


def test_a_missing_file_and_a_wrong_option_are_wrong_calls(tmp_path: Path) -> None:
    assert replay(tmp_path / "nothing.jsonl").exit_code == 2
    assert replay(tmp_path).exit_code == 2
    assert replay(written(tmp_path), "--fast").exit_code == 2
    assert CliRunner().invoke(main, ["no-such-command"]).exit_code == 2


BAD_LINES: dict[str, Any] = {
    "an unknown key": {"do": "unit", "code": "X", "name": "x", "kind": "branch", "colour": "red"},
    "an unknown event": {"do": "dance"},
    "no event": {"code": "X"},
    "a missing key": {"do": "unit", "code": "X", "kind": "branch"},
    "no JSON": "{do: unit}",
    "half a line": '{"do": "unit", "code": ',
    "a list": "[1, 2]",
    "deep nesting": "[" * 100_000,
    "a time that goes back": {"at": "2026-03-01T12:00:00+08:00", "do": "expect", "member": "m1"},
    "a time without an offset": {"at": "2026-04-01T12:00:00", "do": "expect", "member": "m1"},
    "a time that is no text": {"at": 5, "do": "expect", "member": "m1"},
    "a number for a text": {"do": "unit", "code": 5, "name": "x", "kind": "branch"},
    "a kind that does not exist": {"do": "unit", "code": "X", "name": "x", "kind": "village"},
    "a day that does not exist": SET_UP[4] | {"student_no": "m2", "probation_start": "2026-02-30"},
    "a shift that ends before it starts": SET_UP[5] | {"code": "S2", "end": "2026-03-02T07:00:00+08:00"},
    "a break without an end": SET_UP[5] | {"code": "S2", "breaks": [["2026-03-02T09:00:00+08:00"]]},
    "a post that was never introduced": {"do": "check_in", "member": "m1", "post": "P9"},
    "a shift that was never introduced": {"do": "expect", "visit": "m1@S9", "net": 0},
    "a unit that was never introduced": {
        "do": "expect",
        "unit": "X",
        "due_from": "2026-01-01",
        "due_to": "2027-01-01",
    },
    "an expectation of nothing": {"do": "expect", "net": 5},
    "a key of another form of expect": {"do": "expect", "member": "m1", "headcount": 5},
    "an unknown roll-up": {
        "do": "expect",
        "rollup": "village",
        "key": "x",
        "from": "2026-01-01",
        "to": "2027-01-01",
    },
    "an age that is no number": {"do": "check_in", "member": "m1", "post": "P1", "code_age_s": "old"},
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_what_is_not_of_the_grammar_exits_with_2_and_names_the_line(tmp_path: Path, line: Any) -> None:
    result = replay(written(tmp_path, "", "# a remark", line))
    assert result.exit_code == 2, result.output
    assert f"story.jsonl:{AFTER + 2}: " in result.output
    assert "Traceback" not in result.output


def test_the_unknown_key_is_named(tmp_path: Path) -> None:
    assert "unit knows no colour" in replay(written(tmp_path, BAD_LINES["an unknown key"])).output


def test_the_first_line_needs_a_time(tmp_path: Path) -> None:
    result = replay(written(tmp_path, SET_UP[1], set_up=False))
    assert (result.exit_code, "story.jsonl:1: " in result.output) == (2, True)


def test_a_file_that_is_no_text_is_a_wrong_call(tmp_path: Path) -> None:
    path = tmp_path / "story.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    assert replay(path).exit_code == 2


def test_a_name_with_an_invisible_line_end_is_refused_not_cut(tmp_path: Path) -> None:
    result = replay(
        written(tmp_path, SET_UP[1] | {"code": "X", "name": "支\u2028部", "refused": "bad_field"})
    )
    assert (result.exit_code, result.output) == (0, "story.jsonl: as expected\n")


# --- where it runs ---


def test_it_runs_from_any_folder_without_settings_and_leaves_nothing(tmp_path: Path) -> None:
    elsewhere, scratch = tmp_path / "elsewhere", tmp_path / "scratch"
    elsewhere.mkdir()
    scratch.mkdir()
    path = written(tmp_path, *HOLDS)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VOLUNTEER_")}
    command = [sys.executable, "-c", "from volunteer.cli import main; main()", "replay", str(path)]
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        command,
        cwd=elsewhere,
        env=environment | {"TMPDIR": str(scratch), "PYTHONPATH": root},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "story.jsonl: as expected\n", "")
    assert list(elsewhere.iterdir()) == list(scratch.iterdir()) == []


def test_a_new_sqlite_file_is_filled_and_a_filled_one_refused(tmp_path: Path) -> None:
    path, url = written(tmp_path, *HOLDS), f"sqlite:///{tmp_path / 'kept.db'}"
    assert replay(path, "--database", url).exit_code == 0
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT net_min FROM visit")) == 240
    engine.dispose()
    assert replay(path, "--database", url).exit_code == 2


def test_a_url_of_no_database_is_a_wrong_call(tmp_path: Path) -> None:
    assert replay(written(tmp_path), "--database", "nonsense").exit_code == 2


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
@pytest.mark.parametrize(
    ("lines", "code"), [(HOLDS, 0), ([WRONG], 1), ([{"do": "dance"}], 2)], ids=["holds", "differs", "wrong"]
)
def test_on_postgresql_it_has_a_schema_of_its_own_that_is_gone_afterwards(
    tmp_path: Path, engine: Engine, lines: list[dict[str, Any]], code: int
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    assert replay(written(tmp_path, *lines), "--database", url).exit_code == code
    assert [name for name in inspect(engine).get_schema_names() if name.startswith("replay")] == []
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM visit")) == 0
