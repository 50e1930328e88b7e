"""Certificates as the college issues them: what was shown, signed, by another person than the handler."""

import hashlib
import json
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions.access import check_college, check_not_own
from volunteer.actions.audit import note
from volunteer.actions.certificates import DAY, REASON_LENGTH, marks_of, request_row, settle
from volunteer.actions.seal import seal
from volunteer.actions.tell import tell_member
from volunteer.models import (
    Account,
    Certificate,
    CertificateEnd,
    CertificatePaper,
    CertificateRequest,
    Member,
    Notice,
    NoticeLine,
    Unit,
)
from volunteer.rules.campus import Campus
from volunteer.rules.certificates import PURPOSE, Claims
from volunteer.rules.kinds import CertificateEndKind, CertificateState, MessageKind, UnitKind
from volunteer.rules.names import clean_line
from volunteer.rules.notices import is_over
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.signatures import CertificateSigner
from volunteer.stats.breakdown import Breakdown, breakdown_of
from volunteer.stats.certificates import issued_by
from volunteer.stats.conversion import open_objections
from volunteer.stats.ledger import heads_of_member
from volunteer.stats.notices import is_frozen


def issue(
    session: Session,
    *,
    request_id: int,
    actor: Actor,
    signer: CertificateSigner,
    campus: Campus,
    now: datetime,
) -> int:
    """Issue what was shown, once its notice is over, and return the certificate's id.

    What is certified is what was shown: where the record came out otherwise since, it is shown again first.
    An earlier certificate of hers is replaced by this one.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON`` (own, or the handler's), ``NOT_ALLOWED``, ``NOT_DUE`` (notice or
            objection open) or ``CHANGED_MEANWHILE``.
    """
    request = request_row(session, request_id)
    check_not_own(actor, request.member_id)
    check_college(session, actor, request.unit_id)
    if request.state is CertificateState.ISSUED:
        return session.scalars(select(Certificate.id).where(Certificate.request_id == request_id)).one()
    notice = session.get(Notice, request.notice_id) if request.notice_id else None
    if request.state is not CertificateState.NOTICED or notice is None:
        raise Refusal(Reason.CHANGED_MEANWHILE, case="request_settled", state=request.state)
    if notice.opened_by_id == actor.account_id:
        raise Refusal(Reason.SAME_PERSON, case="handler")
    line, breakdown = _check_shown(session, request, notice, campus.day(now))
    while seal(session):
        continue
    certificate, claims = _claimed(session, request, notice, line, breakdown, actor, campus.day(now))
    token = signer.sign(claims.payload, PURPOSE)
    certificate.digest = digest_of(token)
    certificate.issued_at = now
    session.add(certificate)
    session.flush()
    content = _content(session, breakdown, certificate)
    session.add(CertificatePaper(certificate_id=certificate.id, token=token, content=content))
    _replace_earlier(session, certificate, actor, now)
    settle(session, request, CertificateState.ISSUED, actor, now, number=certificate.number)
    kind, key = MessageKind.CERTIFICATE_ISSUED, f"certificate:{certificate.id}"
    tell_member(session, request.member_id, kind, key, now=now, text=certificate.number)
    return certificate.id


