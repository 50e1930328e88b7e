"""What whole pages take on universities of different size: milliseconds, statements and kilobytes of HTML.

    .venv/bin/python benchmarks/pages.py                                  10^5 and 10^6 on both engines
    .venv/bin/python benchmarks/pages.py sqlite --visits 100000 10000000 --keep /var/tmp/fifty-hours-bench

The office over all units opens them through the test client, the sizes in turn; the best round counts. A
branch has a hundred members, a third of them on probation: 1,300,000 visits are 260 branches. What it takes
to open a university of 255 branches, beside a branch of thirty:

    .venv/bin/python benchmarks/pages.py --visits 382500 --branch 30 --only branch university
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert, select

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import university  # noqa: E402 - after the path is set
from benchmarks.databases import asked, universities  # noqa: E402
from benchmarks.in_process import settings_for  # noqa: E402
from benchmarks.statements import overheard  # noqa: E402
from volunteer import create_app  # noqa: E402
from volunteer.database import db, table_of  # noqa: E402
from volunteer.models import Account, RoleGrant  # noqa: E402
from volunteer.rules.kinds import Role  # noqa: E402

NOW = datetime(university.TODAY.year, university.TODAY.month, university.TODAY.day, 4, tzinfo=UTC)
YEAR = f"period={university.YEAR.from_on.year}"
PAGES = {
    "branch": "/units/B0",
    "branch, a year": f"/units/B0?{YEAR}",
    "college": "/units/C0",
    "university": "/units/UNI",
    "university, a year": f"/units/UNI?{YEAR}",
    "college: posts": f"/units/C0/places?{YEAR}",
    "college: posts, anybody": f"/units/C0/places?{YEAR}&whose=posts",
    "college: bases": f"/units/C0/places/bases?{YEAR}",
    "one post": f"/units/C0/posts/P0?{YEAR}",
    "one base": f"/units/C0/bases/BASE0?{YEAR}",
    "university: posts": f"/units/UNI/places?{YEAR}",
    "university: posts, anybody": f"/units/UNI/places?{YEAR}&whose=posts",
    "university: posts, a term": "/units/UNI/places?period=T&whose=posts",
    "university: posts, fullest": f"/units/UNI/places?{YEAR}&whose=posts&sort=fill",
    "university: bases": f"/units/UNI/places/bases?{YEAR}&whose=posts",
}
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Opened:
    """What one page took."""

    ms: float
    size: int


def main() -> None:
    chosen = asked(__doc__, "pages")
    pages = {name: path for name, path in PAGES.items() if any(part in name for part in chosen.only)}
    for name in chosen.engines:
        with universities(name, chosen) as made:
            _compare(name, chosen.visits, made, pages, chosen.rounds)


def _compare(
    engine_name: str, sizes: Sequence[int], made: Sequence[Engine], pages: dict[str, str], rounds: int
) -> None:
    """Open every page on every database and print what it took, and how it grows."""
    # SQLite works in this thread, and the time that others take from it is not ours.
    clock = time.thread_time if engine_name == "sqlite" else time.perf_counter
    browsers = [_browser(engine) for engine in made]
    heads = "".join(f"{f'{visits:.0e} ms':>12}{'stm':>4}{'kB':>4}" for visits in sizes)
    print(f"{engine_name:30}{heads}{'growth':>9}", flush=True)
    took: dict[str, float] = {}
    for name, path in pages.items():
        with time_machine.travel(NOW, tick=False):
            counts = [_statements(browser, path) for browser in browsers]
            seen = [[_opened(browser, path, clock) for browser in browsers] for _ in range(rounds)]
        best = [min(times, key=lambda one: one.ms) for times in zip(*seen, strict=True)]
        figures = "".join(
            f"{one.ms:12.1f}{count:4}{one.size // 1000:4}" for one, count in zip(best, counts, strict=True)
        )
        print(f"{name:30}{figures}{best[-1].ms / best[0].ms:9.2f}", flush=True)
        took[name] = best[-1].ms
    if {"branch", "university"} <= took.keys():
        print(f"the university takes {took['university'] / took['branch']:.2f} of what one branch takes")


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody signed in, and the engine behind her."""

    client: FlaskClient
    engine: Engine


def _browser(engine: Engine) -> Browser:
    """Return a browser of the office over all units, which is made where there is none."""
    account, grant = table_of(Account), table_of(RoleGrant)
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        found = connection.execute(select(account.c.id).where(account.c.login == "bench")).scalar()
        if found is None:
            new = insert(account).values(login="bench", name="管理员", created_at=NOW).returning(account.c.id)
            found = connection.execute(new).scalar_one()
            right = {"account_id": found, "role": Role.COLLEGE, "unit_id": 1, "given_at": NOW}
            connection.execute(insert(grant).values(right))
    app = create_app(settings_for(engine.url.render_as_string(hide_password=False)))
    client = app.test_client()
    # A session from the future would not be believed.
    with time_machine.travel(NOW, tick=False), client.session_transaction() as held:
        held["_user_id"] = f"{found}.0"
        held["until"] = int((NOW + timedelta(days=400)).timestamp())
    with app.app_context():
        return Browser(client, db.engine)


def _statements(browser: Browser, path: str) -> int:
    """Return in how many statements a page is made, the connection's first ones aside."""
    with overheard(browser.engine) as heard:
        browser.client.get("/none")
        before = len(heard)
        browser.client.get(path)
        return len(heard) - before


def _opened(browser: Browser, path: str, clock: Clock) -> Opened:
    began = clock()
    answer = browser.client.get(path)
    size = len(answer.get_data())
    took = clock() - began
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code} {answer.location}")
    return Opened(1000 * took, size)


if __name__ == "__main__":
    main()
