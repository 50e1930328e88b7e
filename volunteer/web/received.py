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
from volunteer.rules.kinds import Sight
from volunteer.rules.places import Whose, by_weekday_and_hour
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import fill, ledger, place, places, registered
from volunteer.stats.place import Place
from volunteer.stats.places import BaseFacts, PostFacts
from volunteer.stats.rollups import GRADES, RollUp
from volunteer.web import access, charts, looks, paging, place_charts, place_tables, tables
from volunteer.web.narrowed import narrowed
from volunteer.web.place_lists import (
    BASE_MARKS,
    BASE_ORDERS,
    POST_MARKS,
    POST_ORDERS,
    BaseLine,
    PostLine,
    Wish,
    agreement_of,
    asked_wish,
    base_lines,
    chosen,
    nothing,
    post_lines,
)
from volunteer.web.scope import Scope, asked_scope, basis_of
from volunteer.web.show import settings

bp = Blueprint("received", __name__)
PLACES_A_PAGE = 20
SERVERS_A_PAGE = 60
SHIFTS_A_PAGE = 60


@bp.get("/units/<code:code>/places")
@access.reader
def posts(code: str) -> ResponseReturnValue:
    """List the posts with what they received, how full they were, month by month and hour by hour."""
    scope, wish = asked_scope(code), asked_wish(POST_ORDERS, POST_MARKS)
    page = paging.page(_chosen_posts(scope, wish), PLACES_A_PAGE)
    page = page if wish.is_counted else page.holding(_filled(scope, page.rows))
    session, codes = db.session(), [line.code for line in page.rows]
    minutes = places.months_by_post(session, scope.days, scope.place(), codes)
    return render_template(
        "places/posts.html",
        scope=scope,
        wish=wish,
        orders=POST_ORDERS,
        marks=POST_MARKS,
        page=page,
        total=place.total(session, scope.days, scope.place()),
        small=place_charts.multiples(
            [(line.code, line.name) for line in page.rows],
            minutes,
            charts.month_codes(scope.days, scope.today),
        ),
        drawn=_week(scope, scope.place()),
    )


@bp.get("/units/<code:code>/posts.<form:form>")
@access.reader
def posts_table(code: str, form: str) -> Response:
    """Export the posts, as narrowed and sorted on the page."""
    scope, wish = asked_scope(code), asked_wish(POST_ORDERS, POST_MARKS)
    rows = _chosen_posts(scope, wish)
    rows = rows if wish.is_counted else _filled(scope, rows)
    basis = narrowed(basis_of(scope), *wish.said(POST_MARKS))
    return tables.answer(place_tables.posts(scope.unit, rows, basis, now=scope.now), form)


@bp.get("/units/<code:code>/places/bases")
@access.reader
def bases(code: str) -> ResponseReturnValue:
    """List the bases with their agreements and what they received, term by term."""
    scope, wish = asked_scope(code), asked_wish(BASE_ORDERS, BASE_MARKS)
    served = _by_code(place.by_base(db.session(), scope.days, scope.place()))
    page = paging.page(_chosen_bases(scope, wish, served), PLACES_A_PAGE)
    page = page if wish.is_counted else page.holding(_branched(scope, page.rows))
    session, codes = db.session(), [line.code for line in page.rows]
    terms = scope.last_terms
    return render_template(
        "places/bases.html",
        scope=scope,
        wish=wish,
        orders=BASE_ORDERS,
        marks=BASE_MARKS,
        page=page,
        campus=served.get(None),
        total=place.total(session, scope.days, scope.place()),
        terms=terms,
        small=place_charts.multiples(
            [(line.code, line.name) for line in page.rows],
            places.terms_by_base(session, scope.place(), codes, [term.code for term in terms]),
            [term.code for term in terms],
        ),
    )


@bp.get("/units/<code:code>/bases.<form:form>")
@access.reader
def bases_table(code: str, form: str) -> Response:
    """Export the bases, as narrowed and sorted on the page."""
    scope, wish = asked_scope(code), asked_wish(BASE_ORDERS, BASE_MARKS)
    served = _by_code(place.by_base(db.session(), scope.days, scope.place()))
    rows = _chosen_bases(scope, wish, served)
    rows = rows if wish.is_counted else _branched(scope, rows)
    basis = narrowed(basis_of(scope), *wish.said(BASE_MARKS))
    return tables.answer(place_tables.bases(scope.unit, rows, basis, now=scope.now), form)


