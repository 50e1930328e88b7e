"""Pictures with a request: taken in with its form, and shown to those who decide about it."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.photos import attach
from volunteer.database import db, in_transaction
from volunteer.photos import cleaned
from volunteer.rules.photos import MOST_PHOTOS, Picture, Taken, fit_of
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span, day_start
from volunteer.stats.photos import PhotoRow, photo_content
from volunteer.web import access
from volunteer.web.forms import Form
from volunteer.web.show import moment, settings

bp = Blueprint("photos", __name__)


@bp.get("/photos/<row:photo_id>")
@access.signed_in
def photo(photo_id: int) -> ResponseReturnValue:
    """Show a picture to the member and to those who decide about her request."""
    content = photo_content(db.session(), photo_id, access.actor())
    if content is None:
        raise Refusal(Reason.UNKNOWN)
    return Response(content, mimetype="image/jpeg", headers={"Content-Disposition": "inline"})


def run_with_photos(form: Form, ask: Callable[[Session], int]) -> None:
    """Ask, and keep the pictures that came along; both or neither, with what is wrong in the form."""
    form.run(lambda: _ask(form, ask))
    if "photos" in form.errors:
        form.errors.setdefault("", gettext("Something is not right yet. See the fields below."))


def _ask(form: Form, ask: Callable[[Session], int]) -> int:
    pictures, actor, now = _pictures(form), access.actor(), clock.utc_now()

    def work(session: Session) -> int:
        request_id = ask(session)
        if pictures:
            attach(session, request_id=request_id, pictures=pictures, actor=actor, now=now)
        return request_id

    return in_transaction(work)


def _pictures(form: Form) -> list[Picture]:
    """Return the pictures of the form, drawn anew before any transaction begins."""
    files = [file for file in request.files.getlist("photos") if file.filename]
    # So that a refusal's sentence stands beside the field.
    form.values = {**form.values, "photos": ""}
    if len(files) > MOST_PHOTOS:
        raise Refusal(Reason.BAD_FIELD, field="photos", case="photos_many", most=MOST_PHOTOS)
    return [cleaned(file.stream.read(), settings().zone) for file in files]


def told(photo: PhotoRow) -> str:
    """Say how the time in the picture fits what is claimed."""
    fit = fit_of(photo.taken_at, _claimed(photo))
    if fit.taken is Taken.UNKNOWN or photo.taken_at is None:
        return str(gettext("The picture carries no time."))
    if photo.taken_at > photo.sent_at + timedelta(minutes=5):
        return str(gettext("The camera's clock was ahead: the picture says %(t)s.", t=_moment(photo)))
    if fit.taken is Taken.WITHIN:
        return str(gettext("Taken %(t)s, within the claimed time.", t=_moment(photo)))
    facts = {"t": _moment(photo), "far": _far(fit.off)}
    if fit.taken is Taken.BEFORE:
        return str(gettext("Taken %(t)s, %(far)s before the claimed time.", **facts))
    return str(gettext("Taken %(t)s, %(far)s after the claimed time.", **facts))


def _claimed(photo: PhotoRow) -> Span:
    zone = settings().zone
    whole_day = Span(day_start(photo.on, zone), day_start(photo.on + timedelta(days=1), zone))
    start, end = photo.starts_at or whole_day.start, photo.ends_at or whole_day.end
    return Span(min(start, end), end)


def _moment(photo: PhotoRow) -> str:
    assert photo.taken_at is not None
    return moment(photo.taken_at)


def _far(off: timedelta) -> str:
    if off >= timedelta(days=1):
        return str(gettext("%(n)s days", n=off.days))
    minutes = int(off.total_seconds()) // 60
    if minutes >= 60:
        return str(gettext("%(h)s h %(m)s min", h=minutes // 60, m=minutes % 60))
    return str(gettext("%(n)s min", n=minutes))
