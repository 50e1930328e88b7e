"""Phones: the keys that members registered, and what their queues brought."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer.database import Model, Numbered


class Device(Numbered):
    """A phone's public key, as one member registered it. One is active for each member.

    ``handle`` is the phone's id, four bytes in hex; the member's pass carries it. ``last_seq`` and
    ``last_digest`` are the end of its queue as far as it was seen.
    """

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("member_id", "public_key"),
        CheckConstraint("last_seq >= 0", name="last_seq"),
        CheckConstraint("(last_seq = 0) = (last_digest = '')", name="an_entry_has_a_digest"),
        Index(
            "ux_device_active",
            "member_id",
            unique=True,
            sqlite_where=text("retired_at IS NULL"),
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    handle: Mapped[str] = mapped_column(String(8), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    public_key: Mapped[str] = mapped_column(String(87))
    registered_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    last_digest: Mapped[str] = mapped_column(String(43), default="")


class QueuedScan(Model):
    """How a scan stood in a phone's queue, with the phone's signature, so that it can be verified again."""

    __tablename__ = "queued_scan"
    __table_args__ = (CheckConstraint("seq >= 1", name="seq"),)

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    member: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(200))
    seq: Mapped[int]
    previous: Mapped[str] = mapped_column(String(43))
    phone_at_ms: Mapped[int] = mapped_column(BigInteger)
    monotonic_ms: Mapped[int] = mapped_column(BigInteger)
    signature: Mapped[str | None] = mapped_column(String(86))
