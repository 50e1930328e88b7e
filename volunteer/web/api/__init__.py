"""JSON under ``/api/v1``: the same actions and the same figures as the pages, for phones and programs."""

from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template
from flask_babel import lazy_gettext as _l
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from volunteer.schemas.reads import Problem
from volunteer.web import access, problems
from volunteer.web.access import Gate
from volunteer.web.api import (
    certificates,
    description,
    form_token,
    frozen,
    organisation,
    passes,
    places,
    reads,
    scans,
    sites,
    timetable,
)
from volunteer.web.api.reference import reference
from volunteer.web.jsons import StrictJSONProvider
from volunteer.web.routing import RowConverter
from volunteer.web.show import settings

PREFIX = description.PREFIX
# Who may call, for people who read.
GATES = {
    Gate.PUBLIC: _l("everybody"),
    Gate.SIGNED_IN: _l("whoever is signed in"),
    Gate.MEMBER: _l("members of the roster, about themselves"),
    Gate.KEEPER: _l("leaders for their posts, committees and the college for those of their units"),
    Gate.READER: _l("committees, group leaders, the college and auditors"),
    Gate.COMMITTEE: _l("committees and the college"),
    Gate.COLLEGE: _l("the college"),
    Gate.OFFICE: _l("the college and administrators"),
    Gate.HOLDER: _l("whoever holds a role, within its reach"),
}


class PlainApi(Api):
    """flask-smorest, with our own answers to what it refuses."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def handle_http_exception(self, error: HTTPException) -> Any:
        return problems.http_error(error)


api = PlainApi()
PARTS = (
    scans.bp,
    passes.bp,
    form_token.bp,
    reads.bp,
    frozen.bp,
    organisation.bp,
    places.bp,
    timetable.bp,
    sites.bp,
    certificates.bp,
)


def init_app(app: Flask) -> None:
    """Add the API, its strict JSON and its description."""
    app.json = StrictJSONProvider(app)
    api.init_app(app)
    _describe_types()
    for part in PARTS:
        api.register_blueprint(part, url_prefix=PREFIX)
    api.spec.components.schema("Problem", schema=Problem)
    app.add_url_rule(f"{PREFIX}/openapi.json", "api.openapi", openapi)
    app.add_url_rule("/api/docs", "api.docs", docs)


def _describe_types() -> None:
    """Let the description say what our own fields take, no wider and no narrower."""
    api.ma_plugin.converter.add_attribute_function(description.limits)
    api.register_converter(RowConverter, description.row_number)


@access.public
def openapi() -> Response:
    """Describe the API in OpenAPI 3.1."""
    return jsonify(description.describe(current_app, api.spec))


@access.public
def docs() -> str:
    """Show the description as a page."""
    return render_template(
        "api/docs.html",
        groups=reference(description.describe(current_app, api.spec)),
        reasons=description.every_reason(),
        gates=GATES,
        url=settings().public_url,
    )
