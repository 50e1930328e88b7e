"""The program and the oracle agree: on cases written by hand, and on random worlds.

``WORLDS=200 pytest tests/worlds`` plays more worlds than the usual few. A world that fails is named by its
seed and written to a file, which ``volunteer replay`` takes.
"""

import json
import os
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.worlds.answers import Answers
from tests.worlds.generator import world_text
from tests.worlds.minutes import Refused
from volunteer.actions.kept import keep_sums, recount_sums
from volunteer.actions.recount import recount
from volunteer.clock import utc_now
from volunteer.config import scratch_settings
from volunteer.replay import replay

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.jsonl"))
# From 20 on they tell what this second reading does not cover.
GIVEN = sorted((HERE.parent / "scenarios").glob("[01]*.jsonl"))
WORLDS = int(os.environ.get("WORLDS", "6"))


def differences(path: Path, engine: Engine) -> list[str]:
    found = replay(path, engine=engine, campus=scratch_settings().campus, until=None)
    return [str(difference) for difference in islice(found, 10)]


def by_oracle(path: Path) -> list[str]:
    """What the oracle itself would say against the scenario."""
    world, wrong = Answers(), []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip() or text.startswith("#"):
            continue
        line = json.loads(text)
        reason = None
        try:
            world.apply(line)
        except Refused as refusal:
            reason = str(refusal)
        if reason != line.get("refused"):
            wrong.append(f"{path.name}:{number} refused: wanted {line.get('refused')}, got {reason}")
        if line["do"] == "expect":
            wrong += [f"{path.name}:{number} {difference}" for difference in world.differences(line)]
    return wrong


@pytest.mark.parametrize("path", [*CASES, *GIVEN], ids=lambda path: path.stem)
def test_the_oracle_holds_on_what_is_written_by_hand(path: Path) -> None:
    assert by_oracle(path) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_holds(path: Path, engine: Engine) -> None:
    assert differences(path, engine) == []


@pytest.mark.parametrize("number", range(WORLDS))
def test_a_random_world_holds(number: int, engine: Engine, tmp_path: Path) -> None:
    seed = 2 * number + (engine.dialect.name == "postgresql")
    path = tmp_path / f"world_{seed}.jsonl"
    path.write_text(world_text(seed), encoding="utf-8")
    assert differences(path, engine) == [], f"seed {seed}: {path}"
    with Session(engine) as session:
        assert recount(session, campus=scratch_settings().campus, now=utc_now()) == []
        while keep_sums(session):
            pass
        assert recount_sums(session) == {}


def test_a_world_is_the_same_each_time() -> None:
    assert world_text(7) == world_text(7)
