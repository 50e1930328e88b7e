"""The lines of a report as one table to take along: its basis above, a row a line of every table."""

from collections.abc import Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from volunteer.rules.differences import Differences
from volunteer.rules.kinds import Figure
from volunteer.rules.report import Axis, Line, Stood, Visited
from volunteer.rules.tally import hours_text
from volunteer.stats.reports import Person
from volunteer.web.report_words import Shown, axis_title, basis_lines, figure_text, key_text, title_of
from volunteer.web.sheets import Column, Kind, Table
from volunteer.web.words import word

T = TypeVar("T")
# Which table, what of it, and how it reads before and after; None where it is not there.
Changed = tuple[str, str, str | None, str | None]

AxisLine = tuple[Axis, Line]


def lines(shown: Shown, *, zone: ZoneInfo) -> Table[AxisLine]:
    """Return all lines of a report."""
    report = shown.report
    columns: list[Column[AxisLine]] = [
        Column("table", _("Table"), Kind.TEXT, lambda row: axis_title(row[0])),
        Column("code", _("Code"), Kind.TEXT, lambda row: None if row[0] is Axis.MEMBER else row[1].key),
        Column("name", _("Its name"), Kind.TEXT, lambda row: key_text(shown, *_key(row))),
        Column("headcount", _("Persons"), Kind.NUMBER, lambda row: row[1].headcount),
        Column("person_times", _("Person-times"), Kind.NUMBER, lambda row: row[1].person_times),
        Column("visits", _("Records"), Kind.NUMBER, lambda row: row[1].visits),
        Column("net_h", _("Hours served"), Kind.HOURS, lambda row: row[1].net),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda row: row[1].credited),
        Column("makeup_share_pct", _("Make-up share"), Kind.PERCENT, lambda row: row[1].made_up_pct),
    ]
    axes = [axis for axis in Axis if axis is not Axis.MEMBER or shown.people]
    rows = [(axis, line) for axis in axes for line in report.lines[axis]]
    return _table(shown, "", columns, rows, zone)


def records(shown: Shown, visits: Sequence[Visited], chosen_by: str, *, zone: ZoneInfo) -> Table[Visited]:
    """Return the records that a figure of the report is made of; *chosen_by* says which figure."""

    def person(visit: Visited) -> Person | None:
        return shown.people.get(visit.member_id)

    def named(axis: Axis, key: str | None) -> str | None:
        return key_text(shown, axis, key) if key is not None else None

    columns: list[Column[Visited]] = [
        Column("day", _("Day"), Kind.DAY, lambda visit: visit.served_on),
        Column("student_no", _("Student number"), Kind.TEXT, lambda visit: _of(person(visit), "student_no")),
        Column("name", _("Name"), Kind.TEXT, lambda visit: _of(person(visit), "name")),
        Column("branch", _("Branch"), Kind.TEXT, lambda visit: named(Axis.UNIT, visit.unit)),
        Column("post", _("Post"), Kind.TEXT, lambda visit: named(Axis.POST, visit.post)),
        Column("base", _("Base"), Kind.TEXT, lambda visit: named(Axis.BASE, visit.base)),
        Column("grade", _("Grade"), Kind.TEXT, lambda visit: word(visit.grade)),
        Column(
            "in_time",
            _("Recorded in time"),
            Kind.TEXT,
            _in_time,
        ),
        Column("net_h", _("Hours served"), Kind.HOURS, lambda visit: visit.net),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda visit: visit.credited),
        Column("record", _("Record"), Kind.NUMBER, lambda visit: visit.id),
    ]
    return _table(shown, _("records"), columns, visits, zone, chosen_by)


def changes(found: Differences, was: Shown, now: Shown, *, zone: ZoneInfo) -> Table[Changed]:
    """Return all that is different between two reports, a row each, as it read before and reads after."""
    columns: list[Column[Changed]] = [
        Column("table", _("Table"), Kind.TEXT, lambda row: row[0]),
        Column("name", _("Its name"), Kind.TEXT, lambda row: row[1]),
        Column("before", _("Frozen"), Kind.TEXT, lambda row: row[2]),
        Column("after", _("Then") if now.frozen else _("Now"), Kind.TEXT, lambda row: row[3]),
    ]
    rows: list[Changed] = [
        (_("Figures"), word(Figure(one.key)), _figure(one.key, one.before), _figure(one.key, one.after))
        for one in found.figures
    ]
    for axis in Axis:
        for line in found.lines[axis]:
            name = key_text(now if line.after else was, axis, line.key)
            rows.append((axis_title(axis), name, _adds_up(line.before), _adds_up(line.after)))
    for member in found.members:
        name = key_text(now, Axis.MEMBER, member.key)
        rows.append((_("Where the members stand"), name, _stands(member.before), _stands(member.after)))
    for change in found.visits:
        name = "; ".join(
            dict.fromkeys(
                key_text(now, Axis.MEMBER, str(visit.member_id))
                for visit in (change.before, change.after)
                if visit
            )
        )
        rows.append((_("Records"), name, _visit(was, change.before), _visit(now, change.after)))
    return _table(was, _("What has changed since"), columns, rows, zone)


def _table(
    shown: Shown,
    what: str,
    columns: Sequence[Column[T]],
    rows: Sequence[T],
    zone: ZoneInfo,
    chosen_by: str = "",
) -> Table[T]:
    report = shown.report
    title = "-".join(part for part in (report.unit.name, title_of(report), what) if part)
    above = " · ".join(part for part in (report.unit.name, title_of(report), what, chosen_by) if part)
    return Table(
        name=f"{title}-{shown.made_at.astimezone(zone).date()}",
        lines=[above, *basis_lines(shown)],
        columns=columns,
        rows=rows,
        zone=zone,
    )


def _figure(key: str, value: int | None) -> str | None:
    return None if value is None else figure_text(Figure(key), value)


def _adds_up(line: Line | None) -> str | None:
    """Return person-times and hours served."""
    return None if line is None else f"{line.person_times} / {hours_text(line.net)}"


def _stands(one: Stood | None) -> str | None:
    return None if one is None else f"{word(one.key)} {hours_text(one.counted)}"


def _visit(shown: Shown, visit: Visited | None) -> str | None:
    """Return day, post, grade, hours served and credited."""
    if visit is None:
        return None
    hours = f"{hours_text(visit.net)} / {hours_text(visit.credited)}"
    return f"{visit.served_on} {key_text(shown, Axis.POST, visit.post)} {visit.grade.value} {hours}"


def _in_time(visit: Visited) -> str:
    return str(_("yes") if visit.is_in_time else _("no"))


def _of(person: Person | None, field: str) -> str | None:
    return getattr(person, field) if person else None


def _key(row: AxisLine) -> tuple[Axis, str]:
    return row[0], row[1].key
