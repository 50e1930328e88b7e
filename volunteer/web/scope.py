"""How a page looks at posts and bases: from which unit, at which days, and at whose service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext

from volunteer import clock
from volunteer.database import db
from volunteer.rules.places import Whose
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span, day_start
from volunteer.stats import college, units
from volunteer.stats.college import TermRow
from volunteer.stats.place import Place
from volunteer.stats.places import BaseFacts, PostFacts
from volunteer.stats.rollups import Days
from volunteer.stats.units import UnitRow
from volunteer.web import access
from volunteer.web.period import Period, asked_period, periods
from volunteer.web.show import settings

TERMS_SHOWN = 6
KEPT = ("period", "year", "from", "to", "whose")
MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """From which unit, at which days and at whose service an address looks."""

    unit: UnitRow
    terms: Sequence[TermRow]
    period: Period
    whose: Whose
    now: datetime

    @property
    def days(self) -> Days:
        """The days of the period."""
        return self.period.days

    @cached_property
    def today(self) -> date:
        """The campus day."""
        return settings().campus.day(self.now)

    @property
    def span(self) -> Span:
        """The days as moments, for what is planned in hours."""
        zone = settings().zone
        return Span(day_start(self.days.from_on, zone), day_start(self.days.to_on, zone))

    @property
    def last_terms(self) -> list[TermRow]:
        """The last terms that have begun, in order, whatever the period."""
        return [term for term in self.terms if term.starts_on <= self.today][:TERMS_SHOWN][::-1]

    @property
    def periods(self) -> list[Period]:
        """The periods to choose from; the one that is shown is always among them."""
        found = periods(self.terms, self.today)
        return found if self.period in found else [self.period, *found]

    @property
    def weekdays(self) -> list[date]:
        """Seven days from a Monday, to be named."""
        return [MONDAY + timedelta(days=number) for number in range(7)]

    @property
    def asked(self) -> str:
        """What the address asks for, but for the page: a list to take along is not cut into pages."""
        return urlencode({key: value for key, value in request.args.items() if key != "page"})

    @property
    def query(self) -> str:
        """What a link to one place takes along: the days and whose service."""
        kept = {key: value for key, value in request.args.items() if key in KEPT}
        return f"?{urlencode(kept)}" if kept else ""

    def link(self, **changes: str) -> str:
        """Return the address of the same list with something else asked for, from its first page on."""
        return "?" + urlencode({**request.args.to_dict(), **changes, "page": "1"})

    def records(self, **place: str) -> str:
        """Return the address of the records behind the figures, of one place or of all of them."""
        kept = {key: value for key, value in request.args.items() if key in KEPT}
        asked = {"whose": self.whose.value, "period": self.period.name} | kept | place
        return f"/units/{self.unit.code}/records?{urlencode(asked)}"

    def place(self, post: PostFacts | None = None, base: BaseFacts | None = None) -> Place:
        """Return what is looked at: everything, one post or one base."""
        return Place(
            unit_path=self.unit.path,
            whose=self.whose,
            post_id=post.id if post else None,
            base_id=base.id if base else None,
            is_whole=self.unit.is_whole,
        )


def asked_scope(code: str) -> Scope:
    """Return how the address looks at a unit in reach.

    Raises:
        Refusal: ``UNKNOWN``, or ``BAD_FIELD`` for days or a kind of service that there are not.
    """
    session, now = db.session(), clock.utc_now()
    unit = units.unit_to_read(session, code, access.actor(), access.READERS)
    if unit is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    terms = college.terms(session)
    try:
        whose = Whose(request.args.get("whose") or Whose.MEMBERS)
    except ValueError:
        raise Refusal(Reason.BAD_FIELD, field="whose", case="whose") from None
    period = asked_period(terms, settings().campus.day(now))
    return Scope(unit=unit, terms=terms, period=period, whose=whose, now=now)


def basis_of(scope: Scope) -> str:
    """Return what the figures stand on: days, and whose service."""
    whose = {
        Whose.MEMBERS: gettext("given by members of %(unit)s", unit=scope.unit.name),
        Whose.POSTS: gettext("given by anybody at posts that %(unit)s runs", unit=scope.unit.name),
    }[scope.whose]
    return f"{scope.period.basis}{gettext(', ')}{whose}"
