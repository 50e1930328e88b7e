"""The current code of a site, for those who may show it."""

from flask import Response
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from volunteer import clock
from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.reads import SiteCode
from volunteer.web import access, displays, posters, qr

bp = Blueprint("site_codes", __name__, description="The code of a site")


@bp.get("/sites/<code:code>/code")
@access.keeper
@bp.response(200, SiteCode)
def code_now(code: str) -> displays.Shown:
    """Return what the asker's display of this site shows just now."""
    return _shown(code)


@bp.post("/sites/<code:code>/beat")
@access.keeper
@bp.response(200, SiteCode)
def beat(code: str) -> displays.Shown:
    """Note that the asker's display is alive, and return what it shows."""
    displays.beat(code, now=clock.utc_now())
    return _shown(code)


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


def _shown(code: str) -> displays.Shown:
    shown = displays.shown(code, now=clock.utc_now())
    if shown is None:
        raise Refusal(Reason.UNKNOWN)
    return shown
