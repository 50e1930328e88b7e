"""Shifts by the week: timetables, looked at before they are published, and a unit's week on one page."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer import clock
from volunteer.actions.calendar import work_calendar
from volunteer.actions.timetable import look, publish_all
from volunteer.database import db, in_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import day_start, local_day
from volunteer.rules.timetable import Looked, PlannedShift, Weekly, check_times
from volunteer.schemas.timetable import SLOTS, WEEKDAYS, slots_of, timetable_form, weekdays_of
from volunteer.stats import college, registered, timetable
from volunteer.stats.college import TermRow
from volunteer.stats.registered import PostRow
from volunteer.stats.sign_ups import missing_in_unit
from volunteer.stats.timetable import PostName, WeekShift
from volunteer.web import access, paging, reaching
from volunteer.web.forms import Form
from volunteer.web.show import settings

bp = Blueprint("weeks", __name__)
POSTS_A_PAGE = 20
WEEK = timedelta(days=7)
MONDAY = date(2024, 1, 1)
SHOWN_AT_MOST = 200
GAPS_A_PAGE = 60
MISSING_SHOWN = 30
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a timetable comes to: every date with what is in its way."""

    rows: Sequence[Looked]
    is_provisional: bool

    @property
    def free(self) -> list[PlannedShift]:
        """What would be published."""
        return [one.shift for one in self.rows if one.problem is None]

    @property
    def seen(self) -> str:
        """Stands for what would be published: who publishes sends back what she has seen."""
        text = "|".join(f"{one.span}{one.breaks}{one.capacity}" for one in self.free)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a post has on a day: its shifts, and the stretches between them."""

    day: date
    shifts: Sequence[WeekShift]

    @property
    def gaps(self) -> dict[str, tuple[datetime, datetime]]:
        """The time that is free before a shift, after the one before it, by the shift's code."""
        return {
            after.code: (before.ends_at, after.starts_at)
            for before, after in zip(self.shifts, self.shifts[1:], strict=False)
            if before.ends_at < after.starts_at
        }


@bp.route("/posts/<code:code>/timetable", methods=["GET", "POST"])
@access.keeper
def weekly(code: str) -> ResponseReturnValue:
    """Plan the shifts of a post for weeks: first every date is shown, then all are published."""
    post, form, now = _post(code), Form.typed(), clock.utc_now()
    terms = _coming_terms(settings().campus.day(now))
    preview = None
    if not form.is_sent:
        form.values = {"days": "no_holidays", "term": terms[0].code if terms else ""}
    elif (values := form.load(timetable_form())) is not None:
        preview = _preview(form, post, values, terms, now)
        if preview is not None and form.values.get("act") == "publish":
            if form.values.get("seen") != preview.seen:
                form.errors[""] = gettext(
                    "Something changed meanwhile. Look at the dates again, then publish."
                )
            elif _published(form, preview, now):
                return redirect(f"/posts/{code}", 303)
    page = render_template(
        "registry/timetable.html",
        post=post,
        form=form,
        terms=terms,
        preview=preview,
        slots=SLOTS,
        weekdays=[(name, MONDAY + timedelta(days=number)) for number, name in enumerate(WEEKDAYS)],
        limit=SHOWN_AT_MOST,
    )
    return page, 422 if form.errors else 200


@bp.get("/units/<code:code>/week")
@access.reader
def week(code: str) -> ResponseReturnValue:
    """Show a week of all posts of a unit and of those below it, with what nobody covers."""
    session = db.session()
    unit = reaching.unit(code)
    now = clock.utc_now()
    zone, monday = settings().zone, asked_monday(settings().campus.day(now))
    days = [monday + timedelta(days=ahead) for ahead in range(7)]
    page = paging.page(timetable.posts_of_unit(session, unit.path), POSTS_A_PAGE)
    rows = timetable.week_of_posts(
        session,
        [post.id for post in page.rows],
        since=day_start(monday, zone),
        until=day_start(monday + WEEK, zone),
    )
    return render_template(
        "registry/week.html",
        unit=unit,
        days=days,
        page=page,
        lines=_lines(page.rows, rows, days),
        today=settings().campus.day(now),
        now=now,
        may_publish=bool(access.roles() & access.KEEPERS),
        before=(monday - WEEK).isoformat(),
        after=(monday + WEEK).isoformat(),
    )


