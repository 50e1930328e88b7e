"""Which columns each list has when it is taken along, and the basis that its figures stand on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, stream_with_context
from flask_babel import gettext as _

from volunteer.database import db
from volunteer.rules.kinds import Grade, RequestKind
from volunteer.rules.names import masked_phones
from volunteer.rules.policy import policy_on
from volunteer.rules.tally import hours_text
from volunteer.stats import ledger
from volunteer.stats.activity_day import DayRow
from volunteer.stats.breakdown import Sum
from volunteer.stats.certificates import CertificateRow
from volunteer.stats.conversion import ProposalRow
from volunteer.stats.ledger import HeadRow
from volunteer.stats.policies import policies
from volunteer.stats.records import Record, TypedRecord
from volunteer.stats.registered import BaseRow, PostRow
from volunteer.stats.standing import MemberStanding
from volunteer.stats.units import UnitRow
from volunteer.web import access, asked_members, downloads, sheets
from volunteer.web.half_years import HalfYear
from volunteer.web.narrowed import narrowed
from volunteer.web.records import Month
from volunteer.web.sheets import Column, Kind, Table
from volunteer.web.show import moment, settings
from volunteer.web.words import word

T = TypeVar("T")
PeriodLine = tuple[str, Sum]
MARKS = (Grade.A, Grade.B, Grade.C, Grade.E, RequestKind.OPENING, RequestKind.OUTSIDE)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Rows; up to so many the browser is told beforehand how long the file is.
WHOLE_UP_TO = 2000
FORMS: Mapping[str, tuple[Any, str]] = {
    "csv": (sheets.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (sheets.as_xlsx, XLSX),
    "json": (sheets.as_json, "application/json"),
}


def members(unit: UnitRow, people: Sequence[MemberStanding], *, now: datetime) -> Table[MemberStanding]:
    """Return the members with their standing."""
    columns: list[Column[MemberStanding]] = [
        Column("student_no", _("Student number"), Kind.TEXT, lambda one: one.student_no),
        Column("name", _("Name"), Kind.TEXT, lambda one: one.name),
        Column("branch", _("Branch"), Kind.TEXT, lambda one: one.unit_name),
        Column("stage", _("Stage"), Kind.TEXT, lambda one: word(one.stage)),
        Column("probation_from", _("Probation from"), Kind.DAY, lambda one: one.starts_on),
        Column("due_on", _("due on"), Kind.DAY, lambda one: one.ends_before),
        Column("counted_h", _("Counted hours"), Kind.HOURS, lambda one: one.standing.counted),
        Column("missing_h", _("Hours missing"), Kind.HUNDREDTHS, lambda one: one.standing.missing_hundredths),
        Column("pending_h", _("Pending hours"), Kind.HOURS, lambda one: one.pending),
        Column("status", _("Status"), Kind.TEXT, lambda one: word(one.standing.status)),
        Column("phase", _("Phase"), Kind.TEXT, lambda one: word(one.standing.phase)),
        Column("makeup_share_pct", _("Make-up share"), Kind.PERCENT, lambda one: one.makeup_share_pct),
        Column("days_left", _("Days left"), Kind.NUMBER, lambda one: one.standing.days_left),
        Column("per_week_h", _("Needed a week (hours)"), Kind.HOURS, lambda one: one.standing.per_week),
    ]
    basis = narrowed(_("Basis: probation window of each member"), *asked_members.said())
    heads = ledger.heads(db.session(), unit.path)
    return described(unit.name, _("members"), basis, columns, people, now=now, heads=heads)


def due(
    unit: UnitRow,
    people: Sequence[MemberStanding],
    *,
    marks: Mapping[int, Mapping[StrEnum, int]],
    objections: Mapping[int, int],
    waiting: Mapping[int, ProposalRow],
    chosen_by: str,
    now: datetime,
) -> Table[MemberStanding]:
    """Return who is due at the conversion desk, with the hours of each grade."""

    def proposed(one: MemberStanding) -> str | None:
        row = waiting.get(one.member_id)
        return f"{word(row.what)} {row.on}" if row else None

    def of(mark: StrEnum) -> Column[MemberStanding]:
        return Column(
            f"{mark.value}_h".lower(), word(mark), Kind.HOURS, lambda one: marks[one.member_id].get(mark, 0)
        )

    columns: list[Column[MemberStanding]] = [
        Column("student_no", _("Student number"), Kind.TEXT, lambda one: one.student_no),
        Column("name", _("Name"), Kind.TEXT, lambda one: one.name),
        Column("branch", _("Branch"), Kind.TEXT, lambda one: one.unit_name),
        Column("phase", _("Phase"), Kind.TEXT, lambda one: word(one.standing.phase)),
        Column("status", _("Status"), Kind.TEXT, lambda one: word(one.standing.status)),
        Column("probation_from", _("Probation from"), Kind.DAY, lambda one: one.starts_on),
        Column("due_on", _("due on"), Kind.DAY, lambda one: one.ends_before),
        Column("counted_h", _("Counted hours"), Kind.HOURS, lambda one: one.standing.counted),
        Column("missing_h", _("Hours missing"), Kind.HUNDREDTHS, lambda one: one.standing.missing_hundredths),
        *(of(mark) for mark in MARKS),
        Column("pending_h", _("Pending hours"), Kind.HOURS, lambda one: one.pending),
        Column("open_objections", _("Open objections"), Kind.NUMBER, lambda one: objections[one.member_id]),
        Column("proposed", _("Proposed"), Kind.TEXT, proposed),
    ]
    basis = narrowed(_("Basis: probation window of each member"), chosen_by)
    heads = ledger.heads(db.session(), unit.path)
    return described(unit.name, _("conversion"), basis, columns, people, now=now, heads=heads)


def posts(rows: Sequence[PostRow], *, now: datetime) -> Table[PostRow]:
    """Return the registered posts."""
    columns: list[Column[PostRow]] = [
        Column("code", _("Code"), Kind.TEXT, lambda row: row.code),
        Column("name", _("Its name"), Kind.TEXT, lambda row: row.name),
        Column("base", _("Base"), Kind.TEXT, lambda row: row.base_name or _("on campus")),
        Column("run_by", _("Run by"), Kind.TEXT, lambda row: row.unit_name),
        Column("kind", _("Kind"), Kind.TEXT, lambda row: word(row.category)),
        Column("compensation", _("Compensation"), Kind.TEXT, lambda row: word(row.compensation)),
        Column("place", _("Place"), Kind.TEXT, lambda row: row.place),
        Column("content", _("What is done"), Kind.TEXT, lambda row: row.content),
        Column("insurance_note", _("Insurance"), Kind.TEXT, lambda row: row.insurance_note),
        Column("coming_shifts", _("Coming shifts"), Kind.NUMBER, lambda row: row.shifts),
    ]
    return described(_("Registry"), _("posts"), _("Basis: as registered now"), columns, rows, now=now)


def bases(rows: Sequence[BaseRow], *, now: datetime) -> Table[BaseRow]:
    """Return the registered bases."""
    columns: list[Column[BaseRow]] = [
        Column("code", _("Code"), Kind.TEXT, lambda row: row.code),
        Column("name", _("Its name"), Kind.TEXT, lambda row: row.name),
        Column("kind", _("Kind"), Kind.TEXT, lambda row: row.kind),
        Column("host", _("Host"), Kind.TEXT, lambda row: row.host),
        Column("contact", _("Contact"), Kind.TEXT, lambda row: masked_phones(row.contact or "")),
        Column("address", _("Address"), Kind.TEXT, lambda row: row.address),
        Column("status", _("Status"), Kind.TEXT, lambda row: word(row.status)),
        Column("agreement_from", _("Agreement from"), Kind.DAY, lambda row: row.agreement_from),
        Column("agreement_to", _("Agreement until"), Kind.DAY, lambda row: row.agreement_to),
        Column("plaque_on", _("Plaque put up on"), Kind.DAY, lambda row: row.plaque_on),
        Column("posts", _("Posts"), Kind.NUMBER, lambda row: row.posts),
    ]
    return described(_("Registry"), _("bases"), _("Basis: as registered now"), columns, rows, now=now)


def certificates(
    unit: UnitRow, rows: Sequence[CertificateRow], *chosen_by: str, now: datetime
) -> Table[CertificateRow]:
    """Return the certificates of a unit's members."""
    columns: list[Column[CertificateRow]] = [
        Column("number", _("Number"), Kind.TEXT, lambda row: row.number),
        Column("name", _("Name"), Kind.TEXT, lambda row: row.name),
        Column("student_no", _("Student number"), Kind.TEXT, lambda row: row.student_no),
        Column("branch", _("Branch"), Kind.TEXT, lambda row: row.unit_name),
        Column("from", _("From"), Kind.DAY, lambda row: row.from_on),
        Column("until", _("Until"), Kind.DAY, lambda row: row.last_on),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda row: row.minutes),
        Column("credited_now_h", _("Hours today"), Kind.HOURS, lambda row: row.minutes_now),
        Column("issued_on", _("Issued on"), Kind.DAY, lambda row: row.issued_on),
        Column("handler", _("Handler"), Kind.TEXT, lambda row: row.handler),
        Column("approver", _("Approver"), Kind.TEXT, lambda row: row.approver),
        Column("stands", _("Stands"), Kind.TEXT, lambda row: word(row.standing)),
        Column("reason", _("Reason"), Kind.TEXT, lambda row: row.reason or row.replaced_by),
    ]
    heads = ledger.heads(db.session(), unit.path)
    basis = narrowed(_("Basis: certificates issued to members of the unit"), *chosen_by)
    return described(unit.name, _("certificates"), basis, columns, rows, now=now, heads=heads)


