"""Five hundred check-outs of one branch at one post at once, against the same over sixty branches.

Both run on one server of the application, in turn: one branch, spread, one branch, spread. What counts is the
ratio of the medians, and that nothing is lost: every check-out has its visit, its ledger lines and its seal.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.check_in import ENGINES, round_of, served  # noqa: E402 - after the path is set
from benchmarks.databases import pair  # noqa: E402
from benchmarks.phones import POSTS_OF  # noqa: E402
from tests import engines  # noqa: E402
from volunteer.actions.seal import seal  # noqa: E402
from volunteer.clock import utc_now  # noqa: E402

CALLS = 500
ROUNDS = 3
BRANCHES = 60
WARM_UP = 100
FIRST_BRANCH = 2

_BRANCH = text(
    "INSERT INTO unit (id, code, name, kind, branch_kind, parent_id, path)"
    " SELECT :id, :code, :code, 'branch', 'student', 1, :path"
    " WHERE NOT EXISTS (SELECT 1 FROM unit WHERE id = :id)"
)
_MOVE = text("UPDATE member SET unit_id = :unit_id WHERE id BETWEEN :first AND :last AND id % :of = :rest")
_VISIT = text(
    "INSERT INTO visit (member_id, shift_id, post_id, unit_id, policy_id, served_on, state, grade, version,"
    " is_keepers_own, is_display_silent, is_taken_confirmed, waits_for_committee, net_min, credited_min,"
    " pending_min, lost_outside_shift, lost_away, lost_break, lost_overlap, lost_too_short, lost_rounding,"
    " lost_day_cap, kept_net, kept_credited)"
    " SELECT member.id, shift.id, shift.post_id, member.unit_id, 1, :day, 'open', 'B', 1,"
    " false, false, false, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
    " FROM member JOIN shift ON shift.code = :shift WHERE member.id = :member_id"
)
_CAME = text(
    "INSERT INTO evidence (member_id, visit_id, stay, side, source, is_claim, at, received_at, verdict)"
    " SELECT visit.member_id, visit.id, 1, 'in', 'live', false, :at, :at, 'accepted'"
    " FROM visit WHERE visit.state = 'open' AND visit.member_id BETWEEN :first AND :last"
)
_DONE = text(
    "SELECT count(*) FROM visit JOIN credit ON credit.visit_id = visit.id"
    " JOIN seal ON seal.credit_id = credit.id"
    " WHERE visit.state = 'confirmed' AND visit.member_id BETWEEN :first AND :last"
    " AND credit.cause = 'check_out' AND credit.at >= :since"
)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("engines", nargs="*", default=list(ENGINES))
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = asked.parse_args()
    for name in chosen.engines:
        print(_compare(name, chosen.rounds), flush=True)


def _compare(name: str, rounds: int) -> str:
    members = WARM_UP + 2 * rounds * CALLS
    with pair(name, members=members, visits_each=2) as (app_url, _):
        engine = engines.open_engine(app_url)
        plan = _prepared(engine, rounds)
        seen: dict[str, list[float]] = {"one": [], "spread": []}
        with served("app", app_url) as port:
            round_of("out_spread", port, first=1, calls=WARM_UP, seconds=60)
            for which, first in plan:
                done = round_of(f"out_{which}", port, first=first, calls=CALLS, seconds=120)
                seen[which].append(done.per_second)
        lost = len(plan) * CALLS - _kept(engine, WARM_UP + 1, members)
        engine.dispose()
    one, spread = median(seen["one"]), median(seen["spread"])
    return (
        f"{name:12} one branch {one:6.0f}/s   {BRANCHES} branches {spread:6.0f}/s   ratio {one / spread:.2f}"
        f"   lost {lost} of {len(plan) * CALLS}"
    )


def _prepared(engine: Engine, rounds: int) -> Sequence[tuple[str, int]]:
    """Let everybody be in since two hours; return the rounds with the first member of each."""
    plan, first, now = [], WARM_UP + 1, utc_now()
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        for number in range(FIRST_BRANCH, FIRST_BRANCH + BRANCHES):
            path = f"/1/{number}/"
            connection.execute(_BRANCH, {"id": number, "code": f"X{number}", "path": path})
        _come(connection, "spread", 1, WARM_UP, now)
        for _ in range(rounds):
            for which in ("one", "spread"):
                _come(connection, which, first, first + CALLS - 1, now)
                plan.append((which, first))
                first += CALLS
    return plan


def _come(connection: Connection, which: str, first: int, last: int, now: datetime) -> None:
    of = 1 if which == "one" else BRANCHES
    for rest in range(of):
        where = {"first": first, "last": last, "of": of, "rest": rest}
        connection.execute(_MOVE, where | {"unit_id": FIRST_BRANCH + rest})
    day = (now + timedelta(hours=8)).date()
    for member_id in range(first, last + 1):
        what = {"member_id": member_id, "shift": f"N{POSTS_OF[which](member_id)}"}
        is_typed = connection.dialect.name == "postgresql"
        connection.execute(_VISIT, what | {"day": day if is_typed else str(day)})
    came = int((now - timedelta(hours=2)).timestamp())
    connection.execute(_CAME, {"at": came, "first": first, "last": last})


def _kept(engine: Engine, first: int, last: int) -> int:
    """Seal what is not sealed yet, and count the check-outs that have visit, line and seal."""
    with engine.connect().execution_options(is_writer=True) as connection, Session(connection) as session:
        while seal(session):
            pass
        session.commit()
        since = int((utc_now() - timedelta(hours=1)).timestamp())
        return int(connection.execute(_DONE, {"first": first, "last": last, "since": since}).scalar_one())


if __name__ == "__main__":
    main()
