"""What the statistics take on universities of different size, in ratios of one run.

    .venv/bin/python benchmarks/rollups.py                               10^5 and 10^6 on both engines
    .venv/bin/python benchmarks/rollups.py sqlite --visits 100000 10000000 --keep /var/tmp/fifty-hours-bench

All databases are made first and then asked in turn, so that what else the machine does meets them alike. With
--keep they stay in a folder, and are not made again the next time. The best of the rounds counts. A bigger
university has more colleges, each as large as before: a branch and a college should take the same, the whole
university the same a returned row.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import university  # noqa: E402 - after the path is set
from benchmarks.databases import asked, universities  # noqa: E402
from volunteer.rules.kinds import UnitKind  # noqa: E402
from volunteer.rules.progress import Wish  # noqa: E402
from volunteer.stats import progress, rollups, standing  # noqa: E402
from volunteer.stats.rollups import Days  # noqa: E402
from volunteer.stats.units import UnitRow  # noqa: E402

Ask = Callable[[Session], Any]
FREE = Days(from_on=university.YEAR.from_on, to_on=university.YEAR.to_on.replace(day=8))
SPANS = {
    "a year": university.YEAR,
    "an academic year": university.ACADEMIC_YEAR,
    "a term": university.TERM,
    "a free range": FREE,
}


def main() -> None:
    chosen = asked(__doc__, "questions")
    questions = {name: ask for name, ask in _questions().items() if any(part in name for part in chosen.only)}
    for engine in chosen.engines:
        with universities(engine, chosen) as made:
            _compare(engine, chosen.visits, made, questions, chosen.rounds)


def _questions() -> dict[str, Ask]:
    """Return what is asked, by name."""
    branch, college, top = university.BRANCH_PATH, university.COLLEGE_PATH, university.UNIVERSITY_PATH
    year = university.YEAR
    found: dict[str, Ask] = {
        "branch: total": partial(_listed, rollups.of_unit, year, branch),
        "branch: by month": partial(_listed, rollups.by_month, year, branch),
        "branch: by post": partial(_listed, rollups.by_post, year, branch),
        "branch: members": lambda session: standing.members_of(session, branch, today=university.TODAY),
        "branch: where all stand": partial(_stands, UnitKind.BRANCH, branch),
        "university: where all stand": partial(_stands, UnitKind.UNIVERSITY, top),
        "university: the first forty": partial(_first, UnitKind.UNIVERSITY, top),
        "college: by post": partial(_listed, rollups.by_post, year, college),
        "college: by base": partial(_listed, rollups.by_base, year, college),
    }
    for span, days in SPANS.items():
        for name, read in (
            ("total", rollups.of_unit),
            ("by unit", rollups.by_unit),
            ("by post", rollups.by_post),
        ):
            found[f"university, {span}: {name}"] = partial(_listed, read, days, top)
    for name, read in (("by base", rollups.by_base), ("by month", rollups.by_month)):
        found[f"university, a year: {name}"] = partial(_listed, read, year, top)
    return found


def _listed(read: Callable[..., Any], days: Days, path: str, session: Session) -> Sequence[Any]:
    found = read(session, days, unit_path=path)
    return found if isinstance(found, Sequence) else [found]


def _stands(kind: UnitKind, path: str, session: Session) -> Sequence[Any]:
    days = Days.calendar_year(university.TODAY.year)
    return progress.headway(session, _unit(kind, path), days, Wish(), today=university.TODAY).groups


def _first(kind: UnitKind, path: str, session: Session) -> Sequence[Any]:
    return progress.chosen(session, _unit(kind, path), Wish(), today=university.TODAY, limit=40)


def _unit(kind: UnitKind, path: str) -> UnitRow:
    return UnitRow(id=int(path.strip("/").rpartition("/")[2]), code="", name="", kind=kind, path=path)


def _compare(
    engine_name: str,
    sizes: Sequence[int],
    made: Sequence[Engine],
    questions: Mapping[str, Ask],
    rounds: int,
) -> None:
    """Ask every question of every database and print milliseconds, rows, and growth."""
    heads = "".join(f"{f'{visits:.0e} ms':>12}{'rows':>7}" for visits in sizes)
    print(f"{engine_name:40}{heads}{'growth':>9}{'a row':>8}")
    for name, ask in questions.items():
        best = [float("inf")] * len(sizes)
        rows = [0] * len(sizes)
        for _ in range(rounds):
            for place, engine in enumerate(made):
                took, rows[place] = _timed(engine, ask)
                best[place] = min(best[place], took)
        figures = "".join(f"{ms:12.2f}{count:7}" for ms, count in zip(best, rows, strict=True))
        growth = best[-1] / best[0]
        a_row = growth * rows[0] / max(1, rows[-1])
        print(f"{name:40}{figures}{growth:9.2f}{a_row:8.2f}", flush=True)


def _timed(engine: Engine, ask: Ask) -> tuple[float, int]:
    # SQLite works in this thread, and the time that others take from it is not ours.
    clock = time.thread_time if engine.dialect.name == "sqlite" else time.perf_counter
    with Session(engine) as session:
        session.connection()
        began = clock()
        rows = len(ask(session))
        return 1000 * (clock() - began), rows


if __name__ == "__main__":
    main()
