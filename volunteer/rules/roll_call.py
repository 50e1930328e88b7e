"""The roll-call after a headcount: two names by lot, which an auditor can draw again from the same seed."""

import hashlib
from collections.abc import Collection

FROM_PEOPLE = 10
NAMES = 2


def is_due(checked_in: int) -> bool:
    """Whether so many people are in that the keeper is asked for names."""
    return checked_in >= FROM_PEOPLE


def drawn(seed: str, visit_ids: Collection[int]) -> tuple[int, ...]:
    """Return the records whose names are called: the same for the same seed and records, in any order."""

    def lot(visit_id: int) -> bytes:
        return hashlib.sha256(f"{seed}/{visit_id}".encode()).digest()

    return tuple(sorted(set(visit_ids), key=lot)[:NAMES])
