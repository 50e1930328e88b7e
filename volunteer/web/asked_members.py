"""What the address of a unit's page asks for: the basis of its figures, and which members in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext

from volunteer.rules.kinds import Phase, Status
from volunteer.rules.progress import PHASES, STATUSES, TO_CALL, Due, Sort, Wish
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats.college import TermRow
from volunteer.stats.rollups import Days
from volunteer.stats.units import UnitRow
from volunteer.web.narrowed import searched
from volunteer.web.period import Period, asked_name, asked_period, periods
from volunteer.web.words import word

WINDOW = "window"
ASKED = ("period", "q", "status", "due", "group", "sort")
TO_CALL_ASKED = "to_call"
_PLACES: Mapping[str, tuple[Status | Phase, ...]] = {
    TO_CALL_ASKED: TO_CALL,
    **{place.value: (place,) for place in (*STATUSES, *PHASES)},
}
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """On what the figures of a page stand; without days, each member's own probation window."""

    name: str
    title: str
    text: str
    days: Days | None


def asked_basis(terms: Sequence[TermRow], today: date) -> Basis:
    """Return the basis that the address asks for, by default the running calendar year.

    Raises:
        Refusal: ``BAD_FIELD``: nothing is called so.
    """
    if request.args.get("period") == WINDOW:
        return window_basis()
    return _of(asked_period(terms, today))


def bases(terms: Sequence[TermRow], today: date) -> list[Basis]:
    """Return what there is to choose from."""
    return [window_basis(), *(_of(period) for period in periods(terms, today))]


def window_basis() -> Basis:
    """Return the basis that the threshold has."""
    return Basis(
        name=WINDOW,
        title=gettext("each member's probation window"),
        text=gettext("Basis: probation window of each member; confirmed service"),
        days=None,
    )


def asked_wish(below: Sequence[UnitRow]) -> Wish:
    """Return which members the address asks for; *below* are the units to choose one from.

    Raises:
        Refusal: ``BAD_FIELD``: a status, a stretch, a unit or an order that there is not.
    """
    at, group = request.args.get("status", ""), request.args.get("group", "")
    if at and at not in _PLACES:
        raise Refusal(Reason.BAD_FIELD, field="status", case="mark")
    paths = {unit.code: unit.path for unit in below}
    if group and group not in paths:
        raise Refusal(Reason.BAD_FIELD, field="group", case="mark")
    return Wish(
        q=request.args.get("q", ""),
        places=_PLACES.get(at, ()),
        due=_one(Due, "due", case="mark"),
        under=paths.get(group, ""),
        sort=_one(Sort, "sort", case="sort") or Sort.MISSING,
    )


def place_words() -> Mapping[str, str]:
    """Return by what name each choice of places is asked for, and what it is called."""
    single = {place.value: word(place) for place in (*STATUSES, *PHASES)}
    return {TO_CALL_ASKED: gettext("to call: behind or worse"), **single}


def due_words() -> Mapping[Due, str]:
    """Return what each stretch is called."""
    within = {due: gettext("within %(n)s days", n=due.value) for due in Due if due is not Due.OVER}
    return within | {Due.OVER: gettext("over, undecided")}


def sort_words() -> Mapping[Sort, str]:
    """Return what each order is called."""
    return {
        Sort.MISSING: gettext("most hours missing first"),
        Sort.PACE: gettext("most hours a week needed first"),
        Sort.DUE: gettext("due first"),
        Sort.COUNTED: gettext("most hours first"),
        Sort.NAME: gettext("by name"),
        Sort.NUMBER: gettext("by student number"),
    }


def said() -> list[str]:
    """Return by what the members of an address that was understood are chosen, in words."""
    due = _one(Due, "due", case="mark")
    return [
        place_words().get(request.args.get("status", ""), ""),
        due_words()[due] if due else "",
        request.args.get("group", ""),
        searched(request.args.get("q", "")),
    ]


def is_narrowed() -> bool:
    """Whether the address asks for some of the members only."""
    return any(request.args.get(name) for name in ("q", "status", "due", "group"))


def query(**changes: object) -> str:
    """Return what the address asks for, with something else in it: a page's link that can be shared."""
    kept = {name: request.args.get(name, "") for name in ASKED} | {"period": asked_name()} | changes
    return urlencode({name: value for name, value in kept.items() if value})


def _one(kind: type[E], name: str, *, case: str) -> E | None:
    text = request.args.get(name, "")
    if text and text not in {choice.value for choice in kind}:
        raise Refusal(Reason.BAD_FIELD, field=name, case=case)
    return kind(text) if text else None


def _of(period: Period) -> Basis:
    return Basis(name=period.name, title=period.title, text=period.basis, days=period.days)
