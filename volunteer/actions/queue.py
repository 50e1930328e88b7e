"""What a phone's outbox brings: each scan judged by itself, in order, and answered for good.

A verdict is final once it is kept: the phone may then forget the entry, and whoever sends it again gets the
same. What is broken in a queue never refuses a scan and never helps one; it is a flag on what came of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from volunteer.actions.presence import ScanResult
from volunteer.actions.receipts import packed
from volunteer.actions.scan import Scan, check, moment_of
from volunteer.database import StaleRow
from volunteer.models import Device, Evidence, Member, QueuedScan, VisitFlag
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Flag, Side, Source, Verdict
from volunteer.rules.queue import Break, Entry, QueueEnd, break_before, end_after
from volunteer.rules.reasons import Reason, Refusal
from volunteer.signatures import is_signed

TRIES = 3
# The member, or the member's choice, can still change these: nothing is kept, and the entry stays waiting.
_NOT_FINAL = frozenset({Reason.CHOOSE_POST, Reason.WRONG_ACCOUNT})
# Final, and the same whenever asked; kept under the reference, they would stand in its rightful owner's way.
_NOT_KEPT = _NOT_FINAL | {Reason.CLIENT_REF_REUSED, Reason.SIGNATURE_WRONG, Reason.NOT_A_MEMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The verdict on one entry: what came of the scan, or why it was refused."""

    client_ref: str | None
    result: ScanResult | None = None
    refusal: Refusal | None = None

    @property
    def is_final(self) -> bool:
        """Whether the phone may forget the entry."""
        return self.refusal is None or self.refusal.reason not in _NOT_FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A scan from an outbox, and how it stood there; ``entry`` is None where the sender has no queue."""

    scan: Scan
    entry: Entry | None


def judge(
    session: Session, *, member_id: int, queued: Sequence[Queued], campus: Campus, now: datetime
) -> list[Answer]:
    """Return the verdict on each entry, in order. What a refused one began is undone."""
    student_no = session.execute(select(Member.student_no).where(Member.id == member_id)).scalar_one()
    desk = _Desk(session, member_id, student_no, _devices(session, member_id), campus, now)
    return [desk.answer(one) for one in queued]


def _devices(session: Session, member_id: int) -> Mapping[str, Device]:
    """Return the member's phones. They are held until the end: two batches of one phone follow each other."""
    held = (
        select(Device)
        .where(Device.member_id == member_id)
        .order_by(Device.id)
        .with_for_update(key_share=True)
    )
    # Read anew: another batch may have moved the ends of the queues.
    found = session.execute(held.execution_options(populate_existing=True)).scalars()
    return {device.handle: device for device in found}


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where the entries of one upload are judged."""

    session: Session
    member_id: int
    student_no: str
    devices: Mapping[str, Device]
    campus: Campus
    now: datetime

    def answer(self, queued: Queued) -> Answer:
        ref, entry = queued.scan.client_ref, queued.entry
        device, is_repeat = None, False
        try:
            device = self._device_of(entry)
            is_repeat = self._evidence_id(ref) is not None
            found = self._flags(entry, device)
            result = self._in_savepoint(queued.scan)
        except Refusal as refusal:
            if refusal.reason not in _NOT_KEPT and not is_repeat:
                self._keep(queued, refusal, device)
            return Answer(client_ref=ref, refusal=refusal)
        if result.verdict is Verdict.ACCEPTED and not is_repeat:
            self._flag(result.visit_id, found)
        if not is_repeat:
            self._keep_place(queued, device)
        return Answer(client_ref=ref, result=result)

    def _device_of(self, entry: Entry | None) -> Device | None:
        """Return the phone that signed the entry.

        Raises:
            Refusal: ``WRONG_ACCOUNT``: somebody else's. ``SIGNATURE_WRONG``: no phone of hers wrote this.
        """
        if entry is None:
            return None
        if entry.member != self.student_no:
            raise Refusal(Reason.WRONG_ACCOUNT)
        if entry.device is None:
            return None
        device = self.devices.get(entry.device)
        text = entry.signed_text.encode()
        if (
            device is None
            or entry.signature is None
            or not is_signed(device.public_key, text, entry.signature)
        ):
            raise Refusal(Reason.SIGNATURE_WRONG)
        return device

    def _flags(self, entry: Entry | None, device: Device | None) -> Mapping[Flag, str]:
        """Return what to look at, with the facts, and note how far the phone's queue was seen."""
        if entry is None or device is None:
            return {Flag.UNSIGNED_QUEUE: "-" if entry is None else f"#{entry.seq}"}
        end = QueueEnd(device.last_seq, device.last_digest)
        found = break_before(entry, end)
        after = end_after(entry, end)
        device.last_seq, device.last_digest = after.seq, after.digest
        if found is None:
            return {}
        missing = f"{end.seq} … {entry.seq}" if found is Break.GAP else f"{entry.seq} / {end.seq}"
        return {Flag.BROKEN_QUEUE: f"{found.value}: {missing}"}

    def _in_savepoint(self, scan: Scan) -> ScanResult:
        for _ in range(TRIES - 1):
            try:
                return self._checked(scan)
            except (IntegrityError, StaleRow):
                continue
        return self._checked(scan)

    def _checked(self, scan: Scan) -> ScanResult:
        with self.session.begin_nested():
            return check(self.session, member_id=self.member_id, scan=scan, campus=self.campus, now=self.now)

    def _flag(self, visit_id: int, found: Mapping[Flag, str]) -> None:
        for flag, facts in found.items():
            if self.session.get(VisitFlag, (visit_id, flag)) is None:
                self.session.add(VisitFlag(visit_id=visit_id, flag=flag, facts=facts, at=self.now))
        self.session.flush()

    def _keep(self, queued: Queued, refusal: Refusal, device: Device | None) -> None:
        """Keep the refusal, so that the phone gets the same answer again."""
        scan = queued.scan
        if scan.client_ref is None:
            return
        self.session.add(
            Evidence(
                member_id=self.member_id,
                side=scan.action or Side.IN,
                source=Source.OFFLINE,
                at=moment_of(scan, self.campus, self.now),
                received_at=self.now,
                device=scan.device,
                client_ref=scan.client_ref,
                content=scan.content,
                verdict=Verdict.REFUSED,
                reason=refusal.reason.value,
                reason_facts=packed(refusal.facts),
            )
        )
        self.session.flush()
        self._keep_place(queued, device)

    def _keep_place(self, queued: Queued, device: Device | None) -> None:
        """Keep how the scan stood in its queue, with the phone's signature."""
        entry = queued.entry
        evidence_id = self._evidence_id(entry.client_ref) if entry else None
        if entry is None or evidence_id is None:
            return
        self.session.add(
            QueuedScan(
                evidence_id=evidence_id,
                device_id=device.id if device else None,
                member=entry.member,
                # What is no text is no code; nobody can keep it.
                code=entry.code if entry.code.isprintable() else "",
                seq=entry.seq,
                previous=entry.previous,
                phone_at_ms=entry.phone_at_ms,
                monotonic_ms=entry.monotonic_ms,
                signature=entry.signature,
            )
        )
        self.session.flush()

    def _evidence_id(self, client_ref: str | None) -> int | None:
        """Return the row of a scan that was answered before under this reference."""
        if client_ref is None:
            return None
        return self.session.execute(
            select(Evidence.id).where(Evidence.client_ref == client_ref)
        ).scalar_one_or_none()
