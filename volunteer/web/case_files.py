"""What waits for a decision or was looked into, to take along: the desk, spot checks, other platforms."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response
from flask_babel import gettext as _

from volunteer import clock
from volunteer.database import db
from volunteer.roster.sheet import OUTSIDE, OutsideColumn
from volunteer.rules.kinds import Sight
from volunteer.stats import leaving, outside, spot_checks
from volunteer.stats.leaving import ErasureRow
from volunteer.stats.outside import BatchLine, BatchRow
from volunteer.stats.reach import units_in_reach
from volunteer.stats.spot_checks import CheckRow, DrawRow
from volunteer.web import access, flag_words, looks, tables
from volunteer.web.desk import Card, Kind, desk_of
from volunteer.web.list_files import is_chinese
from volunteer.web.narrowed import narrowed, searched
from volunteer.web.outside import file_in_reach
from volunteer.web.oversight import draw_in_reach
from volunteer.web.review import asked_kind, asked_name, chosen_cards
from volunteer.web.sheets import Column
from volunteer.web.sheets import Kind as Holds
from volunteer.web.show import month, settings
from volunteer.web.words import word

bp = Blueprint("case_files", __name__)


@bp.get("/review.<form:form>")
@access.approver
def queue(form: str) -> Response:
    """Export what waits on the desk as it is searched there, the riskiest first."""
    now = clock.utc_now()
    looks.saw(Sight.CASES_FILE)
    cards = chosen_cards(desk_of(db.session(), access.actor(), campus=settings().campus, now=now))
    names: dict[str, str] = {
        Kind.VISIT: _("Records"),
        Kind.REQUEST: _("Requests"),
        Kind.OBJECTION: _("Objections"),
    }
    columns: list[Column[Card]] = [
        Column("kind", _("Kind"), Holds.TEXT, lambda card: names[card.kind]),
        Column("name", _("Name"), Holds.TEXT, lambda card: card.case.name),
        Column("branch", _("Branch"), Holds.TEXT, lambda card: card.case.unit_name),
        Column("post", _("Post"), Holds.TEXT, lambda card: card.case.post_name),
        Column("starts_at", _("From"), Holds.MOMENT, lambda card: card.case.starts_at),
        Column("ends_at", _("Until"), Holds.MOMENT, lambda card: card.case.ends_at),
        Column("grade", _("Grade"), Holds.TEXT, _grade),
        Column("hours", _("Hours"), Holds.HOURS, lambda card: card.case.pending),
        Column("deadline_on", _("Deadline"), Holds.DAY, lambda card: card.deadline_on),
        Column("look", _("Look"), Holds.TEXT, lambda card: word(card.risk.level)),
        Column("flags", _("Flags"), Holds.TEXT, _flags),
    ]
    basis = narrowed(
        _("Basis: what waits for a decision within reach, as searched; own cases left out"),
        names.get(asked_kind(), ""),
        searched(asked_name()),
    )
    table = tables.described(access.me().name, _("review"), basis, columns, cards, now=now)
    return tables.answer(table, form)


@bp.get("/spot-checks.<form:form>")
@access.overseer
def draws(form: str) -> Response:
    """Export the draws with what they found."""
    rows = spot_checks.draws(db.session(), units_in_reach(access.actor(), access.OVERSEERS))
    columns: list[Column[DrawRow]] = [
        Column("month", _("Month"), Holds.TEXT, lambda row: f"{row.month:%Y-%m}"),
        Column("unit", _("Unit"), Holds.TEXT, lambda row: row.unit_name),
        Column("records", _("Records"), Holds.NUMBER, lambda row: row.population),
        Column("drawn", _("Drawn"), Holds.NUMBER, lambda row: row.size),
        Column("checked", _("Checked"), Holds.NUMBER, lambda row: row.checked),
        Column("wrong", _("Found wrong"), Holds.NUMBER, lambda row: row.wrong),
        Column("hit_pct", _("Hit rate"), Holds.PERCENT, lambda row: row.hit_pct),
        Column("drawn_by", _("Drawn by"), Holds.TEXT, lambda row: row.drawn_by),
        Column("drawn_at", _("Drawn at"), Holds.MOMENT, lambda row: row.drawn_at),
        # Whoever has the records of the month and these two can draw again and finds the same.
        Column("seed", _("Seed"), Holds.TEXT, lambda row: row.seed),
        Column("digest", _("Checksum"), Holds.TEXT, lambda row: row.digest),
    ]
    basis, now = _("Basis: spot checks of units within reach"), clock.utc_now()
    name = access.me().name
    return tables.answer(tables.described(name, _("spot checks"), basis, columns, rows, now=now), form)


@bp.get("/spot-checks/<row:draw_id>.<form:form>")
@access.overseer
def draw(draw_id: int, form: str) -> Response:
    """Export the records of a draw with what was found."""
    found = draw_in_reach(draw_id)
    looks.saw(Sight.CASES_FILE, unit_id=found.unit_id)
    columns: list[Column[CheckRow]] = [
        Column("day", _("Day"), Holds.DAY, lambda row: row.served_on),
        Column("name", _("Name"), Holds.TEXT, lambda row: row.name),
        Column("branch", _("Branch"), Holds.TEXT, lambda row: row.unit_name),
        Column("post", _("Post"), Holds.TEXT, lambda row: row.post_name),
        Column("state", _("State"), Holds.TEXT, lambda row: word(row.state)),
        Column("grade", _("Grade"), Holds.TEXT, lambda row: word(row.grade)),
        Column("net_h", _("Hours served"), Holds.HOURS, lambda row: row.net),
        Column("found", _("Found"), Holds.TEXT, _found),
        Column("finding", _("Finding"), Holds.TEXT, lambda row: row.finding),
        Column("checked_by", _("Checked by"), Holds.TEXT, lambda row: row.checked_by),
        Column("checked_at", _("Checked at"), Holds.MOMENT, lambda row: row.checked_at),
    ]
    rows, now = spot_checks.checks_of(db.session(), draw_id), clock.utc_now()
    basis = _("Basis: records of %(month)s, drawn by lot", month=month(found.month))
    table = tables.described(found.unit_name, _("spot checks"), basis, columns, rows, now=now)
    return tables.answer(table, form)


@bp.get("/erasures.<form:form>")
@access.overseer
def wishes(form: str) -> Response:
    """Export who wished to be forgotten, and the answers."""
    looks.saw(Sight.CASES_FILE)
    rows = leaving.erasures(db.session(), access.actor(), access.OVERSEERS)
    columns: list[Column[ErasureRow]] = [
        Column("student_no", _("Student number"), Holds.TEXT, lambda row: row.student_no),
        Column("name", _("Name"), Holds.TEXT, lambda row: row.name),
        Column("branch", _("Branch"), Holds.TEXT, lambda row: row.unit_name),
        Column("asked_at", _("Asked at"), Holds.MOMENT, lambda row: row.asked_at),
        Column("reason", _("Reason"), Holds.TEXT, lambda row: row.reason),
        Column("outcome", _("Outcome"), Holds.TEXT, _answered),
        Column("answer", _("Answer"), Holds.TEXT, lambda row: row.answer),
        Column("decided_by", _("Decided by"), Holds.TEXT, lambda row: row.decided_by),
        Column("decided_at", _("Decided at"), Holds.MOMENT, lambda row: row.decided_at),
    ]
    basis, now = _("Basis: wishes of members within reach"), clock.utc_now()
    table = tables.described(access.me().name, _("wishes to be forgotten"), basis, columns, rows, now=now)
    return tables.answer(table, form)


@bp.get("/outside-files.<form:form>")
@access.reader
def files(form: str) -> Response:
    """Export the list of files that were taken in from other platforms."""
    rows = outside.batches(db.session(), access.actor(), access.READERS)
    columns: list[Column[BatchRow]] = [
        Column("name", _("File"), Holds.TEXT, lambda row: row.name),
        Column("source", _("Platform"), Holds.TEXT, lambda row: row.source),
        Column("unit", _("Unit"), Holds.TEXT, lambda row: row.unit_name),
        Column("sent_by", _("Sent by"), Holds.TEXT, lambda row: row.sent_by),
        Column("sent_at", _("Sent at"), Holds.MOMENT, lambda row: row.sent_at),
        Column("rows", _("Rows"), Holds.NUMBER, lambda row: row.rows),
        Column("waiting", _("waiting"), Holds.NUMBER, lambda row: row.waiting),
        Column("approved", _("approved"), Holds.NUMBER, lambda row: row.approved),
        Column("hours", _("Hours"), Holds.HOURS, lambda row: row.minutes),
    ]
    basis, now = _("Basis: files of units within reach"), clock.utc_now()
    table = tables.described(access.me().name, _("files of other platforms"), basis, columns, rows, now=now)
    return tables.answer(table, form)


@bp.get("/outside-files/<row:batch_id>.<form:form>")
@access.reader
def one_file(batch_id: int, form: str) -> Response:
    """Export the rows of such a file with what came of each, in columns that an import reads again."""
    batch = file_in_reach(batch_id, access.READERS)
    looks.saw(Sight.CASES_FILE, unit_id=batch.unit_id)
    rows = outside.lines_of(db.session(), batch_id, limit=batch.rows)
    columns: list[Column[BatchLine]] = [
        _imported(OutsideColumn.STUDENT_NO, Holds.TEXT, lambda row: row.student_no),
        _imported(OutsideColumn.NAME, Holds.TEXT, lambda row: row.name),
        _imported(OutsideColumn.DATE, Holds.DAY, lambda row: row.on),
        _imported(OutsideColumn.START, Holds.MOMENT, lambda row: row.starts_at),
        _imported(OutsideColumn.END, Holds.MOMENT, lambda row: row.ends_at),
        _imported(OutsideColumn.MINUTES, Holds.NUMBER, lambda row: row.minutes),
        _imported(OutsideColumn.WHAT, Holds.TEXT, lambda row: row.what),
        Column("state", _("State"), Holds.TEXT, lambda row: word(row.state)),
        Column("answer", _("Answer"), Holds.TEXT, lambda row: row.answer),
    ]
    basis = _("Basis: the rows of %(file)s, %(source)s", file=batch.name, source=batch.source)
    kind, now = _("records of another platform"), clock.utc_now()
    return tables.answer(tables.described(batch.unit_name, kind, basis, columns, rows, now=now), form)


def _imported(column: OutsideColumn, holds: Holds, value: Callable[[BatchLine], Any]) -> Column[BatchLine]:
    """Return a column under the heading by which an import knows it in the language of the page."""
    return Column(column.value, OUTSIDE.chinese[column] if is_chinese() else column.value, holds, value)


def _grade(card: Card) -> str | None:
    return word(card.case.grade) if card.case.grade else None


def _flags(card: Card) -> str | None:
    return "; ".join(flag_words.told(sign) for sign in card.signs) or None


def _found(row: CheckRow) -> str | None:
    if row.is_right is None:
        return None
    return str(_("right") if row.is_right else _("wrong"))


def _answered(row: ErasureRow) -> str:
    if row.is_granted is None:
        return str(_("waits"))
    return str(_("granted") if row.is_granted else _("turned down"))
