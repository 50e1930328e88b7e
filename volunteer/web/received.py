"""What posts and bases received: their lists in a unit, a page for each, and a print for a base's host.

All of it is looked at from a unit: either what its members gave, wherever that was, or what anybody gave at
the posts that it runs. Names are shown of the unit's own people alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from volunteer.database import db
from volunteer.rules.places import Whose, by_weekday_and_hour
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import ledger, place, places
from volunteer.stats.place import Place
from volunteer.stats.places import BaseFacts, PostFacts
from volunteer.stats.rollups import GRADES, RollUp
from volunteer.web import access, charts, paging, place_charts, place_tables, tables
from volunteer.web.look import Look, asked_look, basis_of
from volunteer.web.place_lists import (
    BASE_MARKS,
    BASE_ORDERS,
    POST_MARKS,
    POST_ORDERS,
    BaseLine,
    PostLine,
    agreement_of,
    asked_wish,
    base_lines,
    chosen,
    nothing,
    post_lines,
)
from volunteer.web.show import settings

bp = Blueprint("received", __name__)
PLACES_A_PAGE = 20
SERVERS_A_PAGE = 60
SHIFTS_A_PAGE = 60


@bp.get("/units/<code:code>/places")
@access.reader
def posts(code: str) -> ResponseReturnValue:
    """List the posts with what they received, how full they were, month by month and hour by hour."""
    look, wish = asked_look(code), asked_wish(POST_ORDERS, POST_MARKS)
    page = paging.page(chosen(_post_lines(look), wish, POST_ORDERS, POST_MARKS), PLACES_A_PAGE)
    session, codes = db.session(), [line.code for line in page.rows]
    minutes = places.months_by_post(session, look.days, look.place(), codes)
    return render_template(
        "places/posts.html",
        look=look,
        wish=wish,
        orders=POST_ORDERS,
        marks=POST_MARKS,
        page=page,
        total=place.total(session, look.days, look.place()),
        small=place_charts.multiples(
            [(line.code, line.name) for line in page.rows], minutes, charts.month_codes(look.days, look.today)
        ),
        hours=_week(look, look.place()),
    )


@bp.get("/units/<code:code>/posts.<form:form>")
@access.reader
def posts_table(code: str, form: str) -> Response:
    """Export the posts, as narrowed and sorted on the page."""
    look, wish = asked_look(code), asked_wish(POST_ORDERS, POST_MARKS)
    rows = chosen(_post_lines(look), wish, POST_ORDERS, POST_MARKS)
    return tables.answer(place_tables.posts(look.unit, rows, basis_of(look, wish.text), now=look.now), form)


@bp.get("/units/<code:code>/places/bases")
@access.reader
def bases(code: str) -> ResponseReturnValue:
    """List the bases with their agreements and what they received, term by term."""
    look, wish = asked_look(code), asked_wish(BASE_ORDERS, BASE_MARKS)
    served = _by_code(place.by_base(db.session(), look.days, look.place()))
    lines = chosen(_base_lines(look, served), wish, BASE_ORDERS, BASE_MARKS)
    page = paging.page(lines, PLACES_A_PAGE)
    session, codes = db.session(), [line.code for line in page.rows]
    terms = look.last_terms
    return render_template(
        "places/bases.html",
        look=look,
        wish=wish,
        orders=BASE_ORDERS,
        marks=BASE_MARKS,
        page=page,
        campus=served.get(None),
        total=place.total(session, look.days, look.place()),
        terms=terms,
        small=place_charts.multiples(
            [(line.code, line.name) for line in page.rows],
            places.terms_by_base(session, look.place(), codes, [term.code for term in terms]),
            [term.code for term in terms],
        ),
    )


@bp.get("/units/<code:code>/bases.<form:form>")
@access.reader
def bases_table(code: str, form: str) -> Response:
    """Export the bases, as narrowed and sorted on the page."""
    look, wish = asked_look(code), asked_wish(BASE_ORDERS, BASE_MARKS)
    served = _by_code(place.by_base(db.session(), look.days, look.place()))
    rows = chosen(_base_lines(look, served), wish, BASE_ORDERS, BASE_MARKS)
    return tables.answer(place_tables.bases(look.unit, rows, basis_of(look, wish.text), now=look.now), form)


@bp.get("/units/<code:code>/posts/<code:post>")
@access.reader
def post(code: str, post: str) -> ResponseReturnValue:
    """Show one post: what it received, when, from whom, and how full it was."""
    look, found = _post(code, post)
    return _page("places/post.html", look, look.place(post=found), post=found)


@bp.get("/units/<code:code>/bases/<code:base>")
@access.reader
def base(code: str, base: str) -> ResponseReturnValue:
    """Show one base: its agreement, its posts, what it received, when and from whom."""
    look, found = _base(code, base)
    return _page("places/base.html", look, look.place(base=found), base=found, **_of_base(look, found))


@bp.get("/units/<code:code>/posts/<code:post>/sheet")
@access.reader
def post_sheet(code: str, post: str) -> ResponseReturnValue:
    """Show a post for print, without the name of any member."""
    look, found = _post(code, post)
    return _sheet("places/post_sheet.html", look, look.place(post=found), found.name, post=found)


@bp.get("/units/<code:code>/bases/<code:base>/sheet")
@access.reader
def base_sheet(code: str, base: str) -> ResponseReturnValue:
    """Show a base for print, as its host may have it: without the name of any member."""
    look, found = _base(code, base)
    here = look.place(base=found)
    return _sheet("places/base_sheet.html", look, here, found.name, base=found, **_of_base(look, found))


@bp.get("/units/<code:code>/posts/<code:post>/people.<form:form>")
@access.reader
def post_people(code: str, post: str, form: str) -> Response:
    """Export who of the unit served at a post."""
    look, found = _post(code, post)
    return _people(look, look.place(post=found), found.name, form)


@bp.get("/units/<code:code>/bases/<code:base>/people.<form:form>")
@access.reader
def base_people(code: str, base: str, form: str) -> Response:
    """Export who of the unit served at a base."""
    look, found = _base(code, base)
    return _people(look, look.place(base=found), found.name, form)


@bp.get("/units/<code:code>/posts/<code:post>/shifts")
@access.reader
def shifts(code: str, post: str) -> ResponseReturnValue:
    """List the shifts of a post that the unit runs, the latest first."""
    look, found = _own_post(code, post)
    page, rows = _paged(
        lambda **at: place.shifts(db.session(), look.span, look.place(post=found), **at), SHIFTS_A_PAGE
    )
    return render_template("places/shifts.html", look=look, post=found, page=page.holding(rows))


@bp.get("/units/<code:code>/posts/<code:post>/shifts.<form:form>")
@access.reader
def shifts_table(code: str, post: str, form: str) -> Response:
    """Export the shifts of a post that the unit runs."""
    look, found = _own_post(code, post)
    rows, _total = place.shifts(db.session(), look.span, look.place(post=found))
    return tables.answer(place_tables.shifts(look.unit, found.name, rows, basis_of(look), now=look.now), form)


def _post(code: str, post: str) -> tuple[Look, PostFacts]:
    look = asked_look(code)
    found = places.post_of(db.session(), post, unit_path=look.unit.path, span=look.span, now=look.now)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    return _seen(look, is_ours=found.is_run_here), found


def _own_post(code: str, post: str) -> tuple[Look, PostFacts]:
    look, found = _post(code, post)
    if not found.is_run_here:
        raise Refusal(Reason.UNKNOWN)
    return replace(look, whose=Whose.POSTS), found


def _base(code: str, base: str) -> tuple[Look, BaseFacts]:
    look = asked_look(code)
    found = places.base_of(db.session(), base, unit_path=look.unit.path)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    return _seen(look, is_ours=found.posts_here > 0), found


def _seen(look: Look, *, is_ours: bool) -> Look:
    """Return the look at one place: at everybody's service where it is ours, unless the address says else."""
    if not is_ours:
        return replace(look, whose=Whose.MEMBERS)
    return look if request.args.get("whose") else replace(look, whose=Whose.POSTS)


