"""The acceptance scenarios: what they tell holds, line by line, on both engines."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from volunteer.replay import replay
from volunteer.rules.campus import Campus

SCENARIOS = sorted(Path(__file__).parent.glob("*.jsonl"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_scenario_holds(path: Path, engine: Engine, campus: Campus) -> None:
    assert list(replay(path, engine=engine, campus=campus)) == []
