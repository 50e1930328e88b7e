"""Whether a certificate still stands, for whoever holds it: asked by the digest of its token alone."""

from typing import Any

from flask_smorest import Blueprint

from volunteer.database import db
from volunteer.schemas.certificates import CertificateStanding
from volunteer.stats.certificates import standing_of
from volunteer.web import access
from volunteer.web.show import settings

bp = Blueprint("certificate_standing", __name__, description="Whether a certificate still stands")


@bp.get("/certificates/<string(length=64):digest>")
@access.public
@bp.response(200, CertificateStanding)
def standing(digest: str) -> dict[str, Any]:
    """Return what the college says of a certificate today.

    The digest is the SHA-256 of the token up to its last dot, the signature left out, in small hexadecimal
    letters: it names nobody. What is not in the register is ``unknown``.
    """
    found, since = standing_of(db.session(), digest)
    return {"standing": found, "since": settings().campus.day(since) if since else None}
