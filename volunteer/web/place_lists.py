"""The lists of posts and bases as a page asks for them: searched, narrowed and sorted by what is on them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from flask import request
from flask_babel import lazy_gettext as _l

from volunteer.rules.places import Agreement, agreement_on, is_idle
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats.places import BaseFacts, PostFacts
from volunteer.stats.rollups import RollUp
from volunteer.web.narrowed import searched

ON_CAMPUS = "-"
# What no sum is kept of: counted for the rows of a page alone, unless it says which those are.
COUNTED = frozenset({"shifts", "fill", "unclosed", "dry", "branches"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A post with what it received. How full it was is told to who runs it."""

    post: PostFacts
    served: RollUp
    is_idle: bool

    @property
    def code(self) -> str:
        """The code of the post."""
        return self.post.code

    @property
    def name(self) -> str:
        """Its name."""
        return self.post.name

    def run(self, field: str) -> Any:
        """Return a fact about its shifts; None for a post of somebody else."""
        return getattr(self.post, field) if self.post.is_run_here else None

    @property
    def is_dry(self) -> bool:
        """Whether it is run here and no shift is to come."""
        return self.post.is_run_here and self.post.coming == 0

    @property
    def searched(self) -> tuple[str | None, ...]:
        """Where a search looks."""
        return self.post.code, self.post.name, self.post.base_name, self.post.unit_name


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseLine:
    """A base with its agreement and what it received."""

    base: BaseFacts
    served: RollUp
    branches: int = 0
    agreement: Agreement
    is_idle: bool

    @property
    def code(self) -> str:
        """The code of the base."""
        return self.base.code

    @property
    def name(self) -> str:
        """Its name."""
        return self.base.name

    @property
    def searched(self) -> tuple[str | None, ...]:
        """Where a search looks."""
        return self.base.code, self.base.name, self.base.host, self.base.kind


L = TypeVar("L", PostLine, BaseLine)


@dataclass(frozen=True, slots=True)
class Order(Generic[L]):
    """One way to sort: what it is called, by what, and whether the most comes first."""

    title: Any
    by: Callable[[L], Any]
    is_most_first: bool = True


POST_ORDERS: Mapping[str, Order[PostLine]] = {
    "hours": Order(_l("Hours served"), lambda line: line.served.net),
    "name": Order(_l("Name"), lambda line: line.name, is_most_first=False),
    "persons": Order(_l("Persons"), lambda line: line.served.headcount),
    "times": Order(_l("Person-times"), lambda line: line.served.person_times),
    "credited": Order(_l("Hours credited"), lambda line: line.served.credited),
    "makeup": Order(_l("Make-up share"), lambda line: line.served.makeup_share_pct),
    "shifts": Order(_l("Shifts"), lambda line: line.run("shifts")),
    "fill": Order(_l("Filled"), lambda line: line.post.fill_pct if line.post.is_run_here else None),
    "unclosed": Order(_l("Not checked out"), lambda line: line.run("unclosed")),
    "last": Order(_l("Last service"), lambda line: line.post.last_on),
}
BASE_ORDERS: Mapping[str, Order[BaseLine]] = {
    "hours": Order(_l("Hours served"), lambda line: line.served.net),
    "name": Order(_l("Name"), lambda line: line.name, is_most_first=False),
    "persons": Order(_l("Persons"), lambda line: line.served.headcount),
    "times": Order(_l("Person-times"), lambda line: line.served.person_times),
    "posts": Order(_l("Posts"), lambda line: line.base.posts),
    "branches": Order(_l("Branches"), lambda line: line.branches),
    "until": Order(_l("Agreement until"), lambda line: line.base.agreement_to, is_most_first=False),
    "last": Order(_l("Last service"), lambda line: line.base.last_on),
}
POST_MARKS: Mapping[str, tuple[Any, Callable[[PostLine], bool]]] = {
    "served": (_l("with service in this time"), lambda line: line.served.headcount > 0),
    "idle": (_l("no service for 90 days"), lambda line: line.is_idle),
    "dry": (_l("no shift to come"), lambda line: line.is_dry),
    "unclosed": (_l("somebody not checked out"), lambda line: bool(line.run("unclosed"))),
    "makeup": (_l("with made-up hours"), lambda line: line.served.makeup_net > 0),
}
BASE_MARKS: Mapping[str, tuple[Any, Callable[[BaseLine], bool]]] = {
    "served": (_l("with service in this time"), lambda line: line.served.headcount > 0),
    "idle": (_l("no service for 90 days"), lambda line: line.is_idle),
    "expiring": (_l("agreement ends within 90 days"), lambda line: line.agreement is Agreement.EXPIRING),
    "expired": (_l("agreement is over"), lambda line: line.agreement is Agreement.EXPIRED),
    "plaque": (_l("no plaque yet"), lambda line: line.base.plaque_on is None),
}


