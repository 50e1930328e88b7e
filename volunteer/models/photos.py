"""Pictures that speak for a request."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from volunteer.database import Numbered


class Photo(Numbered):
    """A picture that came with a request, drawn anew. ``taken_at`` is what the camera wrote into the file.

    ``digest`` is that of the file as it was sent: sent twice it is one picture.
    """

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("request_id", "digest"),
        CheckConstraint("width > 0 AND height > 0", name="size"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    digest: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[datetime | None]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    sent_at: Mapped[datetime]
