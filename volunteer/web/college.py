"""The college's pages for what holds for all: terms, working days, and the versions of the policy."""

from calendar import Calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import college
from volunteer.actions.dry_run import DryRun, dry_run
from volunteer.database import db, in_transaction
from volunteer.rules.kinds import Confirmation, Stage
from volunteer.rules.policy import HoursPolicy, policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.workdays import WorkCalendar
from volunteer.schemas.college import DayKind, StretchForm, TermDays, TermForm, policy_form
from volunteer.stats import college as college_rows
from volunteer.stats import units
from volunteer.stats.college import TermRow
from volunteer.stats.policies import policies
from volunteer.stats.recounts import orders
from volunteer.stats.standing import members_of
from volunteer.web import access, policy_words
from volunteer.web.forms import Form
from volunteer.web.policy_words import Change
from volunteer.web.show import settings
from volunteer.web.streaming import growing_page, in_its_session

bp = Blueprint("college", __name__)
FIRST_YEAR, LAST_YEAR = 2000, 2100
TOLD_EVERY = 20
WORKS = {DayKind.WORKDAY: True, DayKind.DAY_OFF: False, DayKind.PUBLISHED: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """A day of the calendar. ``is_unusual``: a weekday off, or a weekend on which people work."""

    day: date
    is_workday: bool
    is_own: bool

    @property
    def is_unusual(self) -> bool:
        """Whether it is not what its weekday says."""
        return self.is_workday is not (self.day.weekday() < 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCheck:
    """What a version would change, before anybody enters it. A dry run on the records adds who it touches."""

    policy: HoursPolicy
    before: HoursPolicy
    changes: Sequence[Change]


@bp.get("/terms")
@access.college
def terms() -> ResponseReturnValue:
    """List the terms."""
    today = settings().campus.day(clock.utc_now())
    return render_template("college/terms.html", terms=college_rows.terms(db.session()), today=today)


@bp.route("/terms/new", methods=["GET", "POST"])
@access.college
def new_term() -> ResponseReturnValue:
    """Add a term."""
    form, actor, now = Form.typed(), access.actor(), clock.utc_now()
    if form.is_sent and (values := form.load(TermForm())) is not None:
        form.run(
            lambda: in_transaction(lambda session: college.add_term(session, actor=actor, now=now, **values))
        )
        if not form.errors:
            flash(gettext("%(name)s is registered.", name=values["name"]), "done")
            return redirect("/terms", 303)
    return _term_page(form, None)


@bp.route("/terms/<code:code>/edit", methods=["GET", "POST"])
@access.college
def change_term(code: str) -> ResponseReturnValue:
    """Change a term's name and days."""
    term = next((one for one in college_rows.terms(db.session()) if one.code == code), None)
    if term is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    form, actor, now, term_id = Form.typed(), access.actor(), clock.utc_now(), term.id
    if not form.is_sent:
        form.values = {"name": term.name, "starts_on": term.starts_on, "ends_on": term.ends_on}
    elif (values := form.load(TermDays())) is not None:
        form.run(
            lambda: in_transaction(
                lambda session: college.change_term(session, term_id=term_id, actor=actor, now=now, **values)
            )
        )
        if not form.errors:
            flash(gettext("Saved."), "done")
            return redirect("/terms", 303)
    return _term_page(form, term)


@bp.get("/calendar")
@access.college
def calendar() -> ResponseReturnValue:
    """Show the working days of a year, the college's own words marked."""
    return _calendar_page(Form(), asked_year())


@bp.post("/calendar")
@access.college
def set_days() -> ResponseReturnValue:
    """Make a day or a stretch working days or days off, or take the college's word back."""
    form, actor, campus, now = Form.typed(), access.actor(), settings().campus, clock.utc_now()
    values = form.load(StretchForm())
    if values is None:
        return _calendar_page(form, asked_year())
    works = WORKS[values.pop("kind")]
    changed = in_transaction(
        lambda session: college.set_days(
            session, is_workday=works, actor=actor, campus=campus, now=now, **values
        )
    )
    if changed:
        flash(gettext("%(n)s days are changed.", n=changed), "done")
    else:
        flash(gettext("Nothing to change: these days were so already."), "warn")
    return redirect(f"/calendar?year={values['starts_on'].year}", 303)


@bp.get("/policy")
@access.college
def versions() -> ResponseReturnValue:
    """List the policy versions, each with what it changed."""
    rows, today = college_rows.versions(db.session()), settings().campus.day(clock.utc_now())
    in_force = policy_on(today, [row.policy for row in rows]) if rows else None
    before = [*rows[1:], None]
    listed = [
        (row, policy_words.changes(older.policy, row.policy) if older else None)
        for row, older in zip(rows, before, strict=True)
    ]
    return render_template(
        "college/policies.html",
        listed=listed,
        recounts=orders(db.session(), access.actor()),
        in_force=in_force,
        today=today,
        words=policy_words,
    )


@bp.route("/policy/new", methods=["GET", "POST"])
@access.college
def new_version() -> ResponseReturnValue:
    """Fill in a version, prefilled from the one in force; then see what it changes; then enter it."""
    form, now = Form.typed(), clock.utc_now()
    if not form.is_sent:
        form.values = policy_words.written(_in_force(settings().campus.day(now)))
        return _policy_page(form)
    form.values = {**form.values, "stages": request.form.getlist("stages")}
    values = form.load(policy_form())
    if values is None or request.form.get("step") == "back":
        return _policy_page(form)
    reason = values.pop("reason")
    check = _checked(HoursPolicy(**{**values, "stages": tuple(values["stages"])}))
    if not check.changes:
        form.errors[""] = gettext("Nothing differs from the version before it. Change a value first.")
        return _policy_page(form)
    if request.form.get("step") != "enter":
        return _check_page(check, reason, form)
    actor, campus = access.actor(), settings().campus
    form.run(
        lambda: in_transaction(
            lambda session: college.enter_policy(
                session, policy=check.policy, reason=reason, actor=actor, campus=campus, now=now
            )
        )
    )
    if form.errors:
        return _policy_page(form)
    flash(
        gettext("The version is entered; it takes effect on %(day)s.", day=check.policy.effective_on), "done"
    )
    return redirect("/policy", 303)


def _in_force(day: date) -> HoursPolicy:
    """Return the version in force on *day*; before the first of all, the usual one."""
    known = policies(db.session())
    return policy_on(day, known) if known else HoursPolicy(effective_on=day)


def _checked(policy: HoursPolicy) -> PolicyCheck:
    """Compare a version with the one that it would follow."""
    before = _in_force(policy.effective_on)
    return PolicyCheck(policy=policy, before=before, changes=policy_words.changes(before, policy))


def _check_page(check: PolicyCheck, reason: str, form: Form) -> ResponseReturnValue:
    """Return what a version would change; the page grows while all records are counted by it."""
    session, actor, campus = db.session(), access.actor(), settings().campus
    today = campus.day(clock.utc_now())
    own = units.own_units(session, actor, access.COLLEGE)
    standings = {one.member_id: one for unit in own for one in members_of(session, unit.path, today=today)}
    served = college_rows.members_who_served(session, [unit.id for unit in own])
    member_ids = sorted(standings.keys() | served)
    run = DryRun(members=len(member_ids))

    def count(session: Session) -> Iterator[int]:
        return dry_run(
            session, run, policy=check.policy, member_ids=member_ids, standings=standings, campus=campus
        )

    names = {unit.id: unit.name for unit in units.units_in_reach(session, actor, access.COLLEGE)}
    return growing_page(
        "college/policy_check.html",
        check=check,
        reason=reason,
        form=form,
        run=run,
        names=names,
        steps=(done for done in in_its_session(count) if done % TOLD_EVERY == 0),
    )


def _term_page(form: Form, term: TermRow | None) -> ResponseReturnValue:
    return render_template("college/term_form.html", form=form, term=term), 422 if form.errors else 200


def _policy_page(form: Form) -> ResponseReturnValue:
    page = render_template(
        "college/policy_form.html",
        form=form,
        words=policy_words,
        confirmations=list(Confirmation),
        stages=list(Stage),
        today=settings().campus.day(clock.utc_now()),
    )
    return page, 422 if form.errors else 200


def asked_year() -> int:
    """Return the year that the address asks for, by default this one."""
    this_year = settings().campus.day(clock.utc_now()).year
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else this_year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _calendar_page(form: Form, year: int) -> ResponseReturnValue:
    own, campus = college_rows.own_days(db.session(), year), settings().campus
    known = WorkCalendar(own=own, published=campus.published_workdays)
    page = render_template(
        "college/calendar.html",
        form=form,
        year=year,
        months=[_month(year, number, known, own) for number in range(1, 13)],
        own=own,
        is_known=campus.published_workdays(date(year, 7, 1)) is not None,
        years=(FIRST_YEAR, LAST_YEAR),
        today=campus.day(clock.utc_now()),
    )
    return page, 422 if form.errors else 200


def _month(
    year: int, month: int, known: WorkCalendar, own: Mapping[date, bool]
) -> list[list[DayCell | None]]:
    """Return the weeks of a month from Monday on; None for days of its neighbours."""
    return [
        [
            DayCell(day=day, is_workday=known.is_workday(day), is_own=day in own)
            if day.month == month
            else None
            for day in week
        ]
        for week in Calendar(firstweekday=0).monthdatescalendar(year, month)
    ]