def post_lines(
    posts: Iterable[PostFacts], served: Mapping[str | None, RollUp], today: date
) -> list[PostLine]:
    """Return each post with what it received; nothing is a figure too."""
    return [
        PostLine(
            post=post,
            served=served.get(post.code) or nothing(post.code, post.name),
            is_idle=post.is_run_here and is_idle(post.last_on, today),
        )
        for post in posts
    ]


def base_lines(
    bases: Iterable[BaseFacts], served: Mapping[str | None, RollUp], today: date
) -> list[BaseLine]:
    """Return each base with what it received. Of one without an agreement in force no service is missed."""
    return [
        BaseLine(
            base=base,
            served=served.get(base.code) or nothing(base.code, base.name),
            agreement=(agreement := agreement_of(base, today)),
            is_idle=agreement in (Agreement.VALID, Agreement.EXPIRING) and is_idle(base.last_on, today),
        )
        for base in bases
    ]


def agreement_of(base: BaseFacts, today: date) -> Agreement:
    """Return how the agreement of a base stands."""
    return agreement_on(base.status, base.agreement_from, base.agreement_to, today)


def nothing(code: str | None, name: str | None) -> RollUp:
    """Return the figures of a place that received nothing."""
    return RollUp(code=code, name=name, headcount=0, person_times=0, net=0, credited=0, by_grade=(0, 0, 0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the address asks of a list."""

    text: str
    mark: str
    sort: str
    is_turned: bool

    @property
    def is_counted(self) -> bool:
        """Whether it takes what is counted of every row to say which are shown."""
        return not COUNTED.isdisjoint((self.sort, self.mark))

    def said(self, marks: Mapping[str, tuple[Any, Any]]) -> tuple[str, str]:
        """Return by what it narrows a list with these marks, in words."""
        return str(marks[self.mark][0]) if self.mark else "", searched(self.text)

    def link(self, key: str) -> str:
        """Return how the address sorts by *key*; asked again, the other way round."""
        return f"-{key}" if key == self.sort and not self.is_turned else key


def asked_wish(orders: Mapping[str, Any], marks: Mapping[str, Any]) -> Wish:
    """Return the wish of the address.

    Raises:
        Refusal: ``BAD_FIELD``: it sorts or narrows by something that the list does not have.
    """
    sort = request.args.get("sort") or next(iter(orders))
    mark = request.args.get("mark", "")
    if sort.removeprefix("-") not in orders:
        raise Refusal(Reason.BAD_FIELD, field="sort", case="sort")
    if mark and mark not in marks:
        raise Refusal(Reason.BAD_FIELD, field="mark", case="mark")
    return Wish(
        text=request.args.get("q", "").strip()[:60],
        mark=mark,
        sort=sort.removeprefix("-"),
        is_turned=sort.startswith("-"),
    )


def chosen(
    lines: Sequence[L],
    wish: Wish,
    orders: Mapping[str, Order[L]],
    marks: Mapping[str, tuple[Any, Callable[[L], bool]]],
) -> list[L]:
    """Return the lines that fit, in the order wished for; what has no such figure comes last either way."""
    text = wish.text.lower()
    fitting: list[L] = [
        line
        for line in lines
        if any(text in (part or "").lower() for part in line.searched)
        and (not wish.mark or marks[wish.mark][1](line))
    ]
    order = orders[wish.sort]
    known: list[L] = [line for line in fitting if order.by(line) is not None]
    unknown: list[L] = [line for line in fitting if order.by(line) is None]
    known.sort(key=order.by, reverse=order.is_most_first is not wish.is_turned)
    return known + unknown
