"""The lines of a report as one table to take along: its basis above, a row a line of every table."""

from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from volunteer.rules.report import Axis, Line
from volunteer.web.report_words import Shown, axis_title, basis_lines, key_text, title_of
from volunteer.web.sheets import Column, Kind, Table

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
    return Table(
        name=f"{report.unit.name}-{title_of(report)}-{shown.made_at.astimezone(zone).date()}",
        lines=[f"{report.unit.name} · {title_of(report)}", *basis_lines(shown)],
        columns=columns,
        rows=[(axis, line) for axis in axes for line in report.lines[axis]],
        zone=zone,
    )


def _key(row: AxisLine) -> tuple[Axis, str]:
    return row[0], row[1].key