def records(one: MemberStanding, months: Sequence[Month], *, now: datetime) -> Table[Record | TypedRecord]:
    """Return all records of a member; the credited hours add up to the total of her page."""
    columns: list[Column[Record | TypedRecord]] = [
        Column("day", _("Day"), Kind.DAY, lambda row: row.served_on if isinstance(row, Record) else row.day),
        Column(
            "post", _("Post"), Kind.TEXT, lambda row: row.post_name if isinstance(row, Record) else row.what
        ),
        Column("base", _("Base"), Kind.TEXT, lambda row: row.base_name if isinstance(row, Record) else None),
        Column(
            "kind", _("Kind"), Kind.TEXT, lambda row: word(row.state if isinstance(row, Record) else row.kind)
        ),
        Column(
            "grade", _("Grade"), Kind.TEXT, lambda row: word(row.grade) if isinstance(row, Record) else None
        ),
        Column(
            "check_in",
            _("Check in"),
            Kind.MOMENT,
            lambda row: row.came_at if isinstance(row, Record) else None,
        ),
        Column(
            "check_out",
            _("Check out"),
            Kind.MOMENT,
            lambda row: row.left_at if isinstance(row, Record) else None,
        ),
        Column(
            "net_min", _("Minutes served"), Kind.NUMBER, lambda row: row.net if isinstance(row, Record) else 0
        ),
        Column("credited_min", _("Minutes credited"), Kind.NUMBER, lambda row: row.credited),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda row: row.credited),
        Column("not_credited", _("Not credited"), Kind.TEXT, _losses),
    ]
    rows: list[Record | TypedRecord] = []
    for month in months:
        rows += month.records
        rows += month.typed
    name = f"{one.name} {one.student_no}"
    heads = ledger.heads_of_member(db.session(), one.member_id)
    basis = _("Basis: all records of all time")
    return described(name, _("records"), basis, columns, rows, now=now, heads=heads)


