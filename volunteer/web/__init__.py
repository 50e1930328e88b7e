"""The edge: requests, sign-in, words and status codes. All that knows of Flask's request is in here."""

from datetime import timedelta
from urllib.parse import urlsplit
from wsgiref.headers import Headers

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from volunteer.config import Settings
from volunteer.web.assets import ROOT, is_versioned, serve_scripts
from volunteer.web.security import HEADERS

BODY_LIMIT_BYTES = 1_000_000
STATIC_AGE_S = 3600


def configure(app: Flask, settings: Settings) -> None:
    """Set what Flask and its extensions read when they are assembled."""
    cookie = "__Host-session" if settings.is_https else "session"
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SESSION_COOKIE_NAME=cookie,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=180),
        # Never set, but were it ever: not to be read by a script or sent in the clear.
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.is_https,
        MAX_CONTENT_LENGTH=BODY_LIMIT_BYTES,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT_BYTES,
        TRUSTED_HOSTS=_hosts(settings),
        # A page may stay open for hours in a chat app; the token ends with the session.
        WTF_CSRF_TIME_LIMIT=None,
        # Pages send no referrer at all (Referrer-Policy), and forms of other sites lack the token.
        WTF_CSRF_SSL_STRICT=False,
        # Our own hook asks for the token, except of programs that bring a bearer token.
        WTF_CSRF_CHECK_DEFAULT=False,
        BABEL_DEFAULT_LOCALE="zh_Hans",
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        API_TITLE="Fifty Hours",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )


def assemble(app: Flask, settings: Settings) -> None:
    """Put the parts of the edge together; the order of the hooks is that of these lines."""
    from volunteer.web import (
        accounts,
        activity_day,
        api,
        auth,
        behind,
        branch,
        case_files,
        certificate_keys,
        certificates,
        college,
        conversion,
        entry,
        health,
        identity,
        importing,
        inbox,
        language,
        leader,
        list_files,
        looks,
        metrics,
        notices,
        office_files,
        outside,
        oversight,
        overview,
        own_calendar,
        papers,
        people,
        personal,
        photos,
        posters,
        problems,
        pwa,
        received,
        recounts,
        registry,
        report_details,
        reports,
        review,
        routing,
        scan,
        screens,
        security,
        show,
        shown_files,
        sign_ups,
        slips,
        student,
        timetable,
        trail,
        typed,
        verify,
    )

    metrics.init_app(app)
    routing.init_app(app)
    language.init_app(app)
    identity.init_app(app)
    security.init_app(app, settings)
    problems.init_app(app)
    show.init_app(app, settings)
    looks.init_app(app)
    certificate_keys.init_app(app, settings)
    inbox.init_app(app)
    for part in (
        health,
        metrics,
        pwa,
        auth,
        scan,
        student,
        sign_ups,
        own_calendar,
        inbox,
        leader,
        screens,
        posters,
        college,
        recounts,
        branch,
        overview,
        behind,
        received,
        conversion,
        papers,
        reports,
        report_details,
        activity_day,
        certificates,
        notices,
        verify,
        typed,
        photos,
        review,
        oversight,
        trail,
        registry,
        people,
        list_files,
        case_files,
        office_files,
        shown_files,
        personal,
        importing,
        outside,
        timetable,
        entry,
        slips,
        accounts,
    ):
        app.register_blueprint(part.bp)
    api.init_app(app)
    _wrap(app, settings)


def _hosts(settings: Settings) -> list[str]:
    host = urlsplit(settings.public_url).hostname or "localhost"
    return [host, "localhost", "127.0.0.1"] if settings.is_demo else [host]


def _static_headers(headers: Headers, _path: str, _url: str) -> None:
    """Say of files what is said of pages, but for how long they may be kept."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def _wrap(app: Flask, settings: Settings) -> None:
    """Serve static files, and believe exactly as many proxies as the settings say."""
    files = WhiteNoise(
        app.wsgi_app,
        root=str(ROOT),
        prefix="static/",
        max_age=STATIC_AGE_S,
        allow_all_origins=False,
        add_headers_function=_static_headers,
        immutable_file_test=is_versioned,
    )
    serve_scripts(files)
    app.wsgi_app = files  # type: ignore[method-assign]
    if count := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_prefix=0
        )
