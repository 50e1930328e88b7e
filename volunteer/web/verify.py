"""Whether a certificate is genuine: a page that judges by itself, one for browsers without scripts, the keys.

The page that a phone opens by the code on the paper keeps the token in the fragment of its address, which
browsers do not send; it asks only whether the certificate still stands, by its digest.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from volunteer.actions.issue import digest_of
from volunteer.database import db
from volunteer.rules.certificates import Standing, token_in
from volunteer.stats.certificates import standing_of
from volunteer.web import access
from volunteer.web.certificate_keys import signer, verdict_on

bp = Blueprint("verify", __name__)


@bp.get("/.well-known/jwks.json")
@access.public
def keys() -> Response:
    """Return the public keys (RFC 7517)."""
    answer = jsonify({"keys": signer().public_keys})
    answer.headers["Cache-Control"] = "public, max-age=3600"
    # Whoever verifies may do so from a page of her own.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@bp.route("/verify/paste", methods=["GET", "POST"])
@access.public
def paste() -> ResponseReturnValue:
    """Judge what somebody pastes, for browsers that run no scripts. Nothing of it is kept."""
    text = request.form.get("token", "") if request.method == "POST" else ""
    return render_template("verify/paste.html", text=text, **_judged(text))


def _judged(text: str) -> dict[str, Any]:
    token = token_in(text)
    if not token:
        return {"verdict": None, "standing": None, "since": None}
    verdict = verdict_on(token)
    standing: Standing | None = None
    since: datetime | None = None
    if verdict.claims:
        standing, since = standing_of(db.session(), digest_of(token))
    return {"verdict": verdict, "standing": standing, "since": since}