def revoke(session: Session, *, certificate_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say that a certificate is valid no more. Whoever asks by its code is told so.

    Raises:
        Refusal: ``UNKNOWN``, ``SAME_PERSON``, ``NOT_ALLOWED``, ``BAD_FIELD``, or ``CHANGED_MEANWHILE`` where
            a newer one has taken its place.
    """
    certificate = session.get(Certificate, certificate_id)
    if certificate is None:
        raise Refusal(Reason.UNKNOWN)
    check_not_own(actor, certificate.member_id)
    check_college(session, actor, certificate.unit_id)
    text = clean_line(reason, "reason", longest=REASON_LENGTH)
    end = session.get(CertificateEnd, certificate_id)
    if end is not None:
        if end.kind is CertificateEndKind.SUPERSEDED:
            raise Refusal(Reason.CHANGED_MEANWHILE, case="superseded")
        return
    session.add(
        CertificateEnd(
            certificate_id=certificate_id,
            kind=CertificateEndKind.REVOKED,
            reason=text,
            by_id=actor.account_id,
            at=now,
        )
    )
    session.flush()
    kind, key = MessageKind.CERTIFICATE_REVOKED, f"revoked:{certificate_id}"
    tell_member(session, certificate.member_id, kind, key, now=now, text=text)
    note(
        session,
        "revoke_certificate",
        "member",
        certificate.member_id,
        actor_id=actor.account_id,
        now=now,
        number=certificate.number,
    )


def digest_of(token: str) -> str:
    """Return the name under which a certificate can be asked for by whoever holds it.

    The SHA-256 of all but the signature: of that, whoever has one can make a second that is as right.
    """
    return hashlib.sha256(token.rpartition(".")[0].encode()).hexdigest()


def _check_shown(
    session: Session, request: CertificateRequest, notice: Notice, today: date
) -> tuple[NoticeLine, Breakdown]:
    """Return what was shown of the member, once it may be certified."""
    if not is_over(notice.last_on, today):
        raise Refusal(Reason.NOT_DUE, case="notice", day=notice.last_on)
    if open_objections(session, [request.member_id])[request.member_id]:
        raise Refusal(Reason.NOT_DUE, case="objection")
    line = session.scalars(
        select(NoticeLine).where(NoticeLine.notice_id == notice.id, NoticeLine.member_id == request.member_id)
    ).one()
    parts = breakdown_of(session, request.member_id, from_on=line.from_on, to_on=line.to_on)
    if not is_frozen(session, notice.id) or marks_of(parts) != line.marks:
        raise Refusal(Reason.CHANGED_MEANWHILE, case="since_notice")
    return line, parts


def _claimed(
    session: Session,
    request: CertificateRequest,
    notice: Notice,
    line: NoticeLine,
    parts: Breakdown,
    actor: Actor,
    today: date,
) -> tuple[Certificate, Claims]:
    """Return the certificate, still unsigned, and what is signed of it."""
    member = session.get_one(Member, request.member_id)
    unit = session.get_one(Unit, request.unit_id)
    college = _college_of(session, unit)
    number = f"{college.code}-{today.year}-{issued_by(session, college.id, today.year) + 1:04}"
    assert line.from_on is not None and line.to_on is not None
    claims = Claims(
        number=number,
        name=member.name,
        unit=unit.name,
        issuer=college.name,
        from_on=line.from_on,
        last_on=line.to_on - DAY,
        minutes={mark.value: found.credited for mark, found in parts.by_mark().items() if found.credited},
        heads=tuple(
            f"{head.unit_code} {head.number} {head.short}"
            for head in heads_of_member(session, request.member_id)
        ),
        issued_on=today,
    )
    certificate = Certificate(
        number=number,
        request_id=request.id,
        member_id=member.id,
        unit_id=unit.id,
        college_id=college.id,
        notice_id=notice.id,
        from_on=claims.from_on,
        last_on=claims.last_on,
        minutes=claims.total,
        marks=line.marks,
        handler_id=notice.opened_by_id,
        approver_id=actor.account_id,
        issued_on=today,
    )
    return certificate, claims


def _college_of(session: Session, unit: Unit) -> Unit:
    """Return the college that a branch belongs to; where there is none, the top of its tree."""
    above = {one.id: one for one in session.scalars(select(Unit).where(Unit.id.in_(unit.chain)))}
    chain = [above[unit_id] for unit_id in unit.chain]
    return next((one for one in reversed(chain) if one.kind is UnitKind.COLLEGE), chain[0])


def _content(session: Session, parts: Breakdown, certificate: Certificate) -> str:
    """Return what is printed besides the signed claims."""
    people = select(Account.id, Account.name).where(
        Account.id.in_((certificate.handler_id, certificate.approver_id))
    )
    names = {row.id: row.name for row in session.execute(people)}
    places = [[post, base, found.credited] for (post, base), found in parts.by_place().items()]
    return json.dumps(
        {
            "places": places,
            "handler": names[certificate.handler_id],
            "approver": names[certificate.approver_id],
        },
        ensure_ascii=False,
    )


def _replace_earlier(session: Session, certificate: Certificate, actor: Actor, now: datetime) -> None:
    ended = select(CertificateEnd.certificate_id)
    earlier = select(Certificate.id).where(
        Certificate.member_id == certificate.member_id,
        Certificate.id != certificate.id,
        Certificate.id.not_in(ended),
    )
    for certificate_id in session.scalars(earlier).all():
        session.add(
            CertificateEnd(
                certificate_id=certificate_id,
                kind=CertificateEndKind.SUPERSEDED,
                replaced_by_id=certificate.id,
                by_id=actor.account_id,
                at=now,
            )
        )
    session.flush()
