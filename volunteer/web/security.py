"""What every answer says to the browser, and what every form must bring along."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from volunteer.config import Settings
from volunteer.rules.reasons import Reason, Refusal
from volunteer.web.identity import asking, bearer

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
    # Pages are personal, down to the form token in them.
    "Cache-Control": "no-store",
}
TRANSPORT = "max-age=31536000"
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")

csrf = CSRFProtect()


def init_app(app: Flask, settings: Settings) -> None:
    """Ask for the form token, and set the headers of every answer."""
    csrf.init_app(app)

    @app.before_request
    def ask_for_token() -> None:
        # A bearer token is not sent by a browser on its own, so a foreign page cannot abuse it. And where no
        # view will run, "not found" or "not this method" says more.
        if bearer() is not None or request.routing_exception is not None:
            return
        try:
            csrf.protect()
        except CSRFError as error:
            if wants_json() and asking() is None:
                raise Refusal(Reason.NOT_SIGNED_IN) from error
            raise

    headers = HEADERS | ({"Strict-Transport-Security": TRANSPORT} if settings.is_https else {})
    app.wsgi_app = WithHeaders(app.wsgi_app, headers)  # type: ignore[method-assign]


class WithHeaders:
    """The application with headers of ours on every answer that does not say otherwise itself."""

    def __init__(self, application: Any, headers: Mapping[str, str]) -> None:
        self._application = application
        self._headers = tuple((name.lower(), (name, value)) for name, value in headers.items())

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            said = {name.lower() for name, _ in headers}
            headers += [header for name, header in self._headers if name not in said]
            return start_response(status, headers, error)

        answer: Iterable[bytes] = self._application(environ, start)
        return answer


def safe_next(target: str | None, otherwise: str = "/") -> str:
    """Return *target* if it is a path of ours, else *otherwise*: no way out to another site."""
    return target if target and _OWN_PATH.fullmatch(target) else otherwise


def wants_json() -> bool:
    """Whether a program asks, and so gets problem+json instead of a page."""
    return request.path.startswith("/api/")
