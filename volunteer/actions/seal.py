"""Sealing the ledger, a little at a time, and proving it again from the first line on.

A head that every check-out moved would make its branch a queue of one. So lines are written unsealed, and one
background step seals them soon after; what is printed is sealed first.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from volunteer.actions.audit import note
from volunteer.database import table_of
from volunteer.models import LedgerHead, Seal
from volunteer.rules.chain import first_link, head_text, next_link
from volunteer.signatures import HeadSigner
from volunteer.stats import ledger
from volunteer.stats.ledger import SealedRow

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first thing wrong with a branch's chain.

    Attributes:
        kind: ``changed``, ``missing`` (a line), ``out_of_order`` (a seal), ``rewritten`` (against a signed
            head) or ``forged`` (a head that no key of ours signed).
        credit_id: The ledger line, where one can be named.
    """

    unit: str
    number: int
    kind: str
    credit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a walk along all chains found."""

    lines: int
    tail: int
    faults: tuple[Fault, ...]
    is_head_known: bool | None

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and self.is_head_known is not False


def seal(session: Session, *, limit: int = BATCH) -> int:
    """Seal the oldest unsealed lines and return how many. Of two at once one collides and starts over."""
    lines = ledger.unsealed(session, limit=limit)
    if not lines:
        return 0
    ends = {head.unit_id: (head.number, bytes.fromhex(head.hash)) for head in ledger.heads(session)}
    rows = []
    for line in lines:
        number, link = ends.get(line.unit_id) or (0, first_link(line.unit_id))
        number, link = number + 1, next_link(link, line)
        ends[line.unit_id] = number, link
        rows.append({"credit_id": line.id, "unit_id": line.unit_id, "number": number, "hash": link.hex()})
    session.execute(insert(table_of(Seal)), rows)
    return len(rows)


def sign_heads(session: Session, *, on: date, signer: HeadSigner, now: datetime) -> int:
    """Sign the head of each chain for a day, once, and return how many were signed."""
    done = set(session.execute(select(LedgerHead.unit_id).where(LedgerHead.on == on)).scalars())
    fresh = [head for head in ledger.heads(session) if head.unit_id not in done]
    for head in fresh:
        text = head_text(head.unit_id, head.number, head.hash, on)
        session.add(
            LedgerHead(
                unit_id=head.unit_id,
                on=on,
                number=head.number,
                hash=head.hash,
                signature=signer.sign(text),
                at=now,
            )
        )
        note(
            session,
            "sign_head",
            "unit",
            head.unit_id,
            actor_id=None,
            now=now,
            number=head.number,
            head=head.hash,
        )
    session.flush()
    return len(fresh)


def verify(
    session: Session,
    *,
    signer: HeadSigner,
    head: str | None = None,
    watched: Callable[[Iterable[SealedRow]], Iterable[SealedRow]] = lambda rows: rows,
) -> Proof:
    """Walk every chain from its first line, and name the first thing wrong with each.

    Args:
        head: A head from a print-out, in hex: it must be a link of one of the chains.
        watched: Wraps the rows to go through, so that a caller can show progress.
    """
    signed: dict[tuple[int, int], list[LedgerHead]] = defaultdict(list)
    for one in ledger.signed_heads(session):
        signed[one.unit_id, one.number].append(one)
    walk = _Walk(signer=signer, signed=signed, wanted=head and head.lower())
    for row in watched(ledger.sealed(session)):
        walk.step(row)
    walk.end()
    return Proof(
        lines=walk.lines,
        tail=ledger.tail(session),
        faults=tuple(walk.faults),
        is_head_known=None if head is None else walk.is_wanted_found,
    )


class _Walk:
    """A walk along all chains, one after the other."""

    def __init__(
        self,
        *,
        signer: HeadSigner,
        signed: dict[tuple[int, int], list[LedgerHead]],
        wanted: str | None,
    ) -> None:
        self.signer = signer
        self.signed = signed
        self.wanted = wanted
        self.is_wanted_found = False
        self.lines = 0
        self.faults: list[Fault] = []
        self._unit_id = 0
        self._number = 0
        self._link = b""
        self._is_broken = False

    def step(self, row: SealedRow) -> None:
        """Go one seal further."""
        self.lines += 1
        if row.unit_id != self._unit_id:
            self._unit_id, self._number, self._link = row.unit_id, 0, first_link(row.unit_id)
            self._is_broken = False
        self._number += 1
        heads = self.signed.pop((row.unit_id, row.number), [])
        if not self._is_broken and (kind := self._fault(row, heads)):
            self._is_broken = True
            self.faults.append(
                Fault(unit=row.unit_code, number=self._number, kind=kind, credit_id=row.credit_id)
            )
        if not self._is_broken and self._link.hex() == self.wanted:
            self.is_wanted_found = True

    def end(self) -> None:
        """Name the signed heads that no chain reached: its end was cut off."""
        for unit_id, number in sorted(self.signed):
            self.faults.append(Fault(unit=f"#{unit_id}", number=number, kind="rewritten"))

    def _fault(self, row: SealedRow, heads: Sequence[LedgerHead]) -> str | None:
        if row.number != self._number:
            return "out_of_order"
        if row.line is None:
            return "missing"
        self._link = next_link(self._link, row.line)
        if row.line.unit_id != row.unit_id or self._link.hex() != row.hash:
            return "changed"
        for head in heads:
            text = head_text(head.unit_id, head.number, head.hash, head.on)
            if not self.signer.is_genuine(text, head.signature):
                return "forged"
            if head.hash != row.hash:
                return "rewritten"
        return None
