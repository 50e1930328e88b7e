"""A college to measure on: thousands of members with tokens, shifts running now, and a history of records.

Rows are written directly: measuring needs a state, not the way to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.orm import Session

from volunteer.actions.kept import keep_period
from volunteer.database import Model, table_of, writing
from volunteer.models import (
    Account,
    ApiToken,
    Display,
    Member,
    Membership,
    PolicyVersion,
    Post,
    ProbationWindow,
    Shift,
    Site,
    Unit,
)
from volunteer.rules.kinds import BranchKind, Category, Compensation, Stage, UnitKind
from volunteer.rules.policy import HoursPolicy
from volunteer.stats.rollups import Days

BRANCHES = 20
POSTS = 20
PAST_SHIFTS = 30
FIRST_DAY = date(2025, 1, 1)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)

_VISITS = text(
    "INSERT INTO visit (member_id, shift_id, post_id, unit_id, policy_id, served_on, state, grade, version,"
    " is_keepers_own, is_display_silent, is_taken_confirmed, waits_for_committee, net_min, credited_min,"
    " pending_min, lost_outside_shift, lost_away, lost_break, lost_overlap, lost_too_short, lost_rounding,"
    " lost_day_cap, kept_net, kept_credited, kept_grade)"
    " SELECT member.id, :shift_id, :post_id, member.unit_id, 1, :served_on, 'confirmed', 'B', 1,"
    " false, false, false, false, 60, 60, 0, 0, 0, 0, 0, 0, 0, 0, 60, 60, 'B'"
    " FROM member WHERE member.id BETWEEN :first AND :last"
)
_EVIDENCE = text(
    "INSERT INTO evidence (member_id, visit_id, stay, side, source, is_claim, at, received_at, verdict)"
    " SELECT visit.member_id, visit.id, 1, :side, 'live', false, :at, :at, 'accepted'"
    " FROM visit WHERE visit.shift_id = :shift_id AND visit.member_id BETWEEN :first AND :last"
)
_CREDIT = text(
    "INSERT INTO credit (member_id, member_seq, visit_id, unit_id, post_id, day, net_min, credited_min,"
    " is_reversal, grade, cause, at)"
    " SELECT visit.member_id, :seq, visit.id, visit.unit_id, visit.post_id, visit.served_on, 60, 60,"
    " false, 'B', 'check_out', :at"
    " FROM visit WHERE visit.shift_id = :shift_id AND visit.member_id BETWEEN :first AND :last"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastShift:
    """A shift of one hour that is long over."""

    id: int
    post_id: int
    served_on: date
    starts_at: datetime


def found(engine: Engine, *, members: int, visits_each: int, now: datetime) -> None:
    """Fill the empty database of *engine*; every post has a shift that runs for hours around *now*."""
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        _add(connection, PolicyVersion, [_policy()])
        _add(connection, Unit, _units())
        _add(connection, Member, map(_member, range(1, members + 1)))
        _add(connection, Membership, map(_membership, range(1, members + 1)))
        _add(connection, ProbationWindow, map(_window, range(1, members + 1)))
        _add(connection, Account, map(_account, range(1, members + 1)))
        _add(connection, ApiToken, map(_token, range(1, members + 1)))
        add_posts(connection, now)
        for post_id in range(2, POSTS + 1):
            add_past_shifts(connection, post_id=post_id, count=PAST_SHIFTS, now=now)
        past = add_past_shifts(connection, post_id=1, count=visits_each, now=now)
        add_history(connection, past, first=1, last=members)
        connection.exec_driver_sql("ANALYZE")
    # As a college that has run for long: the sums hold all of the past.
    for year in sorted({shift.served_on.year for shift in past}):
        with Session(engine) as session, writing(session):
            keep_period(session, Days.calendar_year(year))


def token_of(number: int) -> str:
    """Return the bearer token of a member; it is worth nothing outside this database."""
    return f"bench-{number:08d}"


def handle_of(number: int) -> str:
    """Return the handle of a post's display."""
    return f"be{number:06x}"


