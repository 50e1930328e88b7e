"""The spot check: which records of a month are looked at again, by a lot that anybody can draw again.

One record of each branch, and at most 2 % of all; where that is fewer than there are branches, the lot also
decides which branches it takes. There is always at least one.
"""

import hashlib
from collections.abc import Mapping, Sequence

MOST_PCT = 2


def size_of(records: int, branches: int) -> int:
    """Return how many of so many records are drawn."""
    if records == 0 or branches == 0:
        return 0
    return min(branches, max(1, records * MOST_PCT // 100))


def drawn(seed: str, branch_of: Mapping[int, int]) -> tuple[int, ...]:
    """Return the drawn records, in the order of the lot: the same for the same seed and records.

    Args:
        branch_of: The branch of each record of the month, by the record's id.
    """
    first: dict[int, int] = {}
    for visit_id in sorted(branch_of, key=lambda visit_id: _lot(seed, visit_id)):
        first.setdefault(branch_of[visit_id], visit_id)
    return tuple(first.values())[: size_of(len(branch_of), len(first))]


def digest_of(visit_ids: Sequence[int]) -> str:
    """Return what tells these records from any others: SHA-256 over their ids in order, in hex."""
    return hashlib.sha256(",".join(map(str, sorted(visit_ids))).encode()).hexdigest()


def _lot(seed: str, visit_id: int) -> bytes:
    return hashlib.sha256(f"{seed}/{visit_id}".encode()).digest()
