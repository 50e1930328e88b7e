"""Tables to take along: CSV that spreadsheets open rightly, with the basis that the figures stand on."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote

from flask import Response
from flask_babel import gettext as _

from volunteer.rules.tally import hours_text
from volunteer.stats.rollups import Days, RollUp
from volunteer.stats.standing import MemberStanding
from volunteer.stats.units import UnitRow
from volunteer.web.show import DASH, moment
from volunteer.web.words import word

# What a spreadsheet would run as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> str:
    """Return a cell's text, so that no spreadsheet takes it for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def members_csv(unit: UnitRow, people: Sequence[MemberStanding], *, now: datetime, who: str) -> Response:
    """Return the members with their standing."""
    basis = _("Basis: probation window of each member; time %(at)s; by %(who)s", at=moment(now), who=who)
    head = [
        _("Student number"),
        _("Name"),
        _("Branch"),
        _("Stage"),
        _("Probation from"),
        _("due on"),
        _("Counted hours"),
        _("Hours missing"),
        _("Pending hours"),
        _("Status"),
        _("Phase"),
        _("Make-up share"),
    ]
    rows = (
        [
            one.student_no,
            one.name,
            one.unit_name,
            word(one.stage),
            one.starts_on,
            one.ends_before,
            hours_text(one.standing.counted),
            hours_text(one.standing.missing),
            hours_text(one.pending),
            word(one.standing.status),
            word(one.standing.phase),
            one.makeup_share_pct,
        ]
        for one in people
    )
    return _csv(f"{unit.code}-members", f"{unit.name} · {basis}", head, rows)


def rollup_csv(
    unit: UnitRow, kind: str, rows: Sequence[RollUp], days: Days, *, now: datetime, who: str
) -> Response:
    """Return a roll-up by post or base."""
    basis = _(
        "Basis: calendar days from %(since)s up to, not including, %(until)s; time %(at)s; by %(who)s",
        since=days.from_on,
        until=days.to_on,
        at=moment(now),
        who=who,
    )
    head = [
        _("Code"),
        _("Its name"),
        _("Persons"),
        _("Person-times"),
        _("Hours served"),
        _("Hours credited"),
        _("Make-up share"),
    ]
    lines = (
        [
            row.code or DASH,
            row.name or _("on campus"),
            row.headcount,
            row.person_times,
            hours_text(row.net),
            hours_text(row.credited),
            row.makeup_share_pct,
        ]
        for row in rows
    )
    return _csv(f"{unit.code}-{kind}", f"{unit.name} · {basis}", head, lines)


def _csv(name: str, basis: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    text = io.StringIO()
    # A byte order mark: without it spreadsheets read Chinese as something else.
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow([safe_cell(basis)])
    writer.writerow([safe_cell(cell) for cell in head])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    answer = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    return answer
