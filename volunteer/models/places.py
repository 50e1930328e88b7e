"""Where and when service is given: bases, posts, sites with their displays, shifts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer.database import Numbered, one_of
from volunteer.rules.kinds import BaseStatus, Category, Compensation, SignUpFor


class Base(Numbered):
    """A service base: a host with an agreement and a plaque, on campus or outside."""

    __tablename__ = "base"
    __table_args__ = (
        CheckConstraint(
            "agreement_to IS NULL OR agreement_from IS NULL OR agreement_from <= agreement_to",
            name="agreement",
        ),
    )

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str | None] = mapped_column(String(40))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    host: Mapped[str | None] = mapped_column(String(60))
    contact: Mapped[str | None] = mapped_column(String(60))
    address: Mapped[str | None] = mapped_column(String(120))
    agreement_from: Mapped[date | None]
    agreement_to: Mapped[date | None]
    plaque_on: Mapped[date | None]
    status: Mapped[BaseStatus] = mapped_column(one_of(BaseStatus))


class Post(Numbered):
    """A named duty, at a base or on campus (no base), run by a unit.

    ``takes_walk_ins``: whoever comes without having signed up is welcome. A scan is never refused for it.
    """

    __tablename__ = "post"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("base.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    category: Mapped[Category] = mapped_column(one_of(Category))
    compensation: Mapped[Compensation] = mapped_column(one_of(Compensation))
    place: Mapped[str | None] = mapped_column(String(120))
    content: Mapped[str | None] = mapped_column(String(400))
    insurance_note: Mapped[str | None] = mapped_column(String(200))
    sign_up_for: Mapped[SignUpFor] = mapped_column(one_of(SignUpFor), default=SignUpFor.COLLEGE)
    takes_walk_ins: Mapped[bool] = mapped_column(default=True)


class Site(Numbered):
    """The place where a code is shown: of one post, or of a base, which then offers its running posts.

    ``is_offline``: the college knows that there is no network, so a display may take a week of codes along.
    """

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("(post_id IS NULL) <> (base_id IS NULL)", name="of_a_post_or_a_base"),)

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("base.id"), index=True)
    is_offline: Mapped[bool] = mapped_column(default=False)


class Display(Numbered):
    """Something that shows a site's code: a screen, or a poster, which proves neither time nor presence.

    ``handle`` is the four bytes in the code, in hex. ``key_digest``: a link opened it on a browser that holds
    the key; without one it shows on the pages of who opened it. ``host_shift_id``: it is a host's, who has no
    account, and shows that shift alone.
    """

    __tablename__ = "display"
    __table_args__ = (
        CheckConstraint("key_digest IS NULL OR NOT is_poster", name="posters_have_no_key"),
        CheckConstraint("host_shift_id IS NULL OR key_digest IS NOT NULL", name="hosts_have_a_key"),
        Index(
            "ux_display_poster",
            "site_id",
            unique=True,
            sqlite_where=text("is_poster AND revoked_at IS NULL"),
            postgresql_where=text("is_poster AND revoked_at IS NULL"),
        ),
    )

    handle: Mapped[str] = mapped_column(String(8), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    is_poster: Mapped[bool]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    key_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    host_shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id"))
    revoked_at: Mapped[datetime | None]


class Shift(Numbered):
    """A published time window of a post.

    ``first_ends_at`` is the end as published; prolonging moves ``ends_at`` alone.
    ``is_for_make_ups``: entered by the college after the fact; nobody can scan into it.
    ``revision`` counts its changes, so that a calendar takes the newest.
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("ends_at - starts_at <= 86400", name="at_most_a_day"),
        CheckConstraint(
            "ends_at BETWEEN first_ends_at AND first_ends_at + 7200", name="prolonged_by_two_hours"
        ),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        CheckConstraint("starts_at % 60 = 0 AND ends_at % 60 = 0", name="whole_minutes"),
        Index("ix_shift_post_id_ends_at", "post_id", "ends_at"),
        Index("ix_shift_ends_at", "ends_at"),
    )

    code: Mapped[str] = mapped_column(String(40), unique=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    first_ends_at: Mapped[datetime]
    capacity: Mapped[int | None]
    is_opened_on_spot: Mapped[bool]
    is_for_make_ups: Mapped[bool]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(200))
    revision: Mapped[int] = mapped_column(default=0)

    breaks: Mapped[list["ShiftBreak"]] = relationship(lazy="raise", order_by="ShiftBreak.starts_at")


class ShiftBreak(Numbered):
    """A pause in a shift that is not service."""

    __tablename__ = "shift_break"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("starts_at % 60 = 0 AND ends_at % 60 = 0", name="whole_minutes"),
    )

    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
