"""Posters to print: one by one for those who keep a site, and all of a reach in one file."""

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import registry
from volunteer.database import db, in_transaction
from volunteer.rules.policy import HoursPolicy, policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.stats import posters, units
from volunteer.stats.policies import policies
from volunteer.stats.posters import PosterRow
from volunteer.web import access, displays, downloads, paging, qr
from volunteer.web.poster import Posters, poster_link, posters_pdf
from volunteer.web.show import settings

bp = Blueprint("posters", __name__)
POSTERS_A_PAGE = 60
TOLD_EVERY = 20
KEPT_FOR = timedelta(hours=1)
_KEY = re.compile(r"[0-9a-f]{32}")


@bp.get("/posters")
@access.keeper
def lists() -> ResponseReturnValue:
    """List the posters in reach, with one button for all of them."""
    rows, unit = _asked_rows()
    found = units.units_in_reach(db.session(), access.actor(), access.REVIEWERS)
    return render_template(
        "leader/posters.html", page=paging.page(rows, POSTERS_A_PAGE), total=len(rows), units=found, unit=unit
    )


@bp.post("/posters")
@access.keeper
def draw_all() -> ResponseReturnValue:
    """Draw all posters in reach into one file, and tell on the way how far it is.

    The page is sent as it grows, so that no proxy waits in vain; its last line is the link to the file.
    """
    rows, _ = _asked_rows()
    if not rows:
        return redirect("/posters", 303)
    path, link = _new_file(access.me().id)
    drawing = Posters(policy=policy_now(), public_url=settings().public_url, campus=settings().campus)
    page = render_template("leader/drawing.html", total=len(rows))
    line, last = (
        render_template("leader/drawing_line.html", total=len(rows), link=href) for href in ("", link)
    )
    # The rows are read: while it draws, it holds no connection.
    db.session.remove()
    answer = Response(
        _growing(page, line, last, drawing, rows, path), content_type="text/html; charset=utf-8"
    )
    # Of nginx: pass it on at once.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


@bp.get("/posters/<string(length=32):key>.pdf")
@access.keeper
def finished(key: str) -> ResponseReturnValue:
    """Send the file that the asker has had drawn within the last hour."""
    path = _folder() / f"{access.me().id}-{key}.pdf"
    if not _KEY.fullmatch(key) or not path.is_file():
        raise Refusal(Reason.UNKNOWN)
    name = gettext("posters")
    return downloads.named(send_file(path, mimetype="application/pdf"), f"{name}.pdf")


@bp.get("/sites/<code:code>/poster.pdf")
@access.keeper
def one(code: str) -> ResponseReturnValue:
    """Send the poster of a site."""
    return poster_file(code)


@bp.get("/sites/<code:code>/poster.svg")
@access.keeper
def drawing_of(code: str) -> ResponseReturnValue:
    """Send the code alone as a drawing, for those who lay out their own poster."""
    row, link = _linked(code)
    return downloads.named(Response(qr.svg(link), content_type="image/svg+xml"), f"{row.name}.svg")


@bp.get("/sites/<code:code>/poster.png")
@access.keeper
def picture_of(code: str) -> ResponseReturnValue:
    """Send the code alone as a picture."""
    row, link = _linked(code)
    return downloads.named(Response(qr.png(link), content_type="image/png"), f"{row.name}.png")


@bp.post("/sites/<code:code>/poster")
@access.keeper
def renew(code: str) -> ResponseReturnValue:
    """Give the poster a new code; the old one opens nothing any more."""
    site_id, actor, now = displays.site(code).id, access.actor(), clock.utc_now()

    def work(session: Session) -> None:
        registry.renew_poster(session, site_id=site_id, actor=actor, now=now)

    in_transaction(work)
    flash(
        gettext("The poster has a new code. Print it and take the old ones down: they open nothing."), "done"
    )
    return redirect(f"/sites/{code}", 303)


def poster_file(code: str) -> Response:
    """Return the poster of a site as a file.

    Raises:
        Refusal: ``UNKNOWN``: out of reach, or no poster is up.
    """
    row, _ = _linked(code)
    file = posters_pdf(
        [row],
        policy=policy_now(),
        public_url=settings().public_url,
        campus=settings().campus,
    )
    name = gettext("poster")
    return downloads.named(Response(file, content_type="application/pdf"), f"{row.name}-{name}.pdf")


def policy_now() -> HoursPolicy:
    """Return the policy version in force today."""
    return policy_on(settings().campus.day(clock.utc_now()), policies(db.session()))


def _linked(code: str) -> tuple[PosterRow, str]:
    """Return the poster of a site and what its code holds."""
    rows = posters.posters_in_reach(db.session(), access.actor(), access.KEEPERS, code=code)
    if not rows or rows[0].handle is None:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    link = poster_link(rows[0].handle, public_url=settings().public_url, campus=settings().campus)
    return rows[0], link


def _asked_rows() -> tuple[list[PosterRow], str]:
    """Return the posters in reach, of one unit if the page asks for it, and that unit's code.

    Raises:
        Refusal: ``UNKNOWN``: the unit is not in reach.
    """
    session, actor = db.session(), access.actor()
    code, path = request.values.get("unit", ""), None
    if code:
        unit = units.unit_to_read(session, code, actor, access.REVIEWERS)
        if unit is None:
            raise Refusal(Reason.UNKNOWN)
        path = unit.path
    return posters.posters_in_reach(session, actor, access.KEEPERS, unit_path=path), code


_MARKER = "<!-- progress -->"


def _growing(
    page: str, line: str, last: str, drawing: Posters, rows: Sequence[PosterRow], path: Path
) -> Iterator[str]:
    """Give the page line by line; only the newest line is shown."""
    head, _, foot = page.partition(_MARKER)
    yield head + line.replace(_DONE, "0")
    try:
        for done in drawing.add_each(rows, TOLD_EVERY):
            yield line.replace(_DONE, str(done))
        # Written whole or not at all: the link must not lead to half a file.
        part = path.with_suffix(".part")
        part.write_bytes(drawing.done())
        part.rename(path)
    finally:
        # Whoever waited may have gone away.
        drawing.close()
    yield last.replace(_DONE, str(len(rows))) + foot


_DONE = "%done%"


def _folder() -> Path:
    return settings().state_dir / "prints"


def _new_file(account_id: int) -> tuple[Path, str]:
    """Return where a new file goes and the link to it; files of long ago make room.

    The account is part of the name, so that nobody else's link leads there.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    oldest = (clock.utc_now() - KEPT_FOR).timestamp()
    for old in folder.iterdir():
        if old.stat().st_mtime < oldest:
            old.unlink(missing_ok=True)
    key = secrets.token_hex(16)
    return folder / f"{account_id}-{key}.pdf", f"/posters/{key}.pdf"
