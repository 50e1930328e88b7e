"""Papers that stand for themselves: notices shown in a unit, and certificates issued by the college.

What was shown or issued is append-only and knows people by their row alone: handles, minutes and hashes.
Names stand in two places that may change. The roster has the name of everybody, and a notice shows it from
there; ``certificate_paper`` has what was printed and signed. Whoever removes a person renames the row of
``member`` and deletes her rows of ``certificate_paper``, and nothing else here: notices still add up to their
checksums, numbers stay taken, counts stay as they were, and a certificate in somebody's hands can still be
verified and looked up by its digest.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.kinds import CertificateEndKind, CertificateState, NoticeKind


class Notice(Numbered):
    """A list that is shown in a unit from its first to its last day, both included. Append-only.

    ``ref`` is the form's own name for it: sent twice it is one notice. ``checksum`` is the SHA-256 over what
    was frozen (``volunteer/rules/notices.py``).
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("ref", "unit_id"),
        CheckConstraint("starts_on <= last_on", name="ends_after_start"),
        Index("ix_notice_unit_id_last_on", "unit_id", "last_on"),
    )

    ref: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[NoticeKind] = mapped_column(one_of(NoticeKind))
    starts_on: Mapped[date]
    last_on: Mapped[date]
    is_provisional: Mapped[bool]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    threshold_min: Mapped[int]
    checksum: Mapped[str] = mapped_column(String(64))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]


class NoticeLine(Model):
    """What a notice says of one member. Append-only.

    ``minutes`` are credited in [from_on, to_on), or of all time; ``marks`` are the same minutes by grade.
    """

    __tablename__ = "notice_line"
    __table_args__ = (
        UniqueConstraint("notice_id", "member_id"),
        CheckConstraint("minutes >= 0", name="minutes"),
        Index("ix_notice_line_member_id", "member_id"),
    )

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    minutes: Mapped[int]
    marks: Mapped[str] = mapped_column(String(120))


class NoticeEnd(Model):
    """A notice that was taken down before its time, and why. Append-only."""

    __tablename__ = "notice_end"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class CertificateRequest(Numbered):
    """A certificate that was asked for, on its way: asked, shown in the unit, issued or not.

    Who put it to notice is the handler; the college's approver is another person.
    """

    __tablename__ = "certificate_request"
    __table_args__ = (
        CheckConstraint("state NOT IN ('noticed', 'issued') OR notice_id IS NOT NULL", name="noticed_first"),
        CheckConstraint(
            "(state IN ('asked', 'noticed')) = (settled_at IS NULL)", name="settled_at_some_time"
        ),
        CheckConstraint("state <> 'declined' OR answer IS NOT NULL", name="declined_with_a_reason"),
        Index(
            "ux_certificate_request_open",
            "member_id",
            unique=True,
            sqlite_where=text("state IN ('asked', 'noticed')"),
            postgresql_where=text("state IN ('asked', 'noticed')"),
        ),
        Index("ix_certificate_request_unit_id_state", "unit_id", "state"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    state: Mapped[CertificateState] = mapped_column(one_of(CertificateState))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(200))


class Certificate(Numbered):
    """A certificate that the college issued. Append-only; what ends it is a row of its own.

    ``unit_id`` is the member's branch on that day, ``digest`` the SHA-256 of what is signed, in hex: whoever
    holds the paper can ask for it by that, and nobody else can.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("handler_id <> approver_id", name="two_people"),
        CheckConstraint("from_on <= last_on", name="ends_after_start"),
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_certificate_unit_id_issued_on", "unit_id", "issued_on"),
        Index("ix_certificate_member_id", "member_id"),
    )

    number: Mapped[str] = mapped_column(String(60), unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("certificate_request.id"), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    college_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    from_on: Mapped[date]
    last_on: Mapped[date]
    minutes: Mapped[int]
    marks: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    handler_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approver_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]


class CertificatePaper(Model):
    """What is printed of a certificate: the signed token, and posts, heads and people as JSON.

    It names the member, and may be deleted with her: the certificate's own row stays.
    """

    __tablename__ = "certificate_paper"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    token: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)


class CertificateEnd(Model):
    """A certificate that is valid no more: replaced by a newer one, or revoked with a reason. Append-only."""

    __tablename__ = "certificate_end"
    __table_args__ = (
        CheckConstraint("(kind = 'superseded') = (replaced_by_id IS NOT NULL)", name="superseded_by_another"),
        CheckConstraint("(kind = 'revoked') = (reason IS NOT NULL)", name="revoked_with_a_reason"),
        CheckConstraint("replaced_by_id IS NULL OR replaced_by_id > certificate_id", name="by_a_later_one"),
    )

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    kind: Mapped[CertificateEndKind] = mapped_column(one_of(CertificateEndKind))
    reason: Mapped[str | None] = mapped_column(String(200))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
