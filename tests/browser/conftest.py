"""A real server, a real Chromium, and a small college whose shift is running now."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from tests import engines
from tests.cast import Cast, System, raise_cast
from volunteer import clock, create_app
from volunteer.actions.ask import request_make_up
from volunteer.actions.sign_in import set_password
from volunteer.migrate import upgrade
from volunteer.models import ProbationWindow

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "in the browser"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


@dataclass(frozen=True, slots=True)
class Site:
    """The running application: its address and its people."""

    url: str
    cast: Cast
    # What browsers asked for, as "POST /path", in order.
    asked: list[str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for the tests of a file, which do not stand in each other's way."""
    with serving(tmp_path_factory.mktemp("browser")) as site:
        yield site


def closing(application: Callable[..., Any]) -> Callable[..., Iterator[bytes]]:
    """Close every answer: Werkzeug's server forgets the one to a browser that hung up, and the file in it."""

    def closing(environ: Any, start_response: Any) -> Iterator[bytes]:
        answer = application(environ, start_response)
        try:
            yield from answer
        finally:
            getattr(answer, "close", lambda: None)()

    return closing


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serve the cast, with a shift of the post that began an hour ago and lasts for almost another."""
    engine = engines.open_engine(f"sqlite:///{folder / 'volunteer.db'}")
    upgrade(engine)
    with engine.connect().execution_options(is_writer=True) as connection, Session(connection) as session:
        cast = _raise(session)
        session.commit()
    settings = replace(engines.settings_for(engine, folder), is_demo=True)
    engine.dispose()
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://localhost:{server.server_port}"
    asked: list[str] = []
    application = create_app(replace(settings, public_url=url))

    def noting(environ: Any, start_response: Any) -> Any:
        asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return application(environ, start_response)

    server.app = closing(noting)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(url, cast, asked)
    server.shutdown()
    thread.join()


def _raise(session: Session) -> Cast:
    cast = raise_cast(session)
    today = clock.utc_now().date()
    window = {"starts_on": today - timedelta(days=100), "ends_before": today + timedelta(days=265)}
    session.execute(update(ProbationWindow).values(**window))
    start = clock.utc_now().replace(second=0) - timedelta(minutes=60)
    System(session).shift("NOW", cast.post, start, start + timedelta(minutes=115))
    _ask(session, cast, start - timedelta(days=1))
    for field in ("mei", "ning", "bo", "leader", "secretary", "office", "admin", "auditor"):
        account_id = getattr(cast, f"{field}_account")
        set_password(session, account_id=account_id, password=PASSWORD, now=clock.utc_now())
    return cast


def _ask(session: Session, cast: Cast, start: datetime) -> None:
    """Let somebody of the other branch ask for a make-up, so that the college's desk has a card."""
    shift = System(session).shift("BEFORE", cast.campus_post, start, start + timedelta(hours=2))
    request_make_up(
        session,
        ref="00000000-0000-0000-0000-0000000000bb",
        member_id=cast.bo,
        shift_id=shift,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        reason="手机没电",
        actor=None,
        campus=engines.fixed_campus(),
        now=clock.utc_now(),
    )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # A busy machine is slow, not wrong.
    expect.set_options(timeout=20_000)
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, or a skip that says why."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium: apt-get install chromium")
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def enter(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own, signed in as *login*; without one, not signed in."""
    opened: list[BrowserContext] = []

    def enter(login: str | None, **options: Any) -> Page:
        context = chromium.new_context(
            **{"viewport": PHONE, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        if login is not None:
            page.goto(f"{site.url}/sign-in")
            page.fill("[name=login]", login)
            page.fill("[name=password]", PASSWORD)
            page.click("form[action='/sign-in'] button")
            # Whoever goes on before the answer has come is not signed in.
            page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/sign-in"))
        return page

    yield enter
    for context in opened:
        context.close()
