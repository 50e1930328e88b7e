"""A member's phone: saves scans in a queue of its own, signs them, and sends them when it can."""

import base64
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.actions.stage import Stage, at
from volunteer.actions import devices, queue, registry
from volunteer.actions.queue import Answer, Queued
from volunteer.actions.scan import Scan
from volunteer.models import Member
from volunteer.rules.kinds import Side
from volunteer.rules.queue import Entry


def spelled(raw: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def queued(entry: Entry) -> Queued:
    """Return what an upload makes of an entry."""
    scan = Scan(
        code=entry.code,
        action=entry.action,
        post_id=entry.post_id,
        takes_next=entry.takes_next,
        client_ref=entry.client_ref,
        device=entry.device,
        is_queued=True,
    )
    return Queued(scan=scan, entry=entry)


@dataclass
class Phone:
    """One phone with its own key. *who* is the cast's name of the member signed in on it."""

    stage: Stage
    who: str
    handle: str | None = None
    seq: int = 0
    previous: str = ""
    key: Any = field(default_factory=lambda: generate_private_key(SECP256R1()))

    @property
    def public_key(self) -> str:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return spelled(point)

    def register(self, when: str = "08:00") -> str:
        """Make the phone the member's own."""
        self.handle = devices.register(
            self.stage.session,
            member_id=self.stage.member(self.who),
            public_key=self.public_key,
            now=at(when),
        )
        return self.handle

    def save(self, scanned_at: str, action: Side | None = None, **more: Any) -> Entry:
        """Scan without network."""
        self.seq += 1
        code = more.pop("code", None)
        display = self.stage.display(more.pop("site_id", self.stage.cast.site))
        registry.beat(self.stage.session, handle=display, now=at(scanned_at))
        entry = Entry(
            client_ref=str(uuid.uuid4()),
            code=code or self.stage.code(display, at(scanned_at)),
            action=action,
            post_id=more.pop("post_id", None),
            takes_next=False,
            device=self.handle,
            member=self.stage.session.get_one(Member, self.stage.member(self.who)).student_no,
            seq=self.seq,
            previous=self.previous,
            phone_at_ms=more.pop("phone_at_ms", 1_773_622_800_000),
            monotonic_ms=0,
            signature=None,
        )
        entry = self.signed(entry)
        self.previous = entry.digest
        return entry

    def signed(self, entry: Entry) -> Entry:
        """Return the entry with this phone's signature, if it has registered."""
        if entry.device is None:
            return entry
        r, s = decode_dss_signature(self.key.sign(entry.signed_text.encode(), ECDSA(SHA256())))
        return replace(entry, signature=spelled(r.to_bytes(32, "big") + s.to_bytes(32, "big")))

    def send(self, when: str, *entries: Entry, signed_in: str | None = None) -> list[Answer]:
        """Upload entries, as whoever is signed in."""
        return queue.judge(
            self.stage.session,
            member_id=self.stage.member(signed_in or self.who),
            queued=[queued(entry) for entry in entries],
            campus=self.stage.campus,
            now=at(when),
        )
