"""For machines that watch: alive, and ready to work."""

from flask import Blueprint, Response
from sqlalchemy import inspect, text

from volunteer.database import db
from volunteer.web import access

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@access.public
def alive() -> Response:
    """Say that the process answers."""
    return Response("ok\n", content_type="text/plain")


@bp.get("/readyz")
@access.public
def ready() -> Response:
    """Say that the database answers and has its tables."""
    db.session.execute(text("SELECT 1"))
    if not inspect(db.session.connection()).has_table("account"):
        return Response("no tables: run volunteer migrate\n", 503, content_type="text/plain")
    return Response("ready\n", content_type="text/plain")
