"""The trail as a page: who did what, who looked at whose data, searched by person, act, row and day."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from volunteer import clock
from volunteer.database import db
from volunteer.rules.kinds import Sight
from volunteer.rules.spans import day_start
from volunteer.stats.trail import Asked, Cursor, TrailLine, trail
from volunteer.web import access, looks, tables, trail_facts, trail_words
from volunteer.web.narrowed import narrowed, searched
from volunteer.web.sheets import Column, Kind
from volunteer.web.show import settings

bp = Blueprint("trail", __name__)
LINES_A_PAGE = 50
LINES_A_FILE = 5000
LARGEST_ROW = 2**53 - 1


@bp.get("/trail")
@access.overseer
def lines() -> ResponseReturnValue:
    """Show the trail, newest first."""
    asked = _asked()
    found, further = trail(
        db.session(), access.actor(), access.OVERSEERS, asked, cursor=_cursor(), limit=LINES_A_PAGE
    )
    return render_template(
        "college/trail.html",
        lines=found,
        further=further,
        next_link=_link(further) if further else "",
        said=trail_words.said,
        subject=trail_words.subject,
        details=trail_facts.details,
        acts=trail_words.acts(),
        subjects=trail_words.subjects(),
        query=request.query_string.decode("ascii", "replace"),
    )


@bp.get("/trail.<form:form>")
@access.overseer
def lines_table(form: str) -> Response:
    """Export the trail as searched, the newest five thousand lines."""
    looks.saw(Sight.TRAIL_FILE)
    asked = _asked()
    found, _further = trail(db.session(), access.actor(), access.OVERSEERS, asked, limit=LINES_A_FILE)
    columns: list[Column[TrailLine]] = [
        Column("at", _("When"), Kind.MOMENT, lambda line: line.at),
        Column("by", _("By whom"), Kind.TEXT, lambda line: line.by),
        Column("act", _("What"), Kind.TEXT, lambda line: trail_words.said(line.act)),
        Column("subject", _("About"), Kind.TEXT, lambda line: trail_words.subject(line.subject)),
        Column("number", _("Number"), Kind.NUMBER, lambda line: line.subject_id),
        Column("name", _("Name"), Kind.TEXT, lambda line: line.about),
        Column("facts", _("Details"), Kind.TEXT, lambda line: trail_facts.details(line.facts)),
    ]
    basis = narrowed(_("Basis: the newest acts and looks within reach, as searched"), *_said(asked))
    table = tables.described(access.me().name, _("trail"), basis, columns, found, now=clock.utc_now())
    return tables.answer(table, form)


def _asked() -> Asked:
    """Return what the address asks for; what is no day or number is left out."""
    given = request.args
    since, until = _day(given.get("from", "")), _day(given.get("to", ""))
    number = given.get("row", "")
    return Asked(
        since=since,
        until=until + timedelta(days=1) if until else None,
        act=given.get("act", "")[:40],
        subject=given.get("subject", "")[:24],
        subject_id=min(int(number[:16]), LARGEST_ROW) if number.isascii() and number.isdecimal() else None,
        person=given.get("q", "").strip()[:60],
    )


def _said(asked: Asked) -> list[str]:
    """Return what is asked for in words."""
    campus = settings().campus
    return [
        _("from %(day)s", day=campus.day(asked.since)) if asked.since else "",
        _("until %(day)s", day=campus.day(asked.until) - timedelta(days=1)) if asked.until else "",
        trail_words.said(asked.act) if asked.act else "",
        trail_words.subject(asked.subject) if asked.subject else "",
        _("number %(n)s", n=asked.subject_id) if asked.subject_id is not None else "",
        searched(asked.person),
    ]


def _day(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day_start(day, settings().zone) if 2000 <= day.year <= 2100 else None


def _cursor() -> Cursor | None:
    parts = request.args.get("before", "").split("-")
    if len(parts) != 2 or not all(part.isascii() and (part.isdecimal() or not part) for part in parts):
        return None
    act, look = (min(int(part[:16]), LARGEST_ROW) if part else None for part in parts)
    return Cursor(act, look)


def _link(cursor: Cursor) -> str:
    held = {**request.args.to_dict(), "before": f"{cursor.act or ''}-{cursor.look or ''}"}
    return "?" + urlencode(held)
