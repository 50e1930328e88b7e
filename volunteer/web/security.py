"""What every answer says to the browser, and what every form must bring along."""

import re
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect

from volunteer.config import Settings
from volunteer.web.identity import bearer

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
TRANSPORT = "max-age=31536000"
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")

csrf = CSRFProtect()


def init_app(app: Flask, settings: Settings) -> None:
    """Ask for the form token, and set the headers of every answer."""
    csrf.init_app(app)
    headers = HEADERS | ({"Strict-Transport-Security": TRANSPORT} if settings.is_https else {})

    @app.before_request
    def ask_for_token() -> None:
        # A bearer token is not sent by a browser on its own, so a foreign page cannot abuse it.
        if bearer() is None:
            csrf.protect()

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        # Pages are personal, down to the form token in them.
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def safe_next(target: str | None, otherwise: str = "/") -> str:
    """Return *target* if it is a path of ours, else *otherwise*: no way out to another site."""
    return target if target and _OWN_PATH.fullmatch(target) else otherwise


def own_origin(settings: Settings) -> str:
    """Return scheme and host that codes carry."""
    parts = urlsplit(settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def wants_json() -> bool:
    """Whether a program asks, and so gets problem+json instead of a page."""
    return request.path.startswith("/api/")
