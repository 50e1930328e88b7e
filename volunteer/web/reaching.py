"""Rows as an address names them: what is out of reach is not found, as if it were not there."""

from typing import TypeVar

from volunteer.database import db
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import units
from volunteer.stats.units import UnitRow
from volunteer.web import access

T = TypeVar("T")


def found(row: T | None) -> T:
    """Return a row that was looked for within reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    if row is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return row


def unit(code: str, roles: frozenset[Role] = access.READERS) -> UnitRow:
    """Return the unit of that code.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    return found(units.unit_to_read(db.session(), code, access.actor(), roles))
