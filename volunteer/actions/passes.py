"""Two-way: a keeper's phone scans the member's own code, which witnesses that she is there.

Verified where it is received, at once or from the keeper's queue. Every final answer is kept under the name
that the keeper's phone gave to the scan, and comes again when it asks again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from volunteer.actions.access import check_keeper
from volunteer.actions.keep import witness
from volunteer.database import StaleRow
from volunteer.models import Device, PassScan, Shift, Visit
from volunteer.rules import passes
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import SETTLED, Verdict
from volunteer.rules.passes import Pass
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.spans import Span
from volunteer.signatures import is_signed_raw

TRIES = 3
# The sentence about a pass differs from that about a code, where both can be refused for the same reason.
_OWN_SENTENCE = frozenset(
    {Reason.SAME_PERSON, Reason.SAME_CODE_AGAIN, Reason.NOT_CHECKED_IN, Reason.SIGNATURE_WRONG}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a keeper's phone sends: the pass, and whether it waited in the phone's queue."""

    client_ref: str
    text: str
    is_queued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PassAnswer:
    """What came of one pass: whose record it witnessed, or why not."""

    client_ref: str
    visit_id: int | None = None
    refusal: Refusal | None = None
    is_final: bool = True


def judge(
    session: Session,
    *,
    shift_id: int,
    scanned: list[Scanned],
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> list[PassAnswer]:
    """Return the verdict on each pass, in order. What a refused one began is undone.

    Raises:
        Refusal: ``UNKNOWN`` or ``NOT_ALLOWED``: about the shift, before any pass is looked at.
    """
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise Refusal(Reason.UNKNOWN)
    check_keeper(session, actor, shift.post_id)
    desk = _Desk(session, shift.id, Span(shift.starts_at, shift.ends_at), actor, campus, now)
    return [desk.answer(one) for one in scanned]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where the passes of one upload are judged."""

    session: Session
    shift_id: int
    shift: Span
    actor: Actor
    campus: Campus
    now: datetime

    def answer(self, one: Scanned) -> PassAnswer:
        kept = self.session.execute(
            select(PassScan).where(PassScan.client_ref == one.client_ref)
        ).scalar_one_or_none()
        if kept is not None:
            return self._again(kept, one)
        try:
            visit_id = self._in_savepoint(one)
        except Refusal as refusal:
            return self._refused(one, refusal)
        return PassAnswer(client_ref=one.client_ref, visit_id=visit_id)

    def _again(self, kept: PassScan, one: Scanned) -> PassAnswer:
        """Return the answer of before; another content or another keeper under the same name gets none."""
        if kept.by_account_id != self.actor.account_id:
            return PassAnswer(client_ref=one.client_ref, refusal=Refusal(Reason.WRONG_ACCOUNT))
        if (kept.text, kept.shift_id) != (one.text, self.shift_id):
            return PassAnswer(client_ref=one.client_ref, refusal=Refusal(Reason.CLIENT_REF_REUSED))
        if kept.reason is not None:
            return PassAnswer(client_ref=one.client_ref, refusal=_told(Reason(kept.reason), self.shift))
        return PassAnswer(client_ref=one.client_ref, visit_id=kept.visit_id)

    def _in_savepoint(self, one: Scanned) -> int:
        for _ in range(TRIES - 1):
            try:
                return self._checked(one)
            except (IntegrityError, StaleRow):
                continue
        return self._checked(one)

    def _checked(self, one: Scanned) -> int:
        with self.session.begin_nested():
            return self._take(one)

    def _take(self, one: Scanned) -> int:
        """Witness the record of whose pass it is, and return it.

        Raises:
            Refusal: ``CODE_UNKNOWN``, ``SIGNATURE_WRONG``, ``CODE_FROM_FUTURE``, ``CODE_EXPIRED``,
                ``TOO_OLD``, ``OUTSIDE_SHIFT``, ``SAME_PERSON``, ``SAME_CODE_AGAIN``, ``NOT_CHECKED_IN``,
                and those of a witness.
        """
        read = passes.read(one.text)
        device = self._device(read)
        at = passes.seen_at(read, shift=self.shift, is_queued=one.is_queued, now=self.now)
        if device.retired_at is not None and device.retired_at <= at:
            raise Refusal(Reason.CODE_UNKNOWN, case="pass_device")
        if self.actor.is_member(device.member_id):
            raise Refusal(Reason.SAME_PERSON)
        used = select(PassScan.id).where(
            PassScan.device_id == device.id, PassScan.step == read.step, PassScan.verdict == Verdict.ACCEPTED
        )
        if self.session.execute(used).one_or_none() is not None:
            raise Refusal(Reason.SAME_CODE_AGAIN)
        visit_id = self._visit_of(device.member_id)
        witness(
            self.session, visit_id=visit_id, actor=self.actor, campus=self.campus, now=self.now, seen_at=at
        )
        self._keep(one, at=at, verdict=Verdict.ACCEPTED, read=read, device=device, visit_id=visit_id)
        return visit_id

    def _device(self, read: Pass) -> Device:
        device = self.session.execute(select(Device).where(Device.handle == read.handle)).scalar_one_or_none()
        if device is None:
            raise Refusal(Reason.CODE_UNKNOWN, case="pass_device")
        if not is_signed_raw(device.public_key, read.signed, read.signature):
            raise Refusal(Reason.SIGNATURE_WRONG)
        return device

    def _visit_of(self, member_id: int) -> int:
        visit_id = self.session.execute(
            select(Visit.id).where(
                Visit.shift_id == self.shift_id,
                Visit.member_id == member_id,
                Visit.state.not_in(SETTLED),
            )
        ).scalar_one_or_none()
        if visit_id is None:
            raise Refusal(Reason.NOT_CHECKED_IN)
        return visit_id

    def _refused(self, one: Scanned, refusal: Refusal) -> PassAnswer:
        """Keep the refusal, unless the member's own scan may still be on its way."""
        is_waiting = refusal.reason is Reason.NOT_CHECKED_IN and one.is_queued
        if not is_waiting:
            self._keep(one, at=self.now, verdict=Verdict.REFUSED, reason=refusal.reason)
        told = _told(refusal.reason, self.shift, refusal.facts)
        return PassAnswer(client_ref=one.client_ref, refusal=told, is_final=not is_waiting)

    def _keep(
        self,
        one: Scanned,
        *,
        at: datetime,
        verdict: Verdict,
        reason: Reason | None = None,
        read: Pass | None = None,
        device: Device | None = None,
        visit_id: int | None = None,
    ) -> None:
        self.session.add(
            PassScan(
                client_ref=one.client_ref,
                shift_id=self.shift_id,
                by_account_id=self.actor.account_id,
                text=one.text,
                is_queued=one.is_queued,
                device_id=device.id if device else None,
                step=read.step if read else None,
                visit_id=visit_id,
                at=at,
                received_at=self.now,
                verdict=verdict,
                reason=reason.value if reason else None,
            )
        )
        self.session.flush()


def _told(reason: Reason, shift: Span, facts: Mapping[str, object] | None = None) -> Refusal:
    """Return the refusal with what its sentence about a pass names."""
    found = dict(facts or {})
    if reason in _OWN_SENTENCE:
        found["case"] = "pass"
    elif reason is Reason.OUTSIDE_SHIFT:
        found |= {"case": "pass", "starts_at": shift.start, "ends_at": shift.end}
    return Refusal(reason, **found)
