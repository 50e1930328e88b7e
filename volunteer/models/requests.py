"""What people ask others to decide: corrections, make-ups, records from before or elsewhere, objections."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.kinds import RequestKind, RequestState, VisitState


class Request(Numbered):
    """Something claimed that needs two other people.

    ``ref`` is the asker's own name for it: asking twice with the same one changes nothing.
    Corrections and make-ups have a visit and times; opening and outside records a day and minutes, and times
    where they came with another platform's file, a batch.
    """

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint(
            "(kind IN ('opening', 'outside')) = (minutes IS NOT NULL)", name="records_have_minutes"
        ),
        CheckConstraint("(kind IN ('opening', 'outside')) = (visit_id IS NULL)", name="claims_have_a_visit"),
        CheckConstraint("minutes IS NULL OR minutes > 0", name="minutes"),
        CheckConstraint(
            "starts_at IS NULL OR ends_at IS NOT NULL AND starts_at < ends_at", name="ends_after_start"
        ),
        Index(
            "ux_request_undecided",
            "visit_id",
            unique=True,
            sqlite_where=text("state = 'asked' AND visit_id IS NOT NULL"),
            postgresql_where=text("state = 'asked' AND visit_id IS NOT NULL"),
        ),
        CheckConstraint("batch_id IS NULL OR kind = 'outside'", name="files_hold_outside_records"),
        Index("ix_request_member_id_state", "member_id", "state"),
    )

    ref: Mapped[str] = mapped_column(String(40), unique=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("outside_batch.id"), index=True)
    kind: Mapped[RequestKind] = mapped_column(one_of(RequestKind))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    on: Mapped[date]
    minutes: Mapped[int | None]
    what: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(200))
    deadline_on: Mapped[date]
    is_deadline_provisional: Mapped[bool]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    state: Mapped[RequestState] = mapped_column(one_of(RequestState))
    rejected_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None]


class Approval(Model):
    """One of the two approvals of a request; never both by one person."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("step IN (1, 2)", name="two_steps"),
        Index("ux_approval_person", "request_id", "account_id", unique=True),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    ends_at: Mapped[datetime | None]
    is_late: Mapped[bool]
    at: Mapped[datetime]


class Objection(Numbered):
    """Somebody says that a record is wrong. In force from ``accepted_at`` until it is resolved."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint("(resolved_at IS NULL) = (is_upheld IS NULL)", name="resolved_one_way"),
        Index(
            "ux_objection_in_force",
            "visit_id",
            unique=True,
            sqlite_where=text("accepted_at IS NOT NULL AND resolved_at IS NULL"),
            postgresql_where=text("accepted_at IS NOT NULL AND resolved_at IS NULL"),
        ),
    )

    ref: Mapped[str] = mapped_column(String(40), unique=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    is_own: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    filed_at: Mapped[datetime]
    accept_by_on: Mapped[date]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    accepted_at: Mapped[datetime | None]
    state_before: Mapped[VisitState | None] = mapped_column(one_of(VisitState))
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    resolved_at: Mapped[datetime | None]
    is_upheld: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(String(200))