def periods(one: MemberStanding, rows: Sequence[HalfYear], *, now: datetime) -> Table[PeriodLine]:
    """Return the half-years of a member, each followed by its quarters."""
    columns: list[Column[PeriodLine]] = [
        Column("period", _("Period"), Kind.TEXT, lambda line: line[0]),
        Column("net_h", _("Hours served"), Kind.HOURS, lambda line: line[1].net),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda line: line[1].credited),
    ]
    lines: list[PeriodLine] = []
    for half in rows:
        lines.append((f"{half.year}-H{half.number}", half.brought))
        lines += [(f"{half.year}-Q{quarter.number}", quarter.brought) for quarter in half.quarters]
    basis = (
        _("Basis: probation window of each member") if one.starts_on else _("Basis: all records of all time")
    )
    name = f"{one.name} {one.student_no}"
    heads = ledger.heads_of_member(db.session(), one.member_id)
    return described(name, _("half-years"), basis, columns, lines, now=now, heads=heads)


def served(unit: UnitRow, rows: Sequence[DayRow], on: date, *, now: datetime) -> Table[DayRow]:
    """Return who served where on a day."""
    columns: list[Column[DayRow]] = [
        Column("post", _("Post"), Kind.TEXT, lambda row: row.post_name),
        Column("base", _("Base"), Kind.TEXT, lambda row: row.base_name),
        Column("starts_at", _("Shift from"), Kind.MOMENT, lambda row: row.starts_at),
        Column("ends_at", _("Shift to"), Kind.MOMENT, lambda row: row.ends_at),
        Column("student_no", _("Student number"), Kind.TEXT, lambda row: row.student_no),
        Column("name", _("Name"), Kind.TEXT, lambda row: row.name),
        Column("branch", _("Branch"), Kind.TEXT, lambda row: row.unit_name),
        Column("state", _("Kind"), Kind.TEXT, lambda row: word(row.state)),
        Column("grade", _("Grade"), Kind.TEXT, lambda row: word(row.grade)),
        Column("net_h", _("Hours served"), Kind.HOURS, lambda row: row.net),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda row: row.credited),
    ]
    basis = _("Basis: all records of %(day)s, but for what is void or rejected", day=on)
    heads = ledger.heads(db.session(), unit.path)
    return described(unit.name, _("Activity day"), basis, columns, rows, now=now, heads=heads)