def _post_lines(look: Look, base_id: int | None = None) -> list[PostLine]:
    session = db.session()
    served = _by_code(place.by_post(session, look.days, replace(look.place(), base_id=base_id)))
    found = places.posts_of(
        session,
        unit_path=look.unit.path,
        served=[code for code in served if code is not None],
        span=look.span,
        now=look.now,
        base_id=base_id,
    )
    return post_lines(found, served, look.today)


def _base_lines(look: Look, served: Mapping[str | None, RollUp]) -> list[BaseLine]:
    session = db.session()
    codes = [code for code in served if code is not None]
    found = places.bases_of(session, unit_path=look.unit.path, served=codes)
    branches = places.branches_by_base(session, look.days, look.place())
    return base_lines(found, served, branches, look.today)


def _by_code(rows: Sequence[RollUp]) -> dict[str | None, RollUp]:
    return {row.code: row for row in rows}


def _page(template: str, look: Look, here: Place, **more: Any) -> ResponseReturnValue:
    page, people = _paged(lambda **at: place.servers(db.session(), look.days, here, **at), SERVERS_A_PAGE)
    return render_template(template, people=page.holding(people), **_figures(look, here), **more)


def _sheet(template: str, look: Look, here: Place, name: str, **more: Any) -> ResponseReturnValue:
    heads = ledger.heads(db.session(), look.unit.path)
    above = tables.above(name, look.unit.name, basis_of(look), now=look.now, heads=heads)
    return render_template(template, above=above, **_figures(look, here), **more)


def _figures(look: Look, here: Place) -> dict[str, Any]:
    """Return what a page and a print of one place have in common."""
    session = db.session()
    months = place.by_month(session, look.days, here)
    terms = place.by_term(session, here, [term.code for term in look.last_terms])
    return {
        "look": look,
        "total": place.total(session, look.days, here),
        "months": months,
        "chart": charts.months(months, look.days, look.today),
        "grades": GRADES,
        "terms": [(term, terms.get(term.code) or nothing(term.code, term.name)) for term in look.last_terms],
        "hours": _week(look, here),
    }


def _of_base(look: Look, found: BaseFacts) -> dict[str, Any]:
    lines = _post_lines(look, found.id)
    lines.sort(key=lambda line: -line.served.net)
    return {"posts": lines, "agreement": agreement_of(found, look.today)}


def _week(look: Look, here: Place) -> list[place_charts.Hour]:
    slots = place.slots(db.session(), look.days, here)
    return place_charts.week(by_weekday_and_hour(slots, settings().zone))


def _people(look: Look, here: Place, name: str, form: str) -> Response:
    rows, _total = place.servers(db.session(), look.days, here)
    return tables.answer(place_tables.people(look.unit, name, rows, basis_of(look), now=look.now), form)


def _paged(read: Any, size: int) -> tuple[paging.Page[Any], Sequence[Any]]:
    """Return the page that the address asks for; beyond the last it is the first one."""
    asked = paging.number()
    rows, total = read(limit=size, offset=(asked - 1) * size)
    if asked > 1 and not rows:
        rows, total = read(limit=size, offset=0)
        return paging.of(total, size, number=1), rows
    return paging.of(total, size, number=asked), rows