@bp.get("/units/<code:code>/gaps")
@access.reader
def gaps(code: str) -> ResponseReturnValue:
    """Show the shifts of the next two weeks for which people are wanted, and who did not come of late."""
    session, now = db.session(), clock.utc_now()
    unit = reaching.unit(code)
    found = timetable.gaps_of_unit(session, unit.path, since=now, until=now + 2 * WEEK)
    page = paging.page(found, GAPS_A_PAGE)
    campus = settings().campus
    return render_template(
        "registry/gaps.html",
        unit=unit,
        page=page,
        days=[(day, list(rows)) for day, rows in groupby(page.rows, lambda row: campus.day(row.starts_at))],
        empty=sum(row.taken == 0 for row in found),
        free=sum(row.capacity - row.taken for row in found if row.capacity is not None),
        missing=missing_in_unit(session, unit.path, since=now - LATELY, now=now, most=MISSING_SHOWN),
        may_publish=bool(access.roles() & access.KEEPERS),
    )


def _preview(
    form: Form, post: PostRow, values: dict[str, Any], terms: Sequence[TermRow], now: datetime
) -> Preview | None:
    """Return every date of the timetable, or None with what is wrong with a time beside its field."""
    stretch = form.run(lambda: _stretch(values, terms))
    if stretch is None:
        return None
    first, before = stretch
    campus = settings().campus
    calendar = work_calendar(db.session(), campus)
    plan = Weekly(
        weekdays=weekdays_of(values),
        slots=slots_of(values),
        from_on=first,
        before_on=before,
        skips_holidays=values["days"] == "no_holidays",
    )
    planned = plan.shifts(post.code, values["capacity"], calendar=calendar, zone=campus.zone)
    form.run(lambda: _check(planned))
    if form.errors:
        return None
    if not planned:
        form.errors[""] = gettext(
            "No such weekday lies in these days. Choose other days, or a longer stretch."
        )
        return None
    is_provisional = plan.skips_holidays and any(calendar.is_provisional(day) for day in (first, before))
    return Preview(rows=look(db.session(), planned=planned, now=now), is_provisional=is_provisional)


def _check(planned: Sequence[PlannedShift]) -> None:
    for one in planned:
        check_times(one.span, one.breaks, one.capacity)


def _published(form: Form, preview: Preview, now: datetime) -> bool:
    actor, campus = access.actor(), settings().campus
    added = form.run(
        lambda: in_transaction(
            lambda session: publish_all(
                session, planned=preview.free, source="timetable", actor=actor, campus=campus, now=now
            )
        )
    )
    if added:
        flash(gettext("%(n)s shifts are published.", n=added), "done")
    return bool(added)


def _coming_terms(today: date) -> list[TermRow]:
    """Return the terms that are not over, the first first."""
    return [term for term in reversed(college.terms(db.session())) if term.ends_on >= today]


def _stretch(values: dict[str, Any], terms: Sequence[TermRow]) -> tuple[date, date]:
    """Return the first day and the day after the last, of the term or as given."""
    for term in terms:
        if term.code == values["term"]:
            return term.starts_on, term.ends_on + timedelta(days=1)
    if values["from_on"] is None or values["to_on"] is None:
        raise Refusal(Reason.BAD_FIELD)
    return values["from_on"], values["to_on"] + timedelta(days=1)


def _lines(
    posts: Sequence[PostName], rows: Sequence[WeekShift], days: Sequence[date]
) -> list[tuple[PostName, list[Cell]]]:
    """Return for each post what it has on each day."""
    zone = settings().zone
    by_place: dict[tuple[int, date], list[WeekShift]] = {}
    for row in rows:
        by_place.setdefault((row.post_id, local_day(row.starts_at, zone)), []).append(row)
    return [
        (post, [Cell(day=day, shifts=by_place.get((post.id, day), [])) for day in days]) for post in posts
    ]


def asked_monday(today: date) -> date:
    """Return the Monday of the week that the address asks for, by default of this one."""
    try:
        day = date.fromisoformat(request.args.get("from", ""))
    except ValueError:
        day = today
    if not 2000 <= day.year <= 2100:
        day = today
    return day - timedelta(days=day.weekday())


def _post(code: str) -> PostRow:
    found = registered.posts_kept(
        db.session(), access.actor(), access.KEEPERS, now=clock.utc_now(), code=code
    )
    if not found:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found[0]
