"""Through whose hands the made-up hours of a unit went: who approved them, and who leads the posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, literal_column, null, select, union_all
from sqlalchemy.orm import Session

from volunteer.models import Account, Approval, Request, RoleGrant, Visit
from volunteer.rules.flags import is_share_high
from volunteer.rules.kinds import Grade, Role, VisitState
from volunteer.rules.tally import RollUpKind, share_pct
from volunteer.stats import kept, rollups
from volunteer.stats.kept import Asked
from volunteer.stats.served import Days, within

_KINDS = (RollUpKind.ALL, RollUpKind.POST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Made-up minutes of somebody, among all of *whole*. ``is_high``: far above the usual."""

    name: str
    made_up: int
    whole: int
    is_high: bool

    @property
    def pct(self) -> float | None:
        """In per cent, with one decimal; None over nothing."""
        return share_pct(self.made_up, self.whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The made-up minutes of a unit in some days.

    An approver's share is of all minutes of the unit, a leader's of those at the own posts. Usual is, for the
    unit, what all units have; for an approver an equal part of the unit's; for a leader the unit's.
    """

    unit: Share
    usual_pct: float | None
    approvers: Sequence[Share]
    leaders: Sequence[Share]


def shares_of(session: Session, days: Days, *, unit_path: str) -> Shares:
    """Return the shares of a unit with all below it, each list by the minutes made up."""
    rows = kept.run(session, _statement, days, unit_path)
    return _shares([(row.whose, row.name, row.made_up, row.whole) for row in rows])


def _statement(asked: Asked) -> Any:
    counts = and_(
        Visit.state == VisitState.CONFIRMED,
        Visit.net_min > 0,
        *within(asked.days),
    )
    # Plus nothing: what was made up is found by who approved it, not by the unit.
    here = and_(counts, (Visit.unit_id + 0).in_(asked.below))
    own, posts = (rollups.figures_of(kind, asked).subquery() for kind in _KINDS)
    unit: Any = select(
        literal_column("'unit'").label("whose"),
        cast(null(), Integer).label("id"),
        literal_column("''").label("name"),
        _sum(own.c.net_e).label("made_up"),
        _sum(own.c.net).label("whole"),
    )
    approvers: Any = (
        select(
            literal_column("'approver'"), Account.id, Account.name, _sum(Visit.net_min), literal_column("0")
        )
        .select_from(Visit)
        .join(Request, Request.visit_id == Visit.id)
        .join(Approval, Approval.request_id == Request.id)
        .join(Account, Account.id == Approval.account_id)
        .where(here, Visit.grade == Grade.E)
        .group_by(Account.id, Account.name)
    )
    leaders: Any = (
        select(literal_column("'leader'"), Account.id, Account.name, _sum(posts.c.net_e), _sum(posts.c.net))
        .select_from(posts)
        .join(
            RoleGrant,
            and_(
                RoleGrant.post_id == posts.c.key,
                RoleGrant.role == Role.LEADER,
                RoleGrant.ended_at.is_(None),
            ),
        )
        .join(Account, Account.id == RoleGrant.account_id)
        .group_by(Account.id, Account.name)
    )
    whole = rollups.everywhere(asked).subquery()
    everything: Any = select(
        literal_column("'all'"), cast(null(), Integer), literal_column("''"), whole.c.net_e, whole.c.net
    )
    return union_all(unit, everything, approvers, leaders)


def _shares(rows: Sequence[tuple[str, str, int, int]]) -> Shares:
    by_whose: dict[str, list[tuple[str, int, int]]] = {"approver": [], "leader": []}
    for whose, name, made_up, whole in rows:
        by_whose.setdefault(whose, []).append((name, made_up, whole))
    (_, usual, everything), (_, own, all_own) = by_whose["all"][0], by_whose["unit"][0]
    hands = by_whose["approver"]
    return Shares(
        unit=Share(
            name="",
            made_up=own,
            whole=all_own,
            is_high=is_share_high(own, all_own, usual, everything),
        ),
        usual_pct=share_pct(usual, everything),
        approvers=_sorted(
            Share(
                name=name,
                made_up=part,
                whole=all_own,
                # Two approve each record, so an equal part is two of them.
                is_high=len(hands) > 2 and is_share_high(part, all_own, own * 2, all_own * len(hands)),
            )
            for name, part, _ in hands
        ),
        leaders=_sorted(
            Share(name=name, made_up=part, whole=whole, is_high=is_share_high(part, whole, own, all_own))
            for name, part, whole in by_whose["leader"]
            if part
        ),
    )


def _sorted(shares: Any) -> list[Share]:
    return sorted(shares, key=lambda share: (-share.made_up, share.name))


def _sum(column: Any) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), Integer)
