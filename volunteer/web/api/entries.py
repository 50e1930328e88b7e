"""What the views of the registry share: bodies by an allow-list, pages by a cursor, entries in reach."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import Any, Protocol, TypeVar

from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema
from sqlalchemy.orm import Session

from volunteer.database import db
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.stats import units
from volunteer.stats.listing import Asked
from volunteer.web import access

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)
View = Callable[..., Any]
# Where a view says in its description which rules may refuse: an extension, by the rules of OpenAPI.
REASONS = "x-reasons"


class Find(Protocol[E_co]):
    """A function of :mod:`volunteer.stats.listing`."""

    def __call__(
        self, session: Session, actor: Actor, roles: Collection[Role], asked: Asked, /
    ) -> Sequence[E_co]: ...


def told(schema: Schema | type[Schema], example: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the description says of a JSON body."""
    body = {"schema": schema, "example": dict(example)}
    return {"requestBody": {"required": True, "content": {"application/json": body}}}


def takes(
    bp: Blueprint, schema: Schema, example: Mapping[str, Any], *, refused: Sequence[Reason] = ()
) -> Callable[[View], View]:
    """Load the JSON body through *schema* and hand it to the view first; say so in the description.

    Args:
        refused: The rules by which what is asked may be refused.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def loaded(*args: Any, **kwargs: Any) -> Any:
            return view(schema.load(request.get_json()), *args, **kwargs)

        described: View = bp.doc(**told(schema, example), **{REASONS: refused})(loaded)
        return described

    return decorate


def page(name: str, find: Find[Any], query: Mapping[str, Any], *, key: str = "code") -> dict[str, Any]:
    """Return a page of what the asker's roles reach: one more is read, to know whether there is another."""
    wishes = dict(query)
    limit, after, q = wishes.pop("limit"), wishes.pop("after"), wishes.pop("q", None)
    asked = Asked(after=after, limit=limit + 1, q=q, wishes=wishes)
    rows = find(db.session(), access.actor(), access.ANY_ROLE, asked)
    cursor = getattr(rows[limit - 1], key) if len(rows) > limit else None
    return {name: rows[:limit], "next": cursor}


def one(find: Find[E], code: str, roles: Collection[Role]) -> E:
    """Return the entry of that code, if it is in reach of *roles*; from here on a "not allowed" is 403.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    found = find(db.session(), access.actor(), roles, Asked(code=code))
    if not found:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found[0]


def made(find: Find[E], code: str) -> tuple[E, int, dict[str, str]]:
    """Return what was just registered, with its address."""
    return one(find, code, access.ANY_ROLE), 201, {"Location": f"{request.path}/{code}"}


def unit_id(code: str, roles: Collection[Role]) -> int:
    """Return the id of a unit in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    found = units.unit_to_read(db.session(), code, access.actor(), roles)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found.id
