"""Fifty Hours: volunteer hours of probationary Party members, from the scanned code to the decision."""

from flask import Flask

from volunteer.config import Settings, load_settings, shipped
from volunteer.database import db, listen


def create_app(settings: Settings | None = None) -> Flask:
    """Return the web application for *settings*, by default those of the environment."""
    from volunteer import web

    settings = settings or load_settings()
    app = Flask(__name__, static_folder=None, template_folder=str(shipped("templates")))
    app.extensions["volunteer.settings"] = settings
    web.configure(app, settings)
    db.init_app(app)
    with app.app_context():
        listen(db.engine)
    web.assemble(app, settings)
    return app
