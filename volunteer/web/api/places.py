"""Bases, posts and sites of the registry."""

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import registry
from volunteer.database import db, in_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas import changes
from volunteer.schemas import entries as shapes
from volunteer.stats import listing, registered
from volunteer.stats.listing import Asked, BaseEntry, PostEntry, SiteEntry
from volunteer.web import access
from volunteer.web.api.entries import made, one, page, takes, unit_id

bp = Blueprint("places", __name__, description="Bases, posts and sites")
BASE = {"code": "LIB", "name": "市图书馆", "host": "市图书馆读者服务部", "status": "agreed"}
POST = {
    "code": "LIB-READ",
    "name": "阅览室引导",
    "unit": "LAW",
    "base": "LIB",
    "category": "service",
    "compensation": "none",
    "place": "二楼",
}


@bp.get("/bases")
@access.holder
@bp.arguments(shapes.BaseQuery, location="query")
@bp.response(200, shapes.page_of("bases", shapes.BaseShown))
def bases(asked: dict[str, Any]) -> dict[str, Any]:
    """List the bases in reach, by code."""
    return page("bases", listing.bases, asked)


@bp.get("/bases/<code:code>")
@access.holder
@bp.response(200, shapes.BaseShown)
def base(code: str) -> BaseEntry:
    """Return one base."""
    return one(listing.bases, code, access.ANY_ROLE)


@bp.post("/bases")
@access.office
@takes(bp, changes.BaseNew(), BASE, refused=(Reason.ALREADY_EXISTS,))
@bp.response(201, shapes.BaseShown)
def new_base(values: dict[str, Any]) -> Any:
    """Register a base with a site of its own code. Sent twice, the second is 409 ``already_exists``."""
    actor, now = access.actor(), clock.utc_now()
    unit = values.pop("unit")
    access.reach()
    of_unit = unit_id(unit, access.OFFICES) if unit is not None else None
    in_transaction(
        lambda session: registry.add_base(session, unit_id=of_unit, actor=actor, now=now, **values)
    )
    return made(listing.bases, values["code"])


@bp.patch("/bases/<code:code>")
@access.office
@takes(bp, changes.BaseChange(partial=True), {"status": "plaqued", "plaque_on": "2026-03-05"})
@bp.response(200, shapes.BaseShown)
def change_base(values: dict[str, Any], code: str) -> BaseEntry:
    """Change what is known of a base; what is left out stays as it is."""
    one(listing.bases, code, access.OFFICES)
    actor, now = access.actor(), clock.utc_now()

    def work(session: Session) -> None:
        # Read where it is written, so that what another has just changed stays.
        known = asdict(listing.bases(session, actor, access.OFFICES, Asked(code=code))[0])
        base_id = known.pop("id")
        del known["code"], known["unit"]
        registry.change_base(session, base_id=base_id, actor=actor, now=now, **(known | values))

    if values:
        in_transaction(work)
    return one(listing.bases, code, access.OFFICES)


@bp.get("/posts")
@access.holder
@bp.arguments(shapes.PostQuery, location="query")
@bp.response(200, shapes.page_of("posts", shapes.PostShown))
def posts(asked: dict[str, Any]) -> dict[str, Any]:
    """List the posts in reach, by code."""
    return page("posts", listing.posts, asked)


@bp.get("/posts/<code:code>")
@access.holder
@bp.response(200, shapes.PostShown)
def post(code: str) -> PostEntry:
    """Return one post."""
    return one(listing.posts, code, access.ANY_ROLE)


@bp.post("/posts")
@access.committee
@takes(bp, changes.PostNew(), POST, refused=(Reason.ALREADY_EXISTS,))
@bp.response(201, shapes.PostShown)
def new_post(values: dict[str, Any]) -> Any:
    """Register a post with a site of its own code. Sent twice, the second is 409 ``already_exists``."""
    actor, now = access.actor(), clock.utc_now()
    of_unit, at_base = unit_id(values.pop("unit"), access.REVIEWERS), _base_id(values.pop("base"))
    in_transaction(
        lambda session: registry.add_post(
            session, unit_id=of_unit, base_id=at_base, actor=actor, now=now, **values
        )
    )
    return made(listing.posts, values["code"])


@bp.patch("/posts/<code:code>")
@access.committee
@takes(bp, changes.PostChange(partial=True), {"place": "三楼"})
@bp.response(200, shapes.PostShown)
def change_post(values: dict[str, Any], code: str) -> PostEntry:
    """Change the words of a post. Category and compensation decide past hours and stay."""
    found, actor, now = one(listing.posts, code, access.REVIEWERS), access.actor(), clock.utc_now()
    if values:
        words = {"name": found.name} | values
        in_transaction(
            lambda session: registry.change_post(session, post_id=found.id, actor=actor, now=now, **words)
        )
    return one(listing.posts, code, access.REVIEWERS)


@bp.get("/sites")
@access.holder
@bp.arguments(shapes.SiteQuery, location="query")
@bp.response(200, shapes.page_of("sites", shapes.SiteShown))
def sites(asked: dict[str, Any]) -> dict[str, Any]:
    """List the sites in reach, by code. A post and a base have one of their own code."""
    return page("sites", listing.sites, asked)


@bp.get("/sites/<code:code>")
@access.holder
@bp.response(200, shapes.SiteShown)
def site(code: str) -> SiteEntry:
    """Return one site."""
    return one(listing.sites, code, access.ANY_ROLE)


def _base_id(code: str | None) -> int | None:
    """Return the id of any base: a branch serves at the bases of others too.

    Raises:
        Refusal: ``BAD_FIELD``.
    """
    if code is None:
        return None
    found = registered.base_id(db.session(), code)
    if found is None:
        raise Refusal(Reason.BAD_FIELD, field="base")
    return found
