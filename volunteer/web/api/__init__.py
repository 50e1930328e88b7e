"""JSON under ``/api/v1``: the same actions and the same figures as the pages, for phones and programs."""

from typing import Any

from flask import Flask, Response, jsonify
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from volunteer.web import access, problems
from volunteer.web.api import reads, scans, sites
from volunteer.web.jsons import StrictJSONProvider

PREFIX = "/api/v1"


class PlainApi(Api):
    """flask-smorest, with our own answers to what it refuses."""

    def handle_http_exception(self, error: HTTPException) -> Any:
        return problems.http_error(error)


api = PlainApi()


def init_app(app: Flask) -> None:
    """Add the API, its strict JSON and its description."""
    app.json = StrictJSONProvider(app)
    api.init_app(app)
    for part in (scans.bp, reads.bp, sites.bp):
        api.register_blueprint(part, url_prefix=PREFIX)
    app.add_url_rule(f"{PREFIX}/openapi.json", "api.description", description)


@access.public
def description() -> Response:
    """Describe the API in OpenAPI 3.1."""
    return jsonify(api.spec.to_dict())
