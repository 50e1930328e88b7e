"""The recounts that the college ordered or thinks of, as its pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Account, PolicyVersion, RecountOrder, Unit
from volunteer.rules.kinds import Role
from volunteer.rules.roles import Actor
from volunteer.stats.reach import unit_in_reach

COLLEGE = frozenset({Role.COLLEGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order with its two people."""

    id: int
    unit_id: int
    unit_name: str
    unit_path: str
    policy_id: int
    effective_on: date
    from_on: date
    before_on: date
    reason: str
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    is_approved: bool | None
    done_at: datetime | None

    @property
    def until_on(self) -> date:
        """The last day."""
        return self.before_on - timedelta(days=1)


def orders(session: Session, actor: Actor) -> Sequence[OrderRow]:
    """Return the orders of the account's colleges, the latest first."""
    rows = session.execute(_orders(actor).order_by(RecountOrder.id.desc()).limit(20)).all()
    return [OrderRow(**row._mapping) for row in rows]


def order(session: Session, order_id: int, actor: Actor) -> OrderRow | None:
    """Return one order, if it is of the account's college."""
    row = session.execute(_orders(actor).where(RecountOrder.id == order_id)).one_or_none()
    return OrderRow(**row._mapping) if row else None


def _orders(actor: Actor) -> Select[*tuple[object, ...]]:
    proposer, decider = aliased(Account), aliased(Account)
    return (
        select(
            RecountOrder.id,
            RecountOrder.unit_id,
            Unit.name.label("unit_name"),
            Unit.path.label("unit_path"),
            RecountOrder.policy_id,
            PolicyVersion.effective_on,
            RecountOrder.from_on,
            RecountOrder.before_on,
            RecountOrder.reason,
            RecountOrder.proposed_by_id,
            proposer.name.label("proposed_by"),
            RecountOrder.proposed_at,
            func.coalesce(decider.name, "").label("decided_by"),
            RecountOrder.decided_at,
            RecountOrder.is_approved,
            RecountOrder.done_at,
        )
        .join(Unit, Unit.id == RecountOrder.unit_id)
        .join(PolicyVersion, PolicyVersion.id == RecountOrder.policy_id)
        .join(proposer, proposer.id == RecountOrder.proposed_by_id)
        .outerjoin(decider, decider.id == RecountOrder.decided_by_id)
        .where(unit_in_reach(actor, COLLEGE))
    )
