"""The lists of posts and bases to take along: what each received, who served there, how its shifts went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from volunteer.database import db
from volunteer.rules.tally import share_pct
from volunteer.stats import ledger
from volunteer.stats.place import ServerRow, ShiftRow
from volunteer.stats.units import UnitRow
from volunteer.web.place_lists import BaseLine, PostLine
from volunteer.web.sheets import Column, Kind, Table
from volunteer.web.tables import described
from volunteer.web.words import word


def posts(unit: UnitRow, rows: Sequence[PostLine], basis: str, *, now: datetime) -> Table[PostLine]:
    """Return the posts with what each received. How full it was stands there for those that the unit runs."""
    columns: list[Column[PostLine]] = [
        *_received(),
        Column("base", _("Base"), Kind.TEXT, lambda line: line.post.base_name or _("on campus")),
        Column("run_by", _("Run by"), Kind.TEXT, lambda line: line.post.unit_name),
        Column("shifts", _("Shifts"), Kind.NUMBER, lambda line: line.run("shifts")),
        Column("capacity", _("Capacity"), Kind.NUMBER, lambda line: line.run("capacity")),
        Column("came", _("Came"), Kind.NUMBER, lambda line: line.run("came")),
        Column("fill_pct", _("Filled"), Kind.PERCENT, lambda line: line.run("fill_pct")),
        Column("unclosed", _("Not checked out"), Kind.NUMBER, lambda line: line.run("unclosed")),
        Column("coming_shifts", _("Coming shifts"), Kind.NUMBER, lambda line: line.run("coming")),
        Column("last_service", _("Last service"), Kind.DAY, lambda line: line.post.last_on),
    ]
    heads = ledger.heads(db.session(), unit.path)
    return described(unit.name, _("posts"), basis, columns, rows, now=now, heads=heads)


def bases(unit: UnitRow, rows: Sequence[BaseLine], basis: str, *, now: datetime) -> Table[BaseLine]:
    """Return the bases with their agreements and what each received."""
    columns: list[Column[BaseLine]] = [
        *_received(),
        Column("posts", _("Posts"), Kind.NUMBER, lambda line: line.base.posts),
        Column("branches", _("Branches served"), Kind.NUMBER, lambda line: line.branches),
        Column("host", _("Host"), Kind.TEXT, lambda line: line.base.host),
        Column("status", _("Status"), Kind.TEXT, lambda line: word(line.base.status)),
        Column("agreement", _("Agreement"), Kind.TEXT, lambda line: word(line.agreement)),
        Column("agreement_from", _("Agreement from"), Kind.DAY, lambda line: line.base.agreement_from),
        Column("agreement_to", _("Agreement until"), Kind.DAY, lambda line: line.base.agreement_to),
        Column("plaque_on", _("Plaque put up on"), Kind.DAY, lambda line: line.base.plaque_on),
        Column("last_service", _("Last service"), Kind.DAY, lambda line: line.base.last_on),
    ]
    heads = ledger.heads(db.session(), unit.path)
    return described(unit.name, _("bases"), basis, columns, rows, now=now, heads=heads)


def people(
    unit: UnitRow, place: str, rows: Sequence[ServerRow], basis: str, *, now: datetime
) -> Table[ServerRow]:
    """Return who of the unit served at a place."""
    columns: list[Column[ServerRow]] = [
        Column("student_no", _("Student number"), Kind.TEXT, lambda row: row.student_no),
        Column("name", _("Name"), Kind.TEXT, lambda row: row.name),
        Column("branch", _("Branch"), Kind.TEXT, lambda row: row.unit_name),
        Column("person_times", _("Person-times"), Kind.NUMBER, lambda row: row.person_times),
        Column("net_h", _("Hours served"), Kind.HOURS, lambda row: row.net),
        Column("last_service", _("Last service"), Kind.DAY, lambda row: row.last_on),
    ]
    heads = ledger.heads(db.session(), unit.path)
    subject = f"{unit.name} {place}"
    return described(subject, _("who served"), basis, columns, rows, now=now, heads=heads)


def shifts(
    unit: UnitRow, post: str, rows: Sequence[ShiftRow], basis: str, *, now: datetime
) -> Table[ShiftRow]:
    """Return the shifts of a post with who came."""
    columns: list[Column[ShiftRow]] = [
        Column("code", _("Code"), Kind.TEXT, lambda row: row.code),
        Column("starts_at", _("Begins"), Kind.MOMENT, lambda row: row.starts_at),
        Column("ends_at", _("Ends"), Kind.MOMENT, lambda row: row.ends_at),
        Column("capacity", _("Capacity"), Kind.NUMBER, lambda row: row.capacity),
        Column("came", _("Came"), Kind.NUMBER, lambda row: row.came),
        Column("fill_pct", _("Filled"), Kind.PERCENT, lambda row: share_pct(row.came, row.capacity or 0)),
        Column("net_h", _("Hours served"), Kind.HOURS, lambda row: row.net),
        Column("note", _("Note"), Kind.TEXT, _note),
    ]
    heads = ledger.heads(db.session(), unit.path)
    return described(f"{unit.name} {post}", _("shifts"), basis, columns, rows, now=now, heads=heads)


def _received() -> list[Column[Any]]:
    """Return which place it is and what it received."""
    return [
        Column("code", _("Code"), Kind.TEXT, lambda line: line.code),
        Column("name", _("Its name"), Kind.TEXT, lambda line: line.name),
        Column("headcount", _("Persons"), Kind.NUMBER, lambda line: line.served.headcount),
        Column("person_times", _("Person-times"), Kind.NUMBER, lambda line: line.served.person_times),
        Column("net_h", _("Hours served"), Kind.HOURS, lambda line: line.served.net),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda line: line.served.credited),
        Column(
            "makeup_share_pct", _("Make-up share"), Kind.PERCENT, lambda line: line.served.makeup_share_pct
        ),
    ]


def _note(row: ShiftRow) -> str | None:
    if row.is_cancelled:
        return str(_("cancelled"))
    return str(_("entered for make-ups")) if row.is_for_make_ups else None
