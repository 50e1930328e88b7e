"""Pictures that come with a request."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions.audit import note
from volunteer.models import Photo, Request
from volunteer.rules.kinds import RequestState
from volunteer.rules.photos import MOST_PHOTOS, Picture
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor


def attach(
    session: Session, *, request_id: int, pictures: Sequence[Picture], actor: Actor, now: datetime
) -> int:
    """Keep pictures with an undecided request of one's own, each once, and return how many are new.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` for another's request, or ``BAD_FIELD``: too many.
    """
    request = session.get(Request, request_id)
    if request is None:
        raise Refusal(Reason.UNKNOWN)
    if request.asked_by_id != actor.account_id:
        raise Refusal(Reason.NOT_ALLOWED)
    if request.state is not RequestState.ASKED:
        return 0
    held = set(session.scalars(select(Photo.digest).where(Photo.request_id == request_id)))
    new = {picture.digest: picture for picture in pictures if picture.digest not in held}
    if len(held) + len(new) > MOST_PHOTOS:
        raise Refusal(Reason.BAD_FIELD, field="photos", case="photos_many", most=MOST_PHOTOS)
    for digest, picture in new.items():
        session.add(
            Photo(
                request_id=request_id,
                digest=digest,
                width=picture.width,
                height=picture.height,
                taken_at=picture.taken_at,
                content=picture.content,
                sent_at=now,
            )
        )
    session.flush()
    if new:
        note(session, "attach", "request", request_id, actor_id=actor.account_id, now=now, pictures=len(new))
    return len(new)
