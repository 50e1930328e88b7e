"""Who may open which view. Every view names its gate here; a test lists all routes and fails without one.

A gate judges the role alone and answers 403. Whether a row is in reach is judged where it is looked up, and
what is out of reach is 404, as if it did not exist.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import g

from volunteer.actions.access import load_actor
from volunteer.database import db
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.web.identity import SignedIn, asking

P = ParamSpec("P")
R = TypeVar("R")

KEEPERS = frozenset({Role.LEADER, Role.COMMITTEE, Role.COLLEGE})
READERS = frozenset({Role.COMMITTEE, Role.GROUP_LEADER, Role.COLLEGE, Role.AUDITOR})
REVIEWERS = frozenset({Role.COMMITTEE, Role.COLLEGE})
APPROVERS = KEEPERS
REGISTRARS = frozenset({Role.COMMITTEE, Role.COLLEGE, Role.ADMIN})
OFFICES = frozenset({Role.COLLEGE, Role.ADMIN})
ANY_ROLE = frozenset(Role)
COLLEGE = frozenset({Role.COLLEGE})
OVERSEERS = frozenset({Role.COLLEGE, Role.AUDITOR})
STAFF = frozenset(Role) - {Role.LEADER, Role.GROUP_LEADER}


class Gate(StrEnum):
    """The kinds of gate."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    MEMBER = "member"
    KEEPER = "keeper"
    READER = "reader"
    APPROVER = "approver"
    COMMITTEE = "committee"
    REGISTRAR = "registrar"
    OFFICE = "office"
    COLLEGE = "college"
    HOLDER = "holder"
    OVERSEER = "overseer"
    ADMIN = "admin"


def who() -> SignedIn | None:
    """Return who asks, or None."""
    return asking()


def me() -> SignedIn:
    """Return who asks.

    Raises:
        Refusal: ``NOT_SIGNED_IN``.
    """
    account = who()
    if account is None:
        raise Refusal(Reason.NOT_SIGNED_IN)
    return account


def my_member_id() -> int:
    """Return the member behind the account.

    Raises:
        Refusal: ``NOT_SIGNED_IN`` or ``NOT_A_MEMBER``.
    """
    member_id = me().member_id
    if member_id is None:
        raise Refusal(Reason.NOT_A_MEMBER)
    return member_id


def actor() -> Actor:
    """Return who asks with all rights in force; loaded once a request."""
    if "actor" not in g:
        g.actor = load_actor(db.session(), me().id)
    return g.actor  # type: ignore[no-any-return]


def roles() -> frozenset[Role]:
    """Return the kinds of right that the asker holds anywhere; none when nobody is signed in."""
    return frozenset(grant.role for grant in actor().grants) if who() else frozenset()


def reach() -> None:
    """Note that the row was found to be within reach: a later "not allowed" is about the role, so 403."""
    g.is_in_reach = True


def _gate(gate: Gate, check: Callable[[], object] | None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if check is not None:
                check()
            return view(*args, **kwargs)

        guarded.gate = gate  # type: ignore[attr-defined]
        return guarded

    return decorate


def _holds(allowed: frozenset[Role]) -> Callable[[], None]:
    def check() -> None:
        if not roles() & allowed:
            me()
            reach()
            raise Refusal(Reason.NOT_ALLOWED)

    return check


public: Any = _gate(Gate.PUBLIC, None)
signed_in: Any = _gate(Gate.SIGNED_IN, me)
member: Any = _gate(Gate.MEMBER, my_member_id)
keeper: Any = _gate(Gate.KEEPER, _holds(KEEPERS))
reader: Any = _gate(Gate.READER, _holds(READERS))
approver: Any = _gate(Gate.APPROVER, _holds(APPROVERS))
committee: Any = _gate(Gate.COMMITTEE, _holds(REVIEWERS))
registrar: Any = _gate(Gate.REGISTRAR, _holds(REGISTRARS))
office: Any = _gate(Gate.OFFICE, _holds(OFFICES))
overseer: Any = _gate(Gate.OVERSEER, _holds(OVERSEERS))
college: Any = _gate(Gate.COLLEGE, _holds(frozenset({Role.COLLEGE})))
admin: Any = _gate(Gate.ADMIN, _holds(frozenset({Role.ADMIN})))
holder: Any = _gate(Gate.HOLDER, _holds(ANY_ROLE))