def answer(table: Table[T], form: str) -> Response:
    """Return the table as a file of a form of :data:`FORMS`; a long one is sent as it grows."""
    write, content_type = FORMS[form]
    pieces = write(table)
    body = stream_with_context(pieces) if len(table.rows) > WHOLE_UP_TO else list(pieces)
    return downloads.named(Response(body, content_type=content_type), f"{table.name}.{form}")


def described(
    subject: str,
    kind: str,
    basis: str,
    columns: Sequence[Column[T]],
    rows: Sequence[T],
    *,
    now: datetime,
    heads: Sequence[HeadRow] = (),
) -> Table[T]:
    """Return a table with what stands above it, and its name."""
    return Table(
        name=f"{subject}-{kind}-{settings().campus.day(now)}",
        lines=above(subject, kind, basis, now=now, heads=heads),
        columns=columns,
        rows=rows,
        zone=settings().zone,
    )


def above(subject: str, kind: str, basis: str, *, now: datetime, heads: Sequence[HeadRow] = ()) -> list[str]:
    """Return what is printed above figures: what they are, basis, policy, time, user and ledger heads."""
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
    if heads:
        # With these, whoever holds the file can have the ledger checked that its figures come from.
        ends = "; ".join(f"{head.unit_code} {head.number} {head.short}" for head in heads)
        lines.append(_("Ledger heads (branch, number, first signs): %(heads)s", heads=ends))
    return lines


def _losses(row: Record | TypedRecord) -> str | None:
    if not isinstance(row, Record):
        return None
    return "; ".join(f"{word(reason)} {minutes}" for reason, minutes in row.lost.items()) or None
