"""Which display shows eight typed digits just now."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from volunteer.models import Display, Post, Site
from volunteer.rules.codes import TYPED_DIGITS, Keyring, typed_step


def display_of_typed(
    session: Session, post_id: int, digits: str, *, keyring: Keyring, now: datetime
) -> tuple[str, int] | None:
    """Return handle and step of the post's display that shows *digits*, or None."""
    if len(digits) != TYPED_DIGITS:
        return None
    handles = session.scalars(
        select(Display.handle)
        .join(Site, Site.id == Display.site_id)
        .join(Post, or_(Post.id == Site.post_id, Post.base_id == Site.base_id))
        .where(Post.id == post_id, ~Display.is_poster, Display.revoked_at.is_(None))
        .order_by(Display.seen_at.desc(), Display.id.desc())
        .limit(50)
    ).all()
    for handle in handles:
        step = typed_step(digits, bytes.fromhex(handle), now, keyring)
        if step is not None:
            return handle, step
    return None
