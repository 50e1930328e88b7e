"""A second engine, the one nearest to an iPhone's: WebKitGTK, driven by its own driver.

These tests are not part of the whole suite; ``make test-webkit`` runs them. This engine has no switch for
"offline", so the network is lost where it counts: the server goes away and comes back at the same address.
"""

from __future__ import annotations

import base64
import io
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server

from tests import engines
from tests.browser.conftest import PASSWORD, _raise
from tests.browser.test_phone import picture
from volunteer import clock, create_app
from volunteer.actions import registry
from volunteer.database import db
from volunteer.migrate import upgrade
from volunteer.rules import codes
from volunteer.rules.codes import Keyring

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver
    from selenium.webdriver.remote.webelement import WebElement

WANTED = "apt-get install -y webkit2gtk-driver xvfb dbus"
BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
PATIENCE_S = 30


@dataclass
class Server:
    """The running application at one address; the line to it can be cut and mended."""

    application: Any = None
    # A display at the post's site, in hex, and the keys of its codes.
    handle: str = ""
    keyring: Keyring | None = None
    # What the browser asked for, as "POST /path", in order.
    asked: list[str] = field(default_factory=list)
    port: int = 0
    line: BaseWSGIServer | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def link(self) -> str:
        """What the QR at the post holds now."""
        assert self.keyring is not None
        code = codes.live_code(bytes.fromhex(self.handle), clock.utc_now(), self.keyring)
        return f"{self.url}/C/{code}".upper()

    def mend(self) -> None:
        self.line = make_server("127.0.0.1", self.port, self._noting, threaded=True)
        self.port = self.line.server_port
        threading.Thread(target=self.line.serve_forever, daemon=True).start()

    def cut(self) -> None:
        if self.line is not None:
            self.line.shutdown()
            self.line.server_close()
            self.line = None

    def all(self, column: Any) -> list[Any]:
        """Return a column's values from the database."""
        with self.application.app_context():
            return list(db.session.scalars(select(column)))

    def _noting(self, environ: Any, start_response: Any) -> Any:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return self.application(environ, start_response)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server()
    server.mend()
    engine = engines.open_engine(f"sqlite:///{tmp_path / 'volunteer.db'}")
    upgrade(engine)
    with engine.connect().execution_options(is_writer=True) as connection, Session(connection) as session:
        cast, now = _raise(session), clock.utc_now()
        server.handle = registry.open_display(session, site_id=cast.site, actor=None, now=now)
        registry.beat(session, handle=server.handle, now=now)
        session.commit()
    settings = replace(engines.settings_for(engine, tmp_path), is_demo=True, public_url=server.url)
    engine.dispose()
    server.application, server.keyring = create_app(settings), settings.campus.keyring
    yield server
    server.cut()


@pytest.fixture
def browser() -> Iterator[WebDriver]:
    """WebKitGTK with nothing kept from before, or a skip that says what is missing."""
    from selenium import webdriver

    driver = shutil.which("WebKitWebDriver")
    if driver is None or not BROWSERS:
        pytest.skip(f"no WebKitGTK: {WANTED}")
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(BROWSERS[-1])
    options.add_argument("--automation")
    browser = webdriver.WebKitGTK(options=options, service=webdriver.WebKitGTKService(driver))
    browser.set_window_size(390, 844)
    yield browser
    browser.quit()


def picture_url(text: str) -> str:
    """Return a camera's view of a code as an address that holds it."""
    held = io.BytesIO()
    picture(text).save(held, "PNG")
    return f"data:image/png;base64,{base64.b64encode(held.getvalue()).decode()}"


@dataclass
class Phone:
    """Mei's phone, signed in."""

    browser: WebDriver
    server: Server
    folder: Path

    def open(self, path: str) -> None:
        self.browser.get(self.server.url + path)

    def find(self, css: str) -> WebElement:
        return self.browser.find_element("css selector", css)

    def sees(self, css: str, text: str) -> None:
        """Wait until what *css* names is shown with *text* in it."""
        self.until(lambda: any(text in part.text for part in self.browser.find_elements("css selector", css)))

    def until(self, is_so: Callable[[], Any]) -> None:
        from selenium.common.exceptions import StaleElementReferenceException as Gone

        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with suppress(Gone):
                if is_so():
                    return
            time.sleep(0.1)
        raise AssertionError(self.find("body").text)

    def ask(self, script: str) -> Any:
        """Return what a promise in the page comes to."""
        answer = "const say = arguments[arguments.length - 1];"
        return self.browser.execute_async_script(f"{answer} ({script}).then(say, (e) => say(String(e)))")

    def scan(self, text: str) -> None:
        """Read a code as the camera would, from a photo."""
        photo = self.folder / "photo.png"
        picture(text).save(photo)
        self.find("[data-part=photo]").send_keys(str(photo))


@pytest.fixture
def phone(browser: WebDriver, server: Server, tmp_path: Path) -> Phone:
    phone = Phone(browser, server, tmp_path)
    phone.open("/sign-in")
    phone.find("[name=login]").send_keys("mei")
    phone.find("[name=password]").send_keys(PASSWORD)
    phone.find("form[action='/sign-in'] button").click()
    phone.until(lambda: browser.current_url.endswith("/home"))
    return phone