def add_posts(connection: Connection, now: datetime) -> None:
    """Add posts, each with a site, a display that is alive, and a shift of six hours around *now*."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    numbers = range(1, POSTS + 1)
    _add(connection, Post, map(_post, numbers))
    _add(connection, Site, ({"code": f"P{n}", "name": f"岗位 {n}", "post_id": n} for n in numbers))
    # A sign of life that lies ahead: the display does not fall silent while we measure.
    life = {"is_poster": False, "opened_at": LONG_AGO, "seen_at": now + timedelta(hours=6)}
    _add(connection, Display, ({"handle": handle_of(n), "site_id": n} | life for n in numbers))
    for number in numbers:
        add_shift(connection, f"N{number}", number, hour - timedelta(hours=3), hour + timedelta(hours=3))


def add_shift(connection: Connection, code: str, post_id: int, starts: datetime, ends: datetime) -> int:
    """Publish a shift and return its id."""
    table = table_of(Shift)
    row = {
        "code": code,
        "post_id": post_id,
        "starts_at": starts,
        "ends_at": ends,
        "first_ends_at": ends,
        "is_opened_on_spot": False,
        "is_for_make_ups": False,
        "published_at": LONG_AGO,
    }
    return int(connection.execute(insert(table).returning(table.c.id), row).scalar_one())


def add_past_shifts(connection: Connection, *, post_id: int, count: int, now: datetime) -> list[PastShift]:
    """Publish shifts of an hour, one a day, the last of them two weeks ago."""
    noon = now.replace(hour=4, minute=0, second=0, microsecond=0)
    past = []
    for number in range(count):
        starts = noon - timedelta(days=14 + number)
        shift_id = add_shift(
            connection, f"OLD{post_id}-{number}", post_id, starts, starts + timedelta(hours=1)
        )
        past.append(PastShift(id=shift_id, post_id=post_id, served_on=starts.date(), starts_at=starts))
    return past


def add_history(connection: Connection, past: Sequence[PastShift], *, first: int, last: int) -> None:
    """Let every member from *first* to *last* have served each of the shifts in full."""
    add_visits(connection, past, first=first, last=last)
    add_proof(connection, past, first=first, last=last)


def add_visits(connection: Connection, past: Sequence[PastShift], *, first: int, last: int) -> None:
    """Write the visits alone."""
    for shift in past:
        # SQLite keeps days as text, PostgreSQL wants to see one.
        day: Any = shift.served_on if connection.dialect.name == "postgresql" else str(shift.served_on)
        where = {"shift_id": shift.id, "post_id": shift.post_id, "served_on": day}
        connection.execute(_VISITS, where | {"first": first, "last": last})


def add_proof(connection: Connection, past: Sequence[PastShift], *, first: int, last: int) -> None:
    """Write both ends of those visits, and what they earned."""
    for number, shift in enumerate(past, 1):
        who = {"shift_id": shift.id, "first": first, "last": last}
        came, left = int(shift.starts_at.timestamp()), int(shift.starts_at.timestamp()) + 3600
        connection.execute(_EVIDENCE, who | {"side": "in", "at": came})
        connection.execute(_EVIDENCE, who | {"side": "out", "at": left})
        connection.execute(_CREDIT, who | {"seq": number, "at": left})


def _add(connection: Connection, model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    connection.execute(insert(table_of(model)), list(rows))


def _policy() -> dict[str, Any]:
    return asdict(HoursPolicy(effective_on=FIRST_DAY)) | {"stages": "probationary", "entered_at": LONG_AGO}


def _units() -> list[dict[str, Any]]:
    college = {"code": "COL", "name": "学院党委", "kind": UnitKind.COLLEGE, "path": "/1/"}
    branch = {"kind": UnitKind.BRANCH, "branch_kind": BranchKind.STUDENT, "parent_id": 1}
    numbers = range(2, BRANCHES + 2)
    branches = [branch | {"code": f"B{n}", "name": f"第{n}党支部", "path": f"/1/{n}/"} for n in numbers]
    return [college | {"branch_kind": None, "parent_id": None}, *branches]


def _unit_of(number: int) -> int:
    return 2 + number % BRANCHES


def _member(number: int) -> dict[str, Any]:
    return {
        "student_no": f"2025{number:06d}",
        "name": "王小明",
        "sort_key": "wang xiao ming",
        "initials": "wxm",
        "unit_id": _unit_of(number),
        "stage": Stage.PROBATIONARY,
    }


def _membership(number: int) -> dict[str, Any]:
    return {"member_id": number, "unit_id": _unit_of(number), "from_on": FIRST_DAY}


def _window(number: int) -> dict[str, Any]:
    return {"member_id": number, "starts_on": FIRST_DAY, "ends_before": date(2099, 1, 1)}


def _account(number: int) -> dict[str, Any]:
    return {"login": f"m{number}", "name": "王小明", "member_id": number, "created_at": LONG_AGO}


def _token(number: int) -> dict[str, Any]:
    digest = sha256(token_of(number).encode()).hexdigest()
    return {"account_id": number, "digest": digest, "created_at": LONG_AGO}


def _post(number: int) -> dict[str, Any]:
    return {
        "code": f"P{number}",
        "name": f"岗位 {number}",
        "unit_id": _unit_of(number),
        "category": Category.SERVICE,
        "compensation": Compensation.NONE,
    }
