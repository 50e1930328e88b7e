"""Which columns each list has when it is taken along, and the basis that its figures stand on."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from flask import Response
from flask_babel import gettext as _

from volunteer.database import db
from volunteer.rules.policy import policy_on
from volunteer.rules.tally import hours_text
from volunteer.stats.policies import policies
from volunteer.stats.records import Record, TypedRecord
from volunteer.stats.registered import BaseRow, PostRow
from volunteer.stats.rollups import Days, RollUp
from volunteer.stats.standing import MemberStanding
from volunteer.stats.units import UnitRow
from volunteer.web import access, downloads, sheets
from volunteer.web.records import Month
from volunteer.web.sheets import Column, Kind, Table
from volunteer.web.show import DASH, moment, settings
from volunteer.web.words import word

T = TypeVar("T")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def members(unit: UnitRow, people: Sequence[MemberStanding], *, now: datetime) -> Table[MemberStanding]:
    """Return the members with their standing."""
    columns: list[Column[MemberStanding]] = [
        Column(_("Student number"), Kind.TEXT, lambda one: one.student_no),
        Column(_("Name"), Kind.TEXT, lambda one: one.name),
        Column(_("Branch"), Kind.TEXT, lambda one: one.unit_name),
        Column(_("Stage"), Kind.TEXT, lambda one: word(one.stage)),
        Column(_("Probation from"), Kind.DAY, lambda one: one.starts_on),
        Column(_("due on"), Kind.DAY, lambda one: one.ends_before),
        Column(_("Counted hours"), Kind.HOURS, lambda one: one.standing.counted),
        Column(_("Hours missing"), Kind.HUNDREDTHS, lambda one: one.standing.missing_hundredths),
        Column(_("Pending hours"), Kind.HOURS, lambda one: one.pending),
        Column(_("Status"), Kind.TEXT, lambda one: word(one.standing.status)),
        Column(_("Phase"), Kind.TEXT, lambda one: word(one.standing.phase)),
        Column(_("Make-up share"), Kind.PERCENT, lambda one: one.makeup_share_pct),
    ]
    basis = _("Basis: probation window of each member")
    return _table(unit.name, _("members"), basis, columns, people, now=now)


def rollup(unit: UnitRow, kind: str, rows: Sequence[RollUp], days: Days, *, now: datetime) -> Table[RollUp]:
    """Return a roll-up by post or base; *kind* names the file."""
    columns: list[Column[RollUp]] = [
        Column(_("Code"), Kind.TEXT, lambda row: row.code or DASH),
        Column(_("Its name"), Kind.TEXT, lambda row: row.name or _("on campus")),
        Column(_("Persons"), Kind.NUMBER, lambda row: row.headcount),
        Column(_("Person-times"), Kind.NUMBER, lambda row: row.person_times),
        Column(_("Hours served"), Kind.HOURS, lambda row: row.net),
        Column(_("Hours credited"), Kind.HOURS, lambda row: row.credited),
        Column(_("Make-up share"), Kind.PERCENT, lambda row: row.makeup_share_pct),
    ]
    basis = _(
        "Basis: calendar days from %(since)s up to, not including, %(until)s",
        since=days.from_on,
        until=days.to_on,
    )
    return _table(unit.name, kind, basis, columns, rows, now=now)


def posts(rows: Sequence[PostRow], *, now: datetime) -> Table[PostRow]:
    """Return the registered posts."""
    columns: list[Column[PostRow]] = [
        Column(_("Code"), Kind.TEXT, lambda row: row.code),
        Column(_("Its name"), Kind.TEXT, lambda row: row.name),
        Column(_("Base"), Kind.TEXT, lambda row: row.base_name or _("on campus")),
        Column(_("Run by"), Kind.TEXT, lambda row: row.unit_name),
        Column(_("Kind"), Kind.TEXT, lambda row: word(row.category)),
        Column(_("Compensation"), Kind.TEXT, lambda row: word(row.compensation)),
        Column(_("Place"), Kind.TEXT, lambda row: row.place),
        Column(_("What is done"), Kind.TEXT, lambda row: row.content),
        Column(_("Insurance"), Kind.TEXT, lambda row: row.insurance_note),
        Column(_("Coming shifts"), Kind.NUMBER, lambda row: row.shifts),
    ]
    return _table(_("Registry"), _("posts"), _("Basis: as registered now"), columns, rows, now=now)


def bases(rows: Sequence[BaseRow], *, now: datetime) -> Table[BaseRow]:
    """Return the registered bases."""
    columns: list[Column[BaseRow]] = [
        Column(_("Code"), Kind.TEXT, lambda row: row.code),
        Column(_("Its name"), Kind.TEXT, lambda row: row.name),
        Column(_("Kind"), Kind.TEXT, lambda row: row.kind),
        Column(_("Host"), Kind.TEXT, lambda row: row.host),
        Column(_("Contact"), Kind.TEXT, lambda row: row.contact),
        Column(_("Address"), Kind.TEXT, lambda row: row.address),
        Column(_("Status"), Kind.TEXT, lambda row: word(row.status)),
        Column(_("Agreement from"), Kind.DAY, lambda row: row.agreement_from),
        Column(_("Agreement until"), Kind.DAY, lambda row: row.agreement_to),
        Column(_("Plaque put up on"), Kind.DAY, lambda row: row.plaque_on),
        Column(_("Posts"), Kind.NUMBER, lambda row: row.posts),
    ]
    return _table(_("Registry"), _("bases"), _("Basis: as registered now"), columns, rows, now=now)


def records(one: MemberStanding, months: Sequence[Month], *, now: datetime) -> Table[Record | TypedRecord]:
    """Return all records of a member; the credited hours add up to the total of her page."""
    columns: list[Column[Record | TypedRecord]] = [
        Column(_("Day"), Kind.DAY, lambda row: row.served_on if isinstance(row, Record) else row.day),
        Column(_("Post"), Kind.TEXT, lambda row: row.post_name if isinstance(row, Record) else row.what),
        Column(_("Base"), Kind.TEXT, lambda row: row.base_name if isinstance(row, Record) else None),
        Column(_("Kind"), Kind.TEXT, lambda row: word(row.state if isinstance(row, Record) else row.kind)),
        Column(_("Grade"), Kind.TEXT, lambda row: word(row.grade) if isinstance(row, Record) else None),
        Column(_("Check in"), Kind.MOMENT, lambda row: row.came_at if isinstance(row, Record) else None),
        Column(_("Check out"), Kind.MOMENT, lambda row: row.left_at if isinstance(row, Record) else None),
        Column(_("Minutes served"), Kind.NUMBER, lambda row: row.net if isinstance(row, Record) else 0),
        Column(_("Minutes credited"), Kind.NUMBER, lambda row: row.credited),
        Column(_("Hours credited"), Kind.HOURS, lambda row: row.credited),
        Column(_("Not credited"), Kind.TEXT, _losses),
    ]
    rows: list[Record | TypedRecord] = []
    for month in months:
        rows += month.records
        rows += month.typed
    name = f"{one.name} {one.student_no}"
    return _table(name, _("records"), _("Basis: all records of all time"), columns, rows, now=now)


def answer(table: Table[T], form: str) -> Response:
    """Return the table as a file of that form, ``csv`` or ``xlsx``."""
    if form == "xlsx":
        found = Response(sheets.as_xlsx(table), content_type=XLSX)
    else:
        found = Response(sheets.as_csv(table), content_type="text/csv; charset=utf-8")
    return downloads.named(found, f"{table.name}.{form}")


def _table(
    subject: str, kind: str, basis: str, columns: Sequence[Column[T]], rows: Sequence[T], *, now: datetime
) -> Table[T]:
    today = settings().campus.day(now)
    policy = policy_on(today, policies(db.session()))
    lines = [
        f"{subject} · {kind} · {basis}",
        _(
            "Policy version of %(day)s: %(hours)s h; time %(at)s; by %(who)s",
            day=policy.effective_on,
            hours=hours_text(policy.threshold_min),
            at=moment(now),
            who=access.me().name,
        ),
    ]
    return Table(
        name=f"{subject}-{kind}-{today}", lines=lines, columns=columns, rows=rows, zone=settings().zone
    )


def _losses(row: Record | TypedRecord) -> str | None:
    if not isinstance(row, Record):
        return None
    return "; ".join(f"{word(reason)} {minutes}" for reason, minutes in row.lost.items()) or None
