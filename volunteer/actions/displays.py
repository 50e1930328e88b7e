"""Links that open a display on a browser without an account, once; and what a base's host says by hers.

The token is in the link, the key in the browser; the database keeps a digest of either. A host sees no name
and adds no minute: her words stand beside the shift for those who decide.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from volunteer.actions.access import check_keeper
from volunteer.actions.audit import note
from volunteer.actions.headcounts import keep_count
from volunteer.actions.registry import add_display, check_site_keeper
from volunteer.models import Display, DisplayLink, HostStatement, Shift, Site
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.sheets import LINK_LASTS, STATES_BEFORE_END, STATES_WITHIN

TOKEN_BYTES = 18


def digest_of(secret: str) -> str:
    """Return what the database keeps of a link's token or of a browser's key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_link(session: Session, *, site_id: int, actor: Actor, now: datetime) -> str:
    """Return the token of a link that opens one display of the site, within a day.

    Raises:
        Refusal: ``UNKNOWN`` or ``NOT_ALLOWED``.
    """
    check_site_keeper(session, actor, site_id)
    return _add_link(session, site_id, None, actor, now, expires_at=now + LINK_LASTS)


def make_host_link(session: Session, *, shift_id: int, actor: Actor, grace: timedelta, now: datetime) -> str:
    """Return the token of a link for the host of a shift; it can be opened until the check-out grace ends.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, or ``OUTSIDE_SHIFT`` for one that is over.
    """
    shift = session.get(Shift, shift_id)
    if shift is None or shift.cancelled_at is not None:
        raise Refusal(Reason.UNKNOWN)
    check_keeper(session, actor, shift.post_id)
    if now >= shift.ends_at:
        raise Refusal(Reason.OUTSIDE_SHIFT, case="over", ends_at=shift.ends_at)
    site_id = session.execute(select(Site.id).where(Site.post_id == shift.post_id)).scalar_one()
    return _add_link(session, site_id, shift_id, actor, now, expires_at=shift.ends_at + grace)


def _add_link(
    session: Session,
    site_id: int,
    shift_id: int | None,
    actor: Actor,
    now: datetime,
    *,
    expires_at: datetime,
) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = DisplayLink(
        digest=digest_of(token),
        site_id=site_id,
        shift_id=shift_id,
        made_by_id=actor.account_id,
        made_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()
    what = "make_host_link" if shift_id else "make_display_link"
    note(session, what, "site", site_id, actor_id=actor.account_id, now=now, link=link.id)
    return token


def check_link(session: Session, *, token: str, now: datetime) -> DisplayLink:
    """Return the link, if it still opens a display.

    Raises:
        Refusal: ``LINK_GONE``: unknown, used, withdrawn or expired.
    """
    found = select(DisplayLink).where(DisplayLink.digest == digest_of(token))
    link = session.execute(found.execution_options(populate_existing=True)).scalar_one_or_none()
    if link is None:
        raise Refusal(Reason.LINK_GONE)
    if link.opened_at is not None:
        raise Refusal(Reason.LINK_GONE, case="used")
    if link.withdrawn_at is not None:
        raise Refusal(Reason.LINK_GONE, case="withdrawn")
    if now >= link.expires_at:
        raise Refusal(Reason.LINK_GONE, case="expired")
    return link


def open_link(session: Session, *, token: str, now: datetime) -> str:
    """Open the link's display and return the key that its browser is to hold. Of two browsers, one gets it.

    Whoever made the link counts as who opened the display: her own scans of it prove little.

    Raises:
        Refusal: ``LINK_GONE``.
    """
    link = check_link(session, token=token, now=now)
    key = secrets.token_urlsafe(TOKEN_BYTES)
    handle = add_display(
        session,
        link.site_id,
        opened_by_id=link.made_by_id,
        key_digest=digest_of(key),
        host_shift_id=link.shift_id,
        now=now,
    )
    display_id = session.execute(select(Display.id).where(Display.handle == handle)).scalar_one()
    taken = session.execute(
        update(DisplayLink)
        .where(DisplayLink.id == link.id, DisplayLink.opened_at.is_(None), DisplayLink.withdrawn_at.is_(None))
        .values(opened_at=now, display_id=display_id)
        .returning(DisplayLink.id)
    )
    if taken.one_or_none() is None:
        raise Refusal(Reason.LINK_GONE, case="used")
    return key


def withdraw_link(session: Session, *, link_id: int, actor: Actor, now: datetime) -> None:
    """Make a link worthless that nobody has opened yet.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED``, or ``LINK_GONE`` for one that was opened: revoke its display.
    """
    link = session.get(DisplayLink, link_id)
    if link is None:
        raise Refusal(Reason.UNKNOWN)
    check_site_keeper(session, actor, link.site_id)
    done = session.execute(
        update(DisplayLink)
        .where(DisplayLink.id == link_id, DisplayLink.opened_at.is_(None))
        .values(withdrawn_at=now)
        .returning(DisplayLink.id)
    )
    if done.one_or_none() is None:
        raise Refusal(Reason.LINK_GONE, case="used")
    note(session, "withdraw_link", "site", link.site_id, actor_id=actor.account_id, now=now, link=link_id)


def host_counts(session: Session, *, display_id: int, counted: int, now: datetime) -> None:
    """Keep how many people a base's host counts at the running shift.

    Raises:
        Refusal: ``DISPLAY_REVOKED``, ``OUTSIDE_SHIFT`` or ``BAD_FIELD``.
    """
    shift = _host_shift(session, display_id)
    keep_count(session, shift, counted=counted, display_id=display_id, now=now)


def host_states(session: Session, *, display_id: int, now: datetime) -> None:
    """Keep a host's word that all of the shift is true: from a quarter before its end, for a day. Once.

    Raises:
        Refusal: ``DISPLAY_REVOKED`` or ``OUTSIDE_SHIFT``.
    """
    shift = _host_shift(session, display_id)
    opens_at = shift.ends_at - STATES_BEFORE_END
    if now < opens_at:
        raise Refusal(Reason.OUTSIDE_SHIFT, case="host_early", opens_at=opens_at)
    if now > shift.ends_at + STATES_WITHIN:
        raise Refusal(Reason.OUTSIDE_SHIFT, case="host_late", ends_at=shift.ends_at + STATES_WITHIN)
    if session.get(HostStatement, (display_id, shift.id)) is not None:
        return
    session.execute(insert(HostStatement).values(display_id=display_id, shift_id=shift.id, at=now))
    note(session, "host_states", "shift", shift.id, actor_id=None, now=now, display=display_id)


def _host_shift(session: Session, display_id: int) -> Shift:
    display = session.get(Display, display_id)
    if display is None or display.host_shift_id is None or display.revoked_at is not None:
        raise Refusal(Reason.DISPLAY_REVOKED)
    return session.get_one(Shift, display.host_shift_id)