@bp.get("/units/<code:code>/posts/<code:post>")
@access.reader
def post(code: str, post: str) -> ResponseReturnValue:
    """Show one post: what it received, when, from whom, and how full it was."""
    scope, found = asked_post(code, post)
    may_plan = found.is_run_here and access.actor().may_review(scope.unit.chain)
    leaders = registered.leaders_of(db.session(), found.id) if found.is_run_here else ()
    here = scope.place(post=found)
    return _page("places/post.html", scope, here, post=found, may_plan=may_plan, leaders=leaders)


@bp.get("/units/<code:code>/bases/<code:base>")
@access.reader
def base(code: str, base: str) -> ResponseReturnValue:
    """Show one base: its agreement, its posts, what it received, when and from whom."""
    scope, found = asked_base(code, base)
    return _page("places/base.html", scope, scope.place(base=found), base=found, **_of_base(scope, found))


@bp.get("/units/<code:code>/posts/<code:post>/sheet")
@access.reader
def post_sheet(code: str, post: str) -> ResponseReturnValue:
    """Show a post for print, without the name of any member."""
    scope, found = asked_post(code, post)
    return _sheet("places/post_sheet.html", scope, scope.place(post=found), found.name, post=found)


@bp.get("/units/<code:code>/bases/<code:base>/sheet")
@access.reader
def base_sheet(code: str, base: str) -> ResponseReturnValue:
    """Show a base for print, as its host may have it: without the name of any member."""
    scope, found = asked_base(code, base)
    here = scope.place(base=found)
    return _sheet("places/base_sheet.html", scope, here, found.name, base=found, **_of_base(scope, found))


@bp.get("/units/<code:code>/posts/<code:post>/people.<form:form>")
@access.reader
def post_people(code: str, post: str, form: str) -> Response:
    """Export who of the unit served at a post."""
    scope, found = asked_post(code, post)
    return _people(scope, scope.place(post=found), found.name, form)


@bp.get("/units/<code:code>/bases/<code:base>/people.<form:form>")
@access.reader
def base_people(code: str, base: str, form: str) -> Response:
    """Export who of the unit served at a base."""
    scope, found = asked_base(code, base)
    return _people(scope, scope.place(base=found), found.name, form)


@bp.get("/units/<code:code>/posts/<code:post>/shifts")
@access.reader
def shifts(code: str, post: str) -> ResponseReturnValue:
    """List the shifts of a post that the unit runs, the latest first."""
    scope, found = _own_post(code, post)
    page, rows = _paged(
        lambda **at: place.shifts(db.session(), scope.span, scope.place(post=found), **at), SHIFTS_A_PAGE
    )
    return render_template("places/shifts.html", scope=scope, post=found, page=page.holding(rows))


@bp.get("/units/<code:code>/posts/<code:post>/shifts.<form:form>")
@access.reader
def shifts_table(code: str, post: str, form: str) -> Response:
    """Export the shifts of a post that the unit runs."""
    scope, found = _own_post(code, post)
    rows, _total = place.shifts(db.session(), scope.span, scope.place(post=found))
    return tables.answer(
        place_tables.shifts(scope.unit, found.name, rows, basis_of(scope), now=scope.now), form
    )


def asked_post(code: str, post: str) -> tuple[Scope, PostFacts]:
    """Return how the address looks at a post from a unit in reach.

    Raises:
        Refusal: ``UNKNOWN`` or ``BAD_FIELD``.
    """
    scope, session = asked_scope(code), db.session()
    found = places.post_of(session, post, unit_path=scope.unit.path)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    full = fill.how_full(session, [found], span=scope.span, now=scope.now)
    return _seen(scope, is_ours=found.is_run_here), full[0]


def _own_post(code: str, post: str) -> tuple[Scope, PostFacts]:
    scope, found = asked_post(code, post)
    if not found.is_run_here:
        raise Refusal(Reason.UNKNOWN)
    return replace(scope, whose=Whose.POSTS), found


def asked_base(code: str, base: str) -> tuple[Scope, BaseFacts]:
    """Return how the address looks at a base from a unit in reach.

    Raises:
        Refusal: ``UNKNOWN`` or ``BAD_FIELD``.
    """
    scope = asked_scope(code)
    found = places.base_of(db.session(), base, unit_path=scope.unit.path)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    return _seen(scope, is_ours=found.posts_here > 0), found


def _seen(scope: Scope, *, is_ours: bool) -> Scope:
    """Return the scope for one place: everybody's service where it is ours, unless the address says else."""
    if not is_ours:
        return replace(scope, whose=Whose.MEMBERS)
    return scope if request.args.get("whose") else replace(scope, whose=Whose.POSTS)


