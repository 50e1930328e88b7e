"""The code of a site: of this moment, and for displays the sheet of codes that they take along."""

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from flask_wtf.csrf import generate_csrf

from volunteer import clock
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.onsite import CodeSheet, DisplayNow, SheetQuery
from volunteer.schemas.reads import SiteCode
from volunteer.stats.screens import Held
from volunteer.web import access, displays, posters, qr
from volunteer.web.api.entries import REASONS

bp = Blueprint("site_codes", __name__, description="The code of a site")
REVOKED = (Reason.DISPLAY_REVOKED,)


@bp.get("/sites/<code:code>/code")
@access.keeper
@bp.response(200, SiteCode)
def code_now(code: str) -> displays.Shown:
    """Return what the asker's display of this site shows just now."""
    return _shown(code)


@bp.get("/sites/<code:code>/sheet")
@access.keeper
@bp.doc(**{REASONS: REVOKED})
@bp.arguments(SheetQuery, location="query")
@bp.response(200, CodeSheet)
def sheet(asked: dict[str, Any], code: str) -> dict[str, Any]:
    """Return the codes that the asker's display of this site takes along."""
    return _sheet(displays.own(code), asked)


@bp.post("/sites/<code:code>/beat")
@access.keeper
@bp.doc(**{REASONS: REVOKED})
@bp.response(200, DisplayNow)
def beat(code: str) -> displays.Now:
    """Note that the asker's display is alive, and return what changes beside the code."""
    return displays.beat(displays.own(code), now=clock.utc_now())


@bp.get("/display/sheet")
@access.public
@bp.doc(**{REASONS: REVOKED})
@bp.arguments(SheetQuery, location="query")
@bp.response(200, CodeSheet)
def linked_sheet(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the codes for the display that this browser is, by a link that was opened here."""
    return _sheet(displays.held_alive(), asked)


@bp.post("/display/beat")
@access.public
@bp.doc(**{REASONS: REVOKED})
@bp.response(200, DisplayNow)
def linked_beat() -> displays.Now:
    """Note that the display that this browser is is alive."""
    return displays.beat(displays.held_alive(), now=clock.utc_now())


@bp.get("/sites/<code:code>/code.svg")
@access.keeper
@bp.response(200, content_type="image/svg+xml")
def code_svg(code: str) -> ResponseReturnValue:
    """Return the QR of this moment as a drawing."""
    return Response(qr.svg(_shown(code).url), content_type="image/svg+xml")


@bp.get("/sites/<code:code>/code.png")
@access.keeper
@bp.response(200, content_type="image/png")
def code_png(code: str) -> ResponseReturnValue:
    """Return the QR of this moment as a picture."""
    return Response(qr.png(_shown(code).url), content_type="image/png")


@bp.get("/sites/<code:code>/poster.pdf")
@access.keeper
@bp.response(200, content_type="application/pdf")
def poster_pdf(code: str) -> ResponseReturnValue:
    """Return the printed poster of a site."""
    return posters.poster_file(code)


def _sheet(display: Held, asked: dict[str, Any]) -> dict[str, Any]:
    found = displays.sheet(display, after=asked["after"], now=clock.utc_now())
    return {name: getattr(found, name) for name in found.__slots__} | {"token": generate_csrf()}


def _shown(code: str) -> displays.Shown:
    shown = displays.shown(code, now=clock.utc_now())
    if shown is None:
        raise Refusal(Reason.UNKNOWN)
    return shown
