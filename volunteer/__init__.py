"""Fifty Hours: volunteer hours of probationary Party members, from the scanned code to the decision."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from volunteer.config import Settings, load_settings, shipped
from volunteer.database import db, listen


class PlainFlask(Flask):
    """Flask with plain functions alone: it need not ask ten times a request whether one is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Return the web application for *settings*, by default those of the environment."""
    from volunteer import web

    settings = settings or load_settings()
    app = PlainFlask(__name__, static_folder=None, template_folder=str(shipped("templates")))
    app.extensions["volunteer.settings"] = settings
    web.configure(app, settings)
    db.init_app(app)
    with app.app_context():
        listen(db.engine)
    web.assemble(app, settings)
    return app
