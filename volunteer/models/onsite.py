"""What happens at a post beside the scans: links that open displays, headcounts, roll-calls, passes."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered, one_of
from volunteer.rules.kinds import Verdict


class DisplayLink(Numbered):
    """A link that opens one display on one browser, once. Only a digest of its token is kept.

    ``shift_id``: it is for the host of that shift, who has no account.
    """

    __tablename__ = "display_link"
    __table_args__ = (
        CheckConstraint("made_at < expires_at", name="expires_later"),
        CheckConstraint("(opened_at IS NULL) = (display_id IS NULL)", name="opens_a_display"),
        CheckConstraint("opened_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
    )

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    display_id: Mapped[int | None] = mapped_column(ForeignKey("display.id"))
    withdrawn_at: Mapped[datetime | None]


class Headcount(Numbered):
    """How many people somebody counted at a running shift, and how many were checked in at that moment.

    A keeper counts by her account, a host by the display that a keeper's link opened. ``seed`` draws the
    names of a roll-call.
    """

    __tablename__ = "headcount"
    __table_args__ = (
        CheckConstraint("(by_account_id IS NULL) <> (display_id IS NULL)", name="of_a_keeper_or_a_host"),
        CheckConstraint("counted >= 0 AND checked_in >= 0", name="not_negative"),
        Index("ix_headcount_shift_id_at", "shift_id", "at"),
    )

    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    display_id: Mapped[int | None] = mapped_column(ForeignKey("display.id"))
    at: Mapped[datetime]
    counted: Mapped[int]
    checked_in: Mapped[int]
    seed: Mapped[str | None] = mapped_column(String(16))


class RollCall(Model):
    """One of the names that were drawn after a headcount, and whether the keeper found her there."""

    __tablename__ = "roll_call"
    __table_args__ = (
        CheckConstraint("(is_present IS NULL) = (answered_at IS NULL)", name="answered_once"),
        Index("ix_roll_call_visit_id", "visit_id"),
    )

    headcount_id: Mapped[int] = mapped_column(ForeignKey("headcount.id"), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    is_present: Mapped[bool | None]
    answered_at: Mapped[datetime | None]


class HostStatement(Model):
    """A host's word, by the display that she was given, that all of a shift is true. It adds no minute."""

    __tablename__ = "host_statement"

    display_id: Mapped[int] = mapped_column(ForeignKey("display.id"), primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), primary_key=True)
    at: Mapped[datetime]


class PassScan(Numbered):
    """A member's pass as a keeper's phone scanned it, and the verdict. Immutable.

    ``at`` is the moment proven, ``received_at`` when it came in. A pass counts once.
    """

    __tablename__ = "pass_scan"
    __table_args__ = (
        CheckConstraint("step >= 0", name="step"),
        CheckConstraint(
            "verdict = 'refused' OR (device_id IS NOT NULL AND visit_id IS NOT NULL)", name="accepted_for"
        ),
        CheckConstraint("(verdict = 'refused') = (reason IS NOT NULL)", name="refusals_have_a_reason"),
        Index(
            "ux_pass_scan_once",
            "device_id",
            "step",
            unique=True,
            sqlite_where=text("verdict = 'accepted'"),
            postgresql_where=text("verdict = 'accepted'"),
        ),
        Index("ix_pass_scan_shift_id", "shift_id"),
    )

    client_ref: Mapped[str] = mapped_column(String(36), unique=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    by_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(String(200))
    is_queued: Mapped[bool]
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    step: Mapped[int | None] = mapped_column(BigInteger)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict))
    reason: Mapped[str | None] = mapped_column(String(40))
