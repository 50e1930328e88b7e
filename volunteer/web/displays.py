"""Displays that a keeper's browser opens: one an account and site, alive as long as its page beats."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from volunteer.actions import registry
from volunteer.database import db, in_transaction
from volunteer.models import Display, Site
from volunteer.rules import codes
from volunteer.rules.names import masked
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import sites
from volunteer.web import access, qr
from volunteer.web.show import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a display shows at one moment."""

    url: str
    size: int
    path: str
    typed: str
    seconds_left: int
    inside: int
    names: list[str]


def site(code: str) -> Site:
    """Return the site, if the asker keeps one of its posts.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    found = sites.kept_site(db.session(), code, access.actor(), access.KEEPERS)
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found


def mine(code: str) -> Display | None:
    """Return the asker's live display of the site, or None."""
    return sites.own_display(db.session(), site(code).id, access.me().id)


def open_here(code: str, *, now: datetime) -> None:
    """Open a display for the asker, or take up the one that is there."""
    site_id, actor = site(code).id, access.actor()

    def work(session: Session) -> None:
        handle = registry.open_display(session, site_id=site_id, actor=actor, now=now)
        registry.beat(session, handle=handle, now=now)

    in_transaction(work)


def close_here(code: str, *, now: datetime) -> None:
    """Make the codes of the asker's display worthless from now on."""
    display, actor = mine(code), access.actor()
    if display is None:
        return
    handle = display.handle
    in_transaction(lambda session: registry.revoke_display(session, handle=handle, actor=actor, now=now))


def beat(code: str, *, now: datetime) -> None:
    """Note a sign of life of the asker's display.

    Raises:
        Refusal: ``UNKNOWN``: there is none.
    """
    display = mine(code)
    if display is None:
        raise Refusal(Reason.UNKNOWN)
    handle = display.handle
    in_transaction(lambda session: registry.beat(session, handle=handle, now=now))


def shown(code: str, *, now: datetime) -> Shown | None:
    """Return what the asker's display shows, or None if it is not open."""
    display = mine(code)
    if display is None:
        return None
    keyring = settings().campus.keyring
    handle = bytes.fromhex(display.handle)
    url = f"{settings().public_url}/C/{codes.live_code(handle, now, keyring)}".upper()
    drawing = qr.drawing(url)
    digits = codes.typed_code(handle, codes.step_at(now), keyring)
    names = sites.names_inside(db.session(), display.site_id)
    return Shown(
        url=url,
        size=drawing.size,
        path=drawing.path,
        typed=f"{digits[:4]} {digits[4:]}",
        seconds_left=codes.STEP_SECONDS - int(now.timestamp()) % codes.STEP_SECONDS,
        inside=len(names),
        names=[masked(name) for name in names[:12]],
    )
