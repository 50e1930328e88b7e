"""Displays: on a keeper's own pages, or on a browser that a link opened. Both show by the same code sheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, request
from flask_babel import format_datetime
from sqlalchemy.orm import Session

from volunteer.actions import displays, registry
from volunteer.database import db, in_transaction
from volunteer.models import Display, Site
from volunteer.rules import codes
from volunteer.rules.codes import Code, Purpose
from volunteer.rules.names import masked
from volunteer.rules.policy import policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.sheets import steps_of_sheet
from volunteer.rules.spans import Span
from volunteer.stats import screens, sites
from volunteer.stats.policies import policies
from volunteer.stats.screens import Held
from volunteer.web import access, qr
from volunteer.web.show import settings

KEY_DAYS = 180
NAMES = 12


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What changes beside the code: who is in, what runs; and the server's clock, in milliseconds."""

    now_ms: int
    inside: int
    names: list[str]
    running: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Codes to take along: of each step from ``first`` on 31 characters and 8 digits, without a break."""

    display: str
    now_ms: int
    prefix: str
    step_seconds: int
    first: int
    codes: str
    is_host: bool
    site: str
    inside: int
    names: list[str]
    running: list[str]


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


def own(code: str) -> Held:
    """Return the asker's display of the site.

    Raises:
        Refusal: ``UNKNOWN``: the site; ``DISPLAY_REVOKED``: there is none, or no longer.
    """
    display = mine(code)
    found = screens.held_by_id(db.session(), display.id) if display else None
    if found is None:
        raise Refusal(Reason.DISPLAY_REVOKED)
    return found


def held() -> Held | None:
    """Return the display whose key this browser holds, even a revoked one, or None."""
    key = request.cookies.get(_cookie(), "")
    return screens.held_by_key(db.session(), displays.digest_of(key)) if key else None


def held_alive() -> Held:
    """Return the live display whose key this browser holds.

    Raises:
        Refusal: ``UNKNOWN``: it is none. ``DISPLAY_REVOKED``: it was one.
    """
    found = held()
    if found is None:
        raise Refusal(Reason.UNKNOWN)
    if found.is_revoked:
        raise Refusal(Reason.DISPLAY_REVOKED)
    return found


def leave_key(answer: Response, key: str) -> Response:
    """Make this browser the display of that key, and nothing else: no account comes with it."""
    answer.set_cookie(
        _cookie(),
        key,
        max_age=KEY_DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=settings().is_https,
    )
    return answer


def beat(display: Held, *, now: datetime) -> Now:
    """Note a sign of life, and return what changes beside the code."""
    handle = display.handle
    in_transaction(lambda session: registry.beat(session, handle=handle, now=now))
    return beside(display, now=now)


def beside(display: Held, *, now: datetime) -> Now:
    """Return who is in, masked, and what runs. A host is told no name, not even half of one."""
    session = db.session()
    if display.shift_id is not None:
        inside = sites.count_inside(session, display.shift_id)
        return Now(now_ms=_ms(now), inside=inside, names=[], running=[_line_of_host(display)])
    names = sites.names_inside(session, display.site_id)
    rows = screens.running_at(session, display.site_id, now=now)
    return Now(
        now_ms=_ms(now),
        inside=len(names),
        names=[masked(name) for name in names[:NAMES]],
        running=[_line(row.post_name, row.starts_at, row.ends_at, display.site_name) for row in rows],
    )


def sheet(display: Held, *, after: int | None, now: datetime) -> Sheet:
    """Return the codes that the display may take along, but for those up to the step *after*."""
    steps = steps_of_sheet(now, is_offline_site=display.is_offline_site, within=_within(display), after=after)
    if display.is_cancelled:
        steps = range(0)
    told = beside(display, now=now)
    return Sheet(
        display=display.handle,
        prefix=f"{settings().public_url}/C/".upper(),
        step_seconds=codes.STEP_SECONDS,
        first=steps.start,
        codes="".join(_codes(display.handle, steps)),
        is_host=display.shift_id is not None,
        site=display.site_name,
        now_ms=told.now_ms,
        inside=told.inside,
        names=told.names,
        running=told.running,
    )


def shown(code: str, *, now: datetime) -> Shown | None:
    """Return what the asker's display shows, or None if it is not open."""
    display = mine(code)
    if display is None:
        return None
    keyring = settings().campus.keyring
    handle = bytes.fromhex(display.handle)
    url = f"{settings().public_url}/C/{codes.live_code(handle, now, keyring)}".upper()
    drawing = qr.drawing(url)
    names = sites.names_inside(db.session(), display.site_id)
    return Shown(
        url=url,
        size=drawing.size,
        path=drawing.path,
        typed=_spaced(codes.typed_code(handle, codes.step_at(now), keyring)),
        seconds_left=codes.STEP_SECONDS - int(now.timestamp()) % codes.STEP_SECONDS,
        inside=len(names),
        names=[masked(name) for name in names[:NAMES]],
    )


def _codes(handle_text: str, steps: range) -> Iterable[str]:
    keyring, handle = settings().campus.keyring, bytes.fromhex(handle_text)
    for step in steps:
        yield codes.written(Code(Purpose.LIVE, handle, step, keyring.generation), keyring)
        yield codes.typed_code(handle, step, keyring)


def _within(display: Held) -> Span | None:
    """Return when check-in and check-out are open at a host's shift."""
    start, end = display.shift_starts_at, display.shift_ends_at
    if start is None or end is None:
        return None
    policy = policy_on(settings().campus.day(start), policies(db.session()))
    early = timedelta(minutes=policy.checkin_early_min)
    return Span(start - early, end + timedelta(minutes=policy.checkout_grace_min))


def _line(post: str, start: datetime, end: datetime, site_name: str) -> str:
    times = f"{format_datetime(start, 'HH:mm')}–{format_datetime(end, 'HH:mm')}"
    return times if post == site_name else f"{post} {times}"


def _line_of_host(display: Held) -> str:
    assert display.shift_starts_at is not None
    assert display.shift_ends_at is not None
    return _line(display.post_name or "", display.shift_starts_at, display.shift_ends_at, display.site_name)


def _spaced(digits: str) -> str:
    return f"{digits[:4]} {digits[4:]}"


def _ms(now: datetime) -> int:
    # Our clock counts whole seconds: the middle of this one is nearest.
    return int(now.timestamp()) * 1000 + 500


def _cookie() -> str:
    return "__Host-display" if settings().is_https else "display"
