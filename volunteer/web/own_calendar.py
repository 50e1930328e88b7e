"""A member's shifts as a calendar (RFC 5545): a file to download, and a secret address to subscribe to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from flask import Blueprint, Response, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from volunteer import clock
from volunteer.actions.calendar_links import make_link, member_of_link, revoke_link
from volunteer.database import db, in_transaction
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats.own_calendar import Entry, entries_of
from volunteer.web import access
from volunteer.web.downloads import named
from volunteer.web.show import settings

bp = Blueprint("own_calendar", __name__)
ASK_AGAIN = timedelta(hours=1)
TYPE = "text/calendar; charset=utf-8"


@bp.get("/my-calendar.ics")
@access.member
def download() -> Response:
    """Give the calendar as a file."""
    return named(_answer(access.my_member_id()), f"{gettext('Shifts')}.ics")


@bp.post("/my-calendar")
@access.member
def make() -> ResponseReturnValue:
    """Make a secret address and show it, once; an earlier one opens nothing any more."""
    account, now = access.me(), clock.utc_now()
    token = in_transaction(lambda session: make_link(session, account_id=account.id, now=now))
    return render_template(
        "student/calendar_link.html", url=f"{settings().public_url}/my-calendar/{token}.ics"
    )


@bp.post("/my-calendar/revoke")
@access.member
def revoke() -> ResponseReturnValue:
    """Make the secret address worthless."""
    account, now = access.me(), clock.utc_now()
    in_transaction(lambda session: revoke_link(session, account_id=account.id, now=now))
    flash(gettext("The address opens nothing any more. Calendars that used it keep what they have."), "done")
    return redirect("/sign-ups", 303)


@bp.get("/my-calendar/<string(maxlength=60):token>.ics")
@access.public
def feed(token: str) -> Response:
    """Give the calendar to a program that knows its address; who has none finds nothing."""
    member_id = member_of_link(db.session(), token)
    if member_id is None:
        raise Refusal(Reason.UNKNOWN)
    return _answer(member_id)


def written(entries: Iterable[Entry], *, zone: ZoneInfo, deployment: str, url: str, now: datetime) -> bytes:
    """Return the entries as a calendar file. A cancelled or withdrawn shift stays in it, marked as such."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//Fifty Hours//{deployment}//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("Volunteer shifts"))
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, zone, deployment, url, now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: Entry, zone: ZoneInfo, deployment: str, url: str, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"shift-{entry.shift_id}@{deployment}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", _summary(entry))
    event.add("status", _status(entry))
    # Who only waits is not busy yet.
    event.add("transp", "OPAQUE" if _status(entry) == "CONFIRMED" else "TRANSPARENT")
    event.add("url", f"{url}/sign-ups")
    if place := " ".join(filter(None, (entry.base_name, entry.place, entry.address))):
        event.add("location", place)
    if text := entry.cancel_reason or entry.content:
        event.add("description", text)
    return event


def _status(entry: Entry) -> str:
    if entry.is_off:
        return "CANCELLED"
    return "CONFIRMED" if entry.has_place else "TENTATIVE"


def _summary(entry: Entry) -> str:
    if entry.is_off:
        return str(gettext("Cancelled: %(post)s", post=entry.post_name))
    if not entry.has_place:
        return str(gettext("Waiting list: %(post)s", post=entry.post_name))
    return entry.post_name


def _answer(member_id: int) -> Response:
    ours, now = settings(), clock.utc_now()
    entries = entries_of(db.session(), member_id, now=now)
    body = written(entries, zone=ours.zone, deployment=ours.deployment_id, url=ours.public_url, now=now)
    return Response(body, content_type=TYPE)
