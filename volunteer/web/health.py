"""For machines that watch: alive, and ready to work."""

from flask import Blueprint, Response
from sqlalchemy.exc import DBAPIError

from volunteer import migrate
from volunteer.database import db
from volunteer.web import access
from volunteer.web.problems import RETRY_AFTER_S

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@access.public
def alive() -> Response:
    """Say that the process answers."""
    return Response("ok\n", content_type="text/plain")


@bp.get("/readyz")
@access.public
def ready() -> Response:
    """Say that the database answers and stands at the revision that this program knows."""
    try:
        stands_at = migrate.current(db.engine)
    except DBAPIError:
        return _not_ready("the database does not answer")
    if stands_at != migrate.head():
        return _not_ready(f"the schema is at {stands_at}, not at {migrate.head()}: run volunteer migrate")
    return Response("ready\n", content_type="text/plain")


def _not_ready(why: str) -> Response:
    return Response(f"{why}\n", 503, {"Retry-After": str(RETRY_AFTER_S)}, content_type="text/plain")
