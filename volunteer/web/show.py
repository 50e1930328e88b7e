"""How values look on a page: hours, times in the campus zone, rings, and what every page is given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import pi
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_babel import format_date, format_datetime, gettext

from volunteer import clock
from volunteer.config import Settings
from volunteer.rules.kinds import Role
from volunteer.rules.names import masked, masked_phones
from volunteer.rules.tally import hours_text, hundredths_text
from volunteer.web import access, language, words
from volunteer.web.assets import asset

RING_RADIUS = 52
PHONE_TABS = 5
RING_LENGTH = 2 * pi * RING_RADIUS
DASH = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One way through the site: of the bar below on phones, of the side bar on desks."""

    key: str
    href: str
    label: str
    is_extra: bool = False


def init_app(app: Flask, settings: Settings) -> None:
    """Give the templates their filters and the few things that every page shows."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        hours=hours,
        hundredths=hundredths_text,
        signed=signed,
        clock=clock_time,
        day=day,
        short_day=short_day,
        month=month,
        weekday_letter=weekday_letter,
        weekday=weekday,
        local=local,
        moment=moment,
        word=words.word,
        masked=masked,
        masked_phones=lambda text: masked_phones(text or ""),
        pct=pct,
        dash=lambda value: DASH if value is None or value == "" else value,
    )
    app.jinja_env.globals.update(
        asset=asset,
        ring=ring,
        lang=language.html_tag,
        languages=language.NAMES,
        is_demo=settings.is_demo,
        who=access.who,
        tabs=tabs,
        roles=access.roles,
        Role=Role,
        slip_roles=access.REGISTRARS,
        here=lambda: request.path,
        printed=printed,
        zone=settings.time_zone,
        public_host=urlsplit(settings.public_url).netloc,
        sentence=words.sentence,
    )


def printed() -> str:
    """Return what stands below a page on paper: when and by whom it was printed, and what it shows."""
    return str(
        gettext(
            "Printed on %(at)s by %(who)s: %(page)s",
            at=moment(clock.utc_now()),
            who=access.me().name,
            page=request.full_path.rstrip("?"),
        )
    )


def hours(minutes: int | None) -> str:
    """Return hours with two decimals, never rounded up."""
    return DASH if minutes is None else hours_text(minutes)


def signed(minutes: int) -> str:
    """Return minutes that are taken away, with their sign: −12 min."""
    return str(gettext("−%(n)s min", n=minutes))


def pct(share: float | None) -> str:
    """Return a share with one decimal."""
    return DASH if share is None else f"{share:.1f} %"


def clock_time(value: datetime | None) -> str:
    """Return the time of day in the campus zone: 08:27."""
    return DASH if value is None else str(format_datetime(value, "HH:mm"))


def stretch(came_at: datetime | None, left_at: datetime | None) -> str:
    """Return from when to when: 08:27–11:30; without an end where there is none, a dash where nobody came."""
    return DASH if came_at is None else f"{clock_time(came_at)}–{clock_time(left_at) if left_at else ''}"


def day(value: date | datetime | None) -> str:
    """Return the day as the language writes it."""
    return DASH if value is None else str(format_date(value, "long"))


def short_day(value: date | datetime | None) -> str:
    """Return day and weekday, for lists."""
    if value is None:
        return DASH
    return str(format_date(value, gettext("MMM d, EEE")))


def weekday_letter(value: date) -> str:
    """Return the shortest name of the weekday, for the head of a calendar."""
    return str(format_date(value, "ccccc"))


def weekday(value: date) -> str:
    """Return the usual short name of the weekday."""
    return str(format_date(value, "EEE"))


def month(value: date) -> str:
    """Return the month as the head of a list."""
    return str(format_date(value, gettext("MMMM yyyy")))


def moment(value: datetime | None) -> str:
    """Return day and time in the campus zone."""
    return DASH if value is None else str(format_datetime(value, "yyyy-MM-dd HH:mm"))


def ring(part: int, whole: int) -> tuple[float, float]:
    """Return the dash and the gap that draw *part* of *whole* on the ring."""
    share = min(1.0, part / whole) if whole else 0.0
    return round(RING_LENGTH * share, 1), round(RING_LENGTH, 1)


def tabs() -> Sequence[Tab]:
    """Return the ways that the roles of the asker open; what a phone's bar has no room for is extra."""
    account = access.who()
    if account is None:
        return []
    held = access.roles()
    found: list[Tab] = []
    if account.member_id is not None:
        found.append(Tab(key="home", href="/home", label=gettext("Home")))
        found.append(Tab(key="scan", href="/scan", label=gettext("Scan")))
    if held & access.READERS:
        found.append(Tab(key="branch", href="/branch", label=gettext("Overview")))
    if held & access.KEEPERS:
        found.append(Tab(key="sites", href="/sites", label=gettext("On duty")))
    if held & access.APPROVERS:
        # A committee's work begins with what waits, a leader's at the post.
        place = len(found) - bool(held & access.REVIEWERS)
        found.insert(place, Tab(key="review", href="/review", label=gettext("Review")))
    if held & access.REGISTRARS:
        found.append(Tab(key="registry", href="/registry", label=gettext("Posts and bases")))
    if held & access.OVERSEERS:
        found.append(Tab(key="trail", href="/trail", label=gettext("Trail")))
    if held & access.OFFICES:
        found.append(Tab(key="accounts", href="/accounts", label=gettext("Accounts")))
    if account.member_id is not None:
        found.insert(len(found) if held & access.READERS else 2, _records())
        # Who keeps posts or decides needs the room on the phone's bar for that.
        place = len(found) if held & (access.READERS | access.KEEPERS) else 2
        found.insert(place, Tab(key="sign_ups", href="/sign-ups", label=gettext("Shifts")))
    found.append(Tab(key="inbox", href="/inbox", label=gettext("Inbox")))
    shown = [replace(tab, is_extra=place >= PHONE_TABS - 1) for place, tab in enumerate(found)]
    return [*shown, Tab(key="me", href="/me", label=gettext("Me"))]


def _records() -> Tab:
    return Tab(key="records", href="/records", label=gettext("Records"))


def settings() -> Settings:
    """Return the settings of this application."""
    found: Settings = current_app.extensions["volunteer.settings"]
    return found


def local(value: datetime) -> str:
    """Return a moment as the value of a ``datetime-local`` field."""
    return value.astimezone(settings().zone).strftime("%Y-%m-%dT%H:%M")
