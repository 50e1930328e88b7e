"""Files that wait to be looked at and applied: rosters, tables of shifts, sheets of other platforms."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from volunteer.database import Numbered, one_of
from volunteer.rules.kinds import UploadKind


class Upload(Numbered):
    """A file that was sent. An account has one of a kind waiting; once applied only its digest is kept.

    ``sheet`` is the name of the workbook's sheet, where it has several; ``source`` the platform that a sheet
    of outside records comes from, and ``unit_id`` whose members it is about.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("(content IS NULL) = (applied_at IS NOT NULL)", name="kept_until_applied"),
        CheckConstraint("(added IS NULL) = (applied_at IS NULL)", name="applied_with_a_count"),
        CheckConstraint("added >= 0", name="added"),
        CheckConstraint(
            "(kind = 'outside') = (source IS NOT NULL) AND (kind = 'outside') = (unit_id IS NOT NULL)",
            name="sheets_have_a_source",
        ),
        Index(
            "ux_upload_waiting",
            "account_id",
            "kind",
            unique=True,
            sqlite_where=text("applied_at IS NULL"),
            postgresql_where=text("applied_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[UploadKind] = mapped_column(one_of(UploadKind))
    name: Mapped[str] = mapped_column(String(120))
    sheet: Mapped[str | None] = mapped_column(String(60))
    source: Mapped[str | None] = mapped_column(String(40))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    sent_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    added: Mapped[int | None]
