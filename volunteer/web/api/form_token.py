"""The form token for scripts: a page may have stood open for hours, its own token with it."""

from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from flask_wtf.csrf import generate_csrf

from volunteer import clock
from volunteer.schemas.scans import FormToken
from volunteer.web import access

bp = Blueprint("form_token", __name__, description="What a page's script needs before it sends")


@bp.get("/form-token")
@access.signed_in
@bp.response(200, FormToken)
def form_token() -> ResponseReturnValue:
    """Return a form token of this session, whose session it is, and the server's clock."""
    # Our clock counts whole seconds: the middle of this one is nearest.
    now_ms = int(clock.utc_now().timestamp()) * 1000 + 500
    return {"token": generate_csrf(), "member": access.me().student_no, "now_ms": now_ms}
