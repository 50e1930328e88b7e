"""Files that wait to be looked at: kept when they are sent, emptied when they are applied."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, undefer

from volunteer.models import Upload
from volunteer.rules.kinds import UploadKind
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

WAITS_FOR = timedelta(days=1)
NAME_LENGTH = 120
SHEET_LENGTH = 60


def keep(
    session: Session,
    *,
    kind: UploadKind,
    name: str,
    sheet: str | None,
    content: bytes,
    actor: Actor,
    now: datetime,
    source: str | None = None,
    unit_id: int | None = None,
) -> int:
    """Keep a file until it is applied and return its id. It takes the place of the sender's last one.

    Files hold names and numbers of people: what waits for more than a day is removed on this occasion.

    Args:
        source: The platform that a sheet of outside records comes from, about members of the unit.
    """
    own = (Upload.account_id == actor.account_id) & (Upload.kind == kind)
    session.execute(
        delete(Upload).where(Upload.applied_at.is_(None), or_(own, Upload.sent_at < now - WAITS_FOR))
    )
    upload = Upload(
        account_id=actor.account_id,
        kind=kind,
        name=name,
        sheet=sheet,
        source=source,
        unit_id=unit_id,
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
        sent_at=now,
    )
    session.add(upload)
    session.flush()
    return upload.id


def own_upload(
    session: Session, *, upload_id: int, kind: UploadKind, actor: Actor, is_locked: bool = False
) -> Upload:
    """Return the actor's own file with its content.

    Args:
        is_locked: For who applies it: of two at once the second sees that it is applied.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    wanted = (
        select(Upload)
        .where(Upload.id == upload_id, Upload.kind == kind, Upload.account_id == actor.account_id)
        .options(undefer(Upload.content))
        .execution_options(populate_existing=True)
    )
    upload = session.execute(wanted.with_for_update() if is_locked else wanted).scalar_one_or_none()
    if upload is None:
        raise Refusal(Reason.UNKNOWN)
    return upload


def note_applied(session: Session, upload: Upload, *, added: int, now: datetime) -> None:
    """Note that a file was applied, and keep no more than its digest."""
    upload.content, upload.applied_at, upload.added = None, now, added
    session.flush()