def _post_lines(scope: Scope, base_id: int | None = None) -> list[PostLine]:
    session = db.session()
    served = _by_code(place.by_post(session, scope.days, replace(scope.place(), base_id=base_id)))
    found = places.posts_of(
        session,
        unit_path=scope.unit.path,
        served=[code for code in served if code is not None],
        base_id=base_id,
    )
    return post_lines(found, served, scope.today)


def _chosen_posts(scope: Scope, wish: Wish) -> Sequence[PostLine]:
    lines: Sequence[PostLine] = _post_lines(scope)
    return chosen(_filled(scope, lines) if wish.is_counted else lines, wish, POST_ORDERS, POST_MARKS)


def _filled(scope: Scope, lines: Sequence[PostLine]) -> Sequence[PostLine]:
    full = fill.how_full(db.session(), [line.post for line in lines], span=scope.span, now=scope.now)
    return [replace(line, post=post) for line, post in zip(lines, full, strict=True)]


def _chosen_bases(scope: Scope, wish: Wish, served: Mapping[str | None, RollUp]) -> Sequence[BaseLine]:
    codes = [code for code in served if code is not None]
    found = places.bases_of(db.session(), unit_path=scope.unit.path, served=codes)
    lines: Sequence[BaseLine] = base_lines(found, served, scope.today)
    return chosen(_branched(scope, lines) if wish.is_counted else lines, wish, BASE_ORDERS, BASE_MARKS)


def _branched(scope: Scope, lines: Sequence[BaseLine]) -> Sequence[BaseLine]:
    codes = [line.code for line in lines]
    found = places.branches_by_base(db.session(), scope.days, scope.place(), codes)
    return [replace(line, branches=found.get(line.code, 0)) for line in lines]


def _by_code(rows: Sequence[RollUp]) -> dict[str | None, RollUp]:
    return {row.code: row for row in rows}


def _page(template: str, scope: Scope, here: Place, **more: Any) -> ResponseReturnValue:
    page, people = _paged(lambda **at: place.servers(db.session(), scope.days, here, **at), SERVERS_A_PAGE)
    return render_template(template, people=page.holding(people), **_figures(scope, here), **more)


def _sheet(template: str, scope: Scope, here: Place, name: str, **more: Any) -> ResponseReturnValue:
    heads = ledger.heads(db.session(), scope.unit.path)
    above = tables.above(name, scope.unit.name, basis_of(scope), now=scope.now, heads=heads)
    return render_template(template, above=above, **_figures(scope, here), **more)


def _figures(scope: Scope, here: Place) -> dict[str, Any]:
    """Return what a page and a print of one place have in common."""
    session = db.session()
    months, total = place.months_and_total(session, scope.days, here)
    terms = place.by_term(session, here, [term.code for term in scope.last_terms])
    return {
        "scope": scope,
        "total": total,
        "months": months,
        "chart": charts.months(months, scope.days, scope.today),
        "grades": GRADES,
        "terms": [(term, terms.get(term.code) or nothing(term.code, term.name)) for term in scope.last_terms],
        "drawn": _week(scope, here),
    }


def _of_base(scope: Scope, found: BaseFacts) -> dict[str, Any]:
    lines = sorted(_filled(scope, _post_lines(scope, found.id)), key=lambda line: -line.served.net)
    return {"posts": lines, "agreement": agreement_of(found, scope.today)}


def _week(scope: Scope, here: Place) -> place_charts.Week | None:
    zone = settings().zone
    return place_charts.week(by_weekday_and_hour(place.slots(db.session(), scope.days, here, zone), zone))


def _people(scope: Scope, here: Place, name: str, form: str) -> Response:
    looks.saw(Sight.MEMBERS_FILE, unit_id=scope.unit.id)
    rows, _total = place.servers(db.session(), scope.days, here)
    return tables.answer(place_tables.people(scope.unit, name, rows, basis_of(scope), now=scope.now), form)


def _paged(read: Any, size: int) -> tuple[paging.Page[Any], Sequence[Any]]:
    """Return the page that the address asks for; beyond the last it is the first one."""
    asked = paging.number()
    rows, total = read(limit=size, offset=(asked - 1) * size)
    if asked > 1 and not rows:
        rows, total = read(limit=size, offset=0)
        return paging.of(total, size, number=1), rows
    return paging.of(total, size, number=asked), rows
