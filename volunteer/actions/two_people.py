"""What every proposal has in common: it waits for another person, and something comes of it once."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from volunteer.database import StaleRow
from volunteer.models import DecisionProposal, Proposal


def settle_once(
    session: Session, model: type[Proposal] | type[DecisionProposal], row_id: int, **outcome: Any
) -> None:
    """Write what came of a proposal.

    Args:
        outcome: The columns that say so; ``decided_at`` is among them.

    Raises:
        StaleRow: Somebody else did so between our reading and our writing; who starts over will see it.
    """
    settled = session.execute(
        update(model)
        .where(model.id == row_id, model.decided_at.is_(None))
        .values(**outcome)
        .returning(model.id)
    ).first()
    if settled is None:
        raise StaleRow(f"proposal {row_id}")
