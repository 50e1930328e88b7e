"""The ticket that a scanned link leaves in the browser, so that signing in does not outlive the code.

It says which code was first opened when. It is signed, short-lived, and its reference makes a second press
of the button the same scan.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from flask import Response, current_app, request
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from volunteer.rules.reasons import Reason, Refusal
from volunteer.web.show import settings

TICKET_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Which code, when it was first opened in this browser, and the name of the scan."""

    code: str
    seen_at: datetime
    ref: UUID

    def client_ref(self, wish: str) -> str:
        """Return the name of the scan that this ticket makes for one wish: the same on every press."""
        return str(uuid5(self.ref, wish))


def new_ticket(code: str, now: datetime) -> Ticket:
    """Return the ticket of a code that is opened now."""
    return Ticket(code=code, seen_at=now, ref=uuid4())


def held_ticket(code: str) -> Ticket | None:
    """Return this browser's ticket for the code, or None if it has none.

    Raises:
        Refusal: ``TICKET_GONE``: it had one, and five minutes have passed.
    """
    try:
        held = _signer().loads(request.cookies.get(_cookie(), ""), max_age=TICKET_SECONDS)
    except SignatureExpired as error:
        if isinstance(error.payload, bytes) and code.encode() in error.payload:
            raise Refusal(Reason.TICKET_GONE) from error
        return None
    except BadSignature:
        return None
    if held["code"] != code:
        return None
    return Ticket(code=code, seen_at=datetime.fromtimestamp(held["at"], UTC), ref=UUID(held["ref"]))


def leave(answer: Response, ticket: Ticket) -> Response:
    """Put the ticket into the browser."""
    signed = _signer().dumps(
        {"code": ticket.code, "at": int(ticket.seen_at.timestamp()), "ref": str(ticket.ref)}
    )
    answer.set_cookie(
        _cookie(),
        signed,
        max_age=TICKET_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings().is_https,
    )
    return answer


def _cookie() -> str:
    return "__Host-ticket" if settings().is_https else "ticket"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"ticket/{NAMESPACE_URL}")
