"""Certificates on their way: asked for by the member or an office, and shown in the unit by a handler."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import check_not_own, check_reviewer, last_branch
from volunteer.actions.audit import note
from volunteer.actions.notices import freeze, notices_of_form
from volunteer.actions.tell import tell_member
from volunteer.database import StaleRow
from volunteer.models import CertificateRequest, Member, ProbationWindow
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import CertificateState, MessageKind, NoticeKind, Stage
from volunteer.rules.names import clean_line
from volunteer.rules.notices import FrozenLine, marks_text
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.stats.breakdown import Breakdown, breakdown_of

REASON_LENGTH = 200
OPEN = (CertificateState.ASKED, CertificateState.NOTICED)
DAY = timedelta(days=1)


def ask_certificate(session: Session, *, member_id: int, actor: Actor, campus: Campus, now: datetime) -> int:
    """Ask for a certificate and return the request's id; while one is open, that one's.

    Raises:
        Refusal: ``NOT_A_MEMBER``, ``NOT_ALLOWED``, or ``NOT_DUE`` as long as nothing is credited.
    """
    unit_id = last_branch(session, member_id)
    if unit_id is None:
        raise Refusal(Reason.NOT_A_MEMBER)
    if not actor.is_member(member_id):
        check_reviewer(session, actor, unit_id)
    known = session.scalars(
        select(CertificateRequest.id).where(
            CertificateRequest.member_id == member_id, CertificateRequest.state.in_(OPEN)
        )
    ).first()
    if known is not None:
        return known
    days_of(session, member_id, campus.day(now))
    request = CertificateRequest(
        member_id=member_id,
        unit_id=unit_id,
        asked_by_id=actor.account_id,
        asked_at=now,
        state=CertificateState.ASKED,
    )
    session.add(request)
    session.flush()
    _note(session, "ask_certificate", request, actor, now)
    return request.id


def withdraw_request(session: Session, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Take a request back: the member herself, or who asked for her.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``CHANGED_MEANWHILE``.
    """
    request = request_row(session, request_id)
    if not actor.is_member(request.member_id) and actor.account_id != request.asked_by_id:
        raise Refusal(Reason.NOT_ALLOWED)
    if request.state is CertificateState.WITHDRAWN:
        return
    settle(session, request, CertificateState.WITHDRAWN, actor, now)


