"""What shows a site's code: the screens that are open, the links that nobody has opened yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from volunteer.models import Account, Display, DisplayLink, Post, Shift, Site
from volunteer.stats.sites import ShiftRow, shifts_of_site

ALIVE_WITHIN = timedelta(minutes=5)
MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A display that is not revoked.

    ``is_linked``: a link opened it; ``is_host``: for a base's host; ``is_mine``: on the asker's own pages.
    """

    id: int
    opened_at: datetime
    opened_by: str | None
    seen_at: datetime | None
    is_linked: bool
    is_host: bool
    is_mine: bool

    def is_alive(self, now: datetime) -> bool:
        """Whether it gave a sign of life within five minutes: else its codes earn D."""
        return self.seen_at is not None and self.seen_at >= now - ALIVE_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """A link that can still be opened."""

    id: int
    is_host: bool
    made_at: datetime
    made_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The display whose key a browser holds, with its site and, of a host's, the shift."""

    id: int
    handle: str
    site_id: int
    site_code: str
    site_name: str
    is_offline_site: bool
    is_revoked: bool
    shift_id: int | None
    shift_starts_at: datetime | None
    shift_ends_at: datetime | None
    is_cancelled: bool
    post_name: str | None


def screens_of(session: Session, site_id: int, account_id: int) -> list[Screen]:
    """Return the site's displays, those that were alive last first; posters are none."""
    rows = session.execute(
        select(
            Display.id,
            Display.opened_at,
            Account.name.label("opened_by"),
            Display.seen_at,
            Display.key_digest.is_not(None).label("is_linked"),
            Display.host_shift_id.is_not(None).label("is_host"),
            and_(Display.opened_by_id == account_id, Display.key_digest.is_(None)).label("is_mine"),
        )
        .outerjoin(Account, Account.id == Display.opened_by_id)
        .where(Display.site_id == site_id, ~Display.is_poster, Display.revoked_at.is_(None))
        .order_by(Display.seen_at.desc(), Display.id.desc())
        .limit(MOST)
    ).all()
    return [Screen(**row._mapping) for row in rows]


def open_links(session: Session, site_id: int, *, now: datetime) -> list[OpenLink]:
    """Return the site's links that can still be opened, the newest first."""
    rows = session.execute(
        select(
            DisplayLink.id,
            DisplayLink.shift_id.is_not(None).label("is_host"),
            DisplayLink.made_at,
            Account.name.label("made_by"),
            DisplayLink.expires_at,
        )
        .join(Account, Account.id == DisplayLink.made_by_id)
        .where(
            DisplayLink.site_id == site_id,
            DisplayLink.opened_at.is_(None),
            DisplayLink.withdrawn_at.is_(None),
            DisplayLink.expires_at > now,
        )
        .order_by(DisplayLink.id.desc())
        .limit(MOST)
    ).all()
    return [OpenLink(**row._mapping) for row in rows]


def screen_at(session: Session, site_id: int, display_id: int) -> str | None:
    """Return the handle of a display of the site, or None."""
    return session.execute(
        select(Display.handle).where(Display.id == display_id, Display.site_id == site_id, ~Display.is_poster)
    ).scalar_one_or_none()


def link_at(session: Session, site_id: int, link_id: int) -> int | None:
    """Return the id of a link of the site, or None."""
    return session.execute(
        select(DisplayLink.id).where(DisplayLink.id == link_id, DisplayLink.site_id == site_id)
    ).scalar_one_or_none()


def held_by_key(session: Session, key_digest: str) -> Held | None:
    """Return the display of the browser that holds this key."""
    return _held(session, Display.key_digest == key_digest)


def held_by_id(session: Session, display_id: int) -> Held | None:
    """Return a display with its site."""
    return _held(session, Display.id == display_id)


def _held(session: Session, which: ColumnElement[bool]) -> Held | None:
    row = session.execute(
        select(
            Display.id,
            Display.handle,
            Display.site_id,
            Site.code.label("site_code"),
            Site.name.label("site_name"),
            Site.is_offline.label("is_offline_site"),
            Display.revoked_at.is_not(None).label("is_revoked"),
            Display.host_shift_id.label("shift_id"),
            Shift.starts_at.label("shift_starts_at"),
            Shift.ends_at.label("shift_ends_at"),
            Shift.cancelled_at.is_not(None).label("is_cancelled"),
            Post.name.label("post_name"),
        )
        .join(Site, Site.id == Display.site_id)
        .outerjoin(Shift, Shift.id == Display.host_shift_id)
        .outerjoin(Post, Post.id == Shift.post_id)
        .where(which)
    ).one_or_none()
    return None if row is None else Held(**row._mapping)


def running_at(session: Session, site_id: int, *, now: datetime) -> list[ShiftRow]:
    """Return the shifts of the site that run, or into which one may check in within half an hour."""
    rows = shifts_of_site(session, site_id, since=now, until=now + timedelta(minutes=30))
    return [row for row in rows if not row.is_cancelled]
