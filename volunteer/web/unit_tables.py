"""The units right below one to take along: where their members stand, and what each served."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask_babel import gettext as _

from volunteer.database import db
from volunteer.rules.kinds import Phase, Status
from volunteer.rules.progress import PHASES, STATUSES, Due, UnitLine
from volunteer.stats import ledger
from volunteer.stats.rollups import RollUp
from volunteer.stats.units import UnitRow
from volunteer.web.asked_members import Basis, due_words
from volunteer.web.narrowed import narrowed
from volunteer.web.sheets import Column, Kind, Table
from volunteer.web.tables import described
from volunteer.web.words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A unit right below with what its members come to and what it served."""

    unit: UnitRow
    line: UnitLine
    served: RollUp


def units(unit: UnitRow, rows: Sequence[Row], basis: Basis, *, now: datetime) -> Table[Row]:
    """Return the units with their members by where they stand, the rate of those due, and their service."""
    columns: list[Column[Row]] = [
        Column("code", _("Code"), Kind.TEXT, lambda row: row.unit.code),
        Column("name", _("Its name"), Kind.TEXT, lambda row: row.unit.name),
        Column("kind", _("Kind"), Kind.TEXT, lambda row: word(row.unit.kind)),
        Column("probationary", _("Probationary"), Kind.NUMBER, lambda row: row.line.members),
        Column("reached", _("Members who have met it"), Kind.NUMBER, lambda row: row.line.met),
        Column("in_trouble", _("At risk or not met"), Kind.NUMBER, lambda row: row.line.in_trouble),
        *(
            Column(place.value, word(place), Kind.NUMBER, partial(_standing, place))
            for place in (*STATUSES, *PHASES)
        ),
        *(
            Column(f"due_{due.value}", _("due: %(when)s", when=text), Kind.NUMBER, partial(_due, due))
            for due, text in due_words().items()
        ),
        Column("missing_h", _("Hours missing"), Kind.HUNDREDTHS, lambda row: row.line.missing_hundredths),
        Column("judged", _("Due and judged"), Kind.NUMBER, lambda row: row.line.rate.judged),
        Column("met_rate_pct", _("Met rate of the due"), Kind.PERCENT, lambda row: row.line.rate.pct),
        Column("converted", _("Converted"), Kind.NUMBER, lambda row: row.line.ends.converted),
        Column("extended", _("Probation extended"), Kind.NUMBER, lambda row: row.line.ends.extended),
        Column("cancelled", _("Candidacy cancelled"), Kind.NUMBER, lambda row: row.line.ends.cancelled),
        Column("headcount", _("Persons"), Kind.NUMBER, lambda row: row.served.headcount),
        Column("person_times", _("Person-times"), Kind.NUMBER, lambda row: row.served.person_times),
        Column("net_h", _("Hours served"), Kind.HOURS, lambda row: row.served.net),
        Column("credited_h", _("Hours credited"), Kind.HOURS, lambda row: row.served.credited),
        Column("makeup_share_pct", _("Make-up share"), Kind.PERCENT, lambda row: row.served.makeup_share_pct),
    ]
    said = narrowed(basis.text, _("members by where they stand today in their own windows"))
    heads = ledger.heads(db.session(), unit.path)
    return described(unit.name, _("units"), said, columns, rows, now=now, heads=heads)


def _standing(place: Status | Phase, row: Row) -> int:
    return row.line.at[place]


def _due(due: Due, row: Row) -> int:
    return row.line.due[due]
