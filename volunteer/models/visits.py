"""Service records: visits, the evidence of both ends, witnesses, flags, and the append-only ledger."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.kinds import Flag, Grade, Lost, RequestKind, Side, Source, Verdict, VisitState

_LOST = " AND ".join(f"lost_{reason.value} >= 0" for reason in Lost if reason is not Lost.OUTSIDE_WINDOW)
# What the visit counts is not what the kept sums have of it.
NOT_KEPT = "net_min <> kept_net OR credited_min <> kept_credited OR net_min > 0 AND grade <> kept_grade"


class Visit(Numbered):
    """One member's record of one shift, with up to three stays.

    ``version`` counts the changes: who changes a record that somebody else changed meanwhile starts over.
    Minutes are summaries: ``net_min`` and ``credited_min`` equal the sums of the visit's credit entries,
    ``pending_min`` is what it would bring if it were granted. ``unit_id`` is the branch at that time.
    The ``kept_`` columns are what of it stands in the kept sums: only the housekeeping writes them.
    """

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint(
            "net_min >= 0 AND credited_min BETWEEN 0 AND net_min AND pending_min >= 0", name="minutes"
        ),
        CheckConstraint(_LOST, name="lost"),
        CheckConstraint("state = 'confirmed' OR net_min = 0", name="only_confirmed_ones_count"),
        CheckConstraint("grade NOT IN ('D', 'X') OR net_min = 0", name="d_and_x_count_nothing"),
        Index(
            "ux_visit_member_shift",
            "member_id",
            "shift_id",
            unique=True,
            sqlite_where=text("state NOT IN ('void', 'rejected')"),
            postgresql_where=text("state NOT IN ('void', 'rejected')"),
        ),
        Index(
            "ux_visit_open",
            "member_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        # Of those few that wait for a decision: a scan that goes well never enters it.
        Index(
            "ix_visit_pending",
            "unit_id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_visit_member_id_served_on", "member_id", "served_on"),
        Index("ix_visit_unit_id_served_on", "unit_id", "served_on"),
        # With what the lists of posts and bases add up: a post's year is read without its visits.
        Index("ix_visit_post_id_served_on", "post_id", "served_on", "net_min", "unit_id"),
        Index("ix_visit_shift_id_state", "shift_id", "state"),
        Index("ix_visit_not_kept", "member_id", sqlite_where=text(NOT_KEPT), postgresql_where=text(NOT_KEPT)),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    served_on: Mapped[date]
    state: Mapped[VisitState] = mapped_column(one_of(VisitState))
    state_before: Mapped[VisitState | None] = mapped_column(one_of(VisitState, name="state_before"))
    grade: Mapped[Grade] = mapped_column(one_of(Grade))
    version: Mapped[int] = mapped_column(default=1)
    is_keepers_own: Mapped[bool] = mapped_column(default=False)
    is_display_silent: Mapped[bool] = mapped_column(default=False)
    is_taken_confirmed: Mapped[bool] = mapped_column(default=False)
    waits_for_committee: Mapped[bool] = mapped_column(default=False)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    net_min: Mapped[int] = mapped_column(default=0)
    credited_min: Mapped[int] = mapped_column(default=0)
    pending_min: Mapped[int] = mapped_column(default=0)
    lost_outside_shift: Mapped[int] = mapped_column(default=0)
    lost_away: Mapped[int] = mapped_column(default=0)
    lost_break: Mapped[int] = mapped_column(default=0)
    lost_overlap: Mapped[int] = mapped_column(default=0)
    lost_too_short: Mapped[int] = mapped_column(default=0)
    lost_rounding: Mapped[int] = mapped_column(default=0)
    lost_day_cap: Mapped[int] = mapped_column(default=0)
    kept_net: Mapped[int] = mapped_column(default=0)
    kept_credited: Mapped[int] = mapped_column(default=0)
    kept_grade: Mapped[Grade | None] = mapped_column(one_of(Grade, name="kept_grade"))


class Evidence(Numbered):
    """What one scan, one keeper's word or one approved claim says about one end of a stay, and its verdict.

    Immutable. Refused scans are kept when a phone must get the same answer again; they use nothing up.
    ``at`` is the moment proven (of an offline scan, that of its code), ``received_at`` when it came in.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("stay IS NULL OR stay BETWEEN 1 AND 3", name="three_stays"),
        CheckConstraint("step IS NULL OR step >= 0", name="step"),
        CheckConstraint(
            "verdict <> 'accepted' OR (visit_id IS NOT NULL AND stay IS NOT NULL)", name="accepted_for"
        ),
        CheckConstraint("(verdict = 'refused') = (reason IS NOT NULL)", name="refusals_have_a_reason"),
        Index(
            "ux_evidence_stay_end",
            "visit_id",
            "stay",
            "side",
            "is_claim",
            unique=True,
            sqlite_where=text("verdict = 'accepted'"),
            postgresql_where=text("verdict = 'accepted'"),
        ),
        # All of a visit: the one before has what was accepted alone.
        Index("ix_evidence_visit_id", "visit_id"),
        Index(
            "ux_evidence_code_once",
            "member_id",
            "display_id",
            "step",
            "side",
            unique=True,
            sqlite_where=text("verdict = 'accepted' AND step > 0"),
            postgresql_where=text("verdict = 'accepted' AND step > 0"),
        ),
        Index("ux_evidence_client_ref", "client_ref", unique=True),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    stay: Mapped[int | None]
    side: Mapped[Side] = mapped_column(one_of(Side))
    source: Mapped[Source] = mapped_column(one_of(Source))
    is_claim: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    display_id: Mapped[int | None] = mapped_column(ForeignKey("display.id"))
    step: Mapped[int | None]
    code_age_s: Mapped[int | None]
    device: Mapped[str | None] = mapped_column(String(80))
    client_ref: Mapped[str | None] = mapped_column(String(36))
    content: Mapped[str | None] = mapped_column(String(64))
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict))
    reason: Mapped[str | None] = mapped_column(String(40))
    reason_facts: Mapped[str | None] = mapped_column(String(200))


