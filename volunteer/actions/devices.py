"""Phones that members registered: the key that signs a queue of scans and the member's own pass."""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from volunteer.actions.audit import note
from volunteer.models import Device
from volunteer.rules.reasons import Reason, Refusal
from volunteer.signatures import public_key_in


def register(session: Session, *, member_id: int, public_key: str, now: datetime) -> str:
    """Make the phone with this key the member's only active one, and return its id.

    The same key again is the same phone. The one before stays known, so that what it saved is still taken.

    Args:
        public_key: The uncompressed point of P-256, base64url without padding.

    Raises:
        Refusal: ``BAD_FIELD``: it is no key.
    """
    try:
        public_key_in(public_key)
    except ValueError as error:
        raise Refusal(Reason.BAD_FIELD, field="public_key") from error
    mine = select(Device).where(Device.member_id == member_id, Device.public_key == public_key)
    device = session.execute(mine).scalar_one_or_none()
    if device is not None and device.retired_at is None:
        return device.handle
    session.execute(
        update(Device)
        .where(Device.member_id == member_id, Device.retired_at.is_(None))
        .values(retired_at=now)
    )
    if device is None:
        device = Device(handle=secrets.token_hex(4), member_id=member_id, public_key=public_key)
        session.add(device)
    device.registered_at, device.retired_at = now, None
    session.flush()
    note(session, "register_device", "device", device.id, actor_id=None, now=now, member_id=member_id)
    return device.handle