def decline_request(session: Session, *, request_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Turn a request down, with a reason.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``BAD_FIELD`` or ``CHANGED_MEANWHILE``.
    """
    request = request_row(session, request_id)
    check_not_own(actor, request.member_id)
    check_reviewer(session, actor, request.unit_id)
    answer = clean_line(reason, "reason", longest=REASON_LENGTH)
    if request.state is CertificateState.DECLINED and request.settled_by_id == actor.account_id:
        return
    settle(session, request, CertificateState.DECLINED, actor, now, answer=answer)
    tell_member(
        session,
        request.member_id,
        MessageKind.CERTIFICATE_DECLINED,
        f"certificate_request:{request_id}",
        now=now,
        text=answer,
    )


def show_requests(
    session: Session,
    *,
    ref: str,
    request_ids: Sequence[int],
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> Sequence[int]:
    """Put requests to notice, and return the notices: names are shown inside a unit, so each has its own.

    What was on a notice already, and came out otherwise since, is frozen and shown again.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``CHANGED_MEANWHILE``, or ``BAD_FIELD``
            for none.
    """
    if known := notices_of_form(session, ref):
        return known
    by_unit: dict[int, list[CertificateRequest]] = defaultdict(list)
    for request_id in sorted(set(request_ids)):
        request = request_row(session, request_id)
        check_not_own(actor, request.member_id)
        check_reviewer(session, actor, request.unit_id)
        check_open(request)
        by_unit[request.unit_id].append(request)
    if not by_unit:
        raise Refusal(Reason.BAD_FIELD, field="which", case="nobody_listed")
    return [
        _show(session, ref, unit_id, requests, actor=actor, campus=campus, now=now)
        for unit_id, requests in sorted(by_unit.items())
    ]


def _show(
    session: Session,
    ref: str,
    unit_id: int,
    requests: Sequence[CertificateRequest],
    *,
    actor: Actor,
    campus: Campus,
    now: datetime,
) -> int:
    lines = []
    for number, request in enumerate(requests, 1):
        from_on, to_on, parts = days_of(session, request.member_id, campus.day(now))
        lines.append(
            FrozenLine(
                number=number,
                member_id=request.member_id,
                from_on=from_on,
                to_on=to_on,
                minutes=parts.credited,
                marks=marks_of(parts),
            )
        )
    notice = freeze(
        session, ref, unit_id, NoticeKind.CERTIFICATES, lines, actor=actor, campus=campus, now=now
    )
    for request in requests:
        _move(session, request, CertificateState.NOTICED, notice_id=notice.id)
    return notice.id


def days_of(session: Session, member_id: int, today: date) -> tuple[date, date, Breakdown]:
    """Return which days a certificate covers, up to and including today, with what is credited on them.

    The probation; of whoever has none, all days since the first.

    Raises:
        Refusal: ``NOT_DUE``: nothing is credited.
    """
    window = session.execute(
        select(ProbationWindow.starts_on, ProbationWindow.ends_before)
        .join(Member, Member.id == ProbationWindow.member_id)
        .where(
            ProbationWindow.member_id == member_id,
            ProbationWindow.starts_on <= today,
            Member.stage.not_in((Stage.ACTIVIST, Stage.FULL)) | ProbationWindow.outcome.is_not(None),
        )
    ).one_or_none()
    to_on = min(window.ends_before, today + DAY) if window else today + DAY
    parts = breakdown_of(session, member_id, from_on=window.starts_on if window else None, to_on=to_on)
    if parts.credited <= 0:
        raise Refusal(Reason.NOT_DUE, case="nothing_credited")
    return (window.starts_on if window else parts.parts[0].day), to_on, parts


def marks_of(parts: Breakdown) -> str:
    """Return the credited minutes by grade or kind, as they are frozen."""
    return marks_text({mark.value: found.credited for mark, found in parts.by_mark().items()})


def request_row(session: Session, request_id: int) -> CertificateRequest:
    """Return a request as it stands now.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    request = session.get(CertificateRequest, request_id, populate_existing=True)
    if request is None:
        raise Refusal(Reason.UNKNOWN)
    return request


def check_open(request: CertificateRequest) -> None:
    """Refuse a request that something came of.

    Raises:
        Refusal: ``CHANGED_MEANWHILE``.
    """
    if request.state not in OPEN:
        raise Refusal(Reason.CHANGED_MEANWHILE, case="request_settled", state=request.state)


def settle(
    session: Session,
    request: CertificateRequest,
    state: CertificateState,
    actor: Actor,
    now: datetime,
    *,
    answer: str | None = None,
    **facts: object,
) -> None:
    """Say what came of an open request."""
    check_open(request)
    _move(session, request, state, settled_by_id=actor.account_id, settled_at=now, answer=answer)
    _note(session, f"{state}_certificate", request, actor, now, **facts)


def _move(session: Session, request: CertificateRequest, state: CertificateState, **values: object) -> None:
    """Bring a request on, unless somebody else did so between our reading and our writing."""
    moved = session.execute(
        update(CertificateRequest)
        .where(CertificateRequest.id == request.id, CertificateRequest.state == request.state)
        .values(state=state, **values)
        .returning(CertificateRequest.id)
    ).first()
    if moved is None:
        raise StaleRow(f"certificate request {request.id}")


def _note(
    session: Session,
    act: str,
    request: CertificateRequest,
    actor: Actor,
    now: datetime,
    **facts: object,
) -> None:
    note(
        session,
        act,
        "member",
        request.member_id,
        actor_id=actor.account_id,
        now=now,
        request=request.id,
        **facts,
    )