class Witness(Model):
    """A keeper who vouches, on site or soon after, that the member was there."""

    __tablename__ = "witness"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    at: Mapped[datetime]


class VisitFlag(Model):
    """Something to look at, with the facts behind it. It deducts nothing."""

    __tablename__ = "visit_flag"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    flag: Mapped[Flag] = mapped_column(one_of(Flag), primary_key=True)
    facts: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class Credit(Numbered):
    """One line of the ledger: minutes earned on one campus day, or taken back by a reversal. Append-only.

    ``member_seq`` runs by member without gaps: two bookings that did not see each other collide on it.
    A visit's lines, added up, are its net and credited minutes. Opening and outside records have a request
    instead of a visit, and neither post nor base.
    """

    __tablename__ = "credit"
    __table_args__ = (
        CheckConstraint("(visit_id IS NULL) <> (request_id IS NULL)", name="of_a_visit_or_a_record"),
        CheckConstraint("(visit_id IS NULL) = (post_id IS NULL)", name="visits_have_a_post"),
        CheckConstraint("(visit_id IS NULL) = (record_kind IS NOT NULL)", name="records_have_a_kind"),
        CheckConstraint(
            "is_reversal AND net_min <= 0 AND credited_min <= 0 AND credited_min >= net_min"
            " OR NOT is_reversal AND net_min >= 0 AND credited_min >= 0 AND credited_min <= net_min",
            name="signs",
        ),
        UniqueConstraint("member_id", "member_seq"),
        Index("ix_credit_member_id_day", "member_id", "day", "credited_min", "net_min"),
        Index("ix_credit_visit_id_day", "visit_id", "day"),
        Index("ix_credit_unit_id_day", "unit_id", "day"),
        Index(
            "ix_credit_records",
            "day",
            sqlite_where=text("request_id IS NOT NULL"),
            postgresql_where=text("request_id IS NOT NULL"),
        ),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    member_seq: Mapped[int]
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    record_kind: Mapped[RequestKind | None] = mapped_column(one_of(RequestKind))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("base.id"))
    day: Mapped[date]
    net_min: Mapped[int]
    credited_min: Mapped[int]
    is_reversal: Mapped[bool]
    grade: Mapped[Grade] = mapped_column(one_of(Grade))
    cause: Mapped[str] = mapped_column(String(24))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
