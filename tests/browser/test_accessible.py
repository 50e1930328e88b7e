"""axe finds nothing on any page, in either theme; nothing scrolls sideways; no script or style is refused."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, Site, serving
from tests.browser.furnished import furnish

pytestmark = pytest.mark.browser

PAGES = {
    None: [
        "/display",
        "/sign-in",
        "/api/docs",
        "/activate",
        "/offline",
        "/scan/offline",
        "/c/NOT-A-CODE",
        "/verify",
        "/verify/paste",
        "/display/{link}",
    ],
    "mei": [
        "/home",
        "/sign-ups",
        "/inbox",
        "/records",
        "/records/make-up",
        "/records/earlier",
        "/records/{served}/done",
        "/records/{served}/object",
        "/records/{forgotten}/correct",
        "/scan",
        "/pass",
        "/me",
        "/me/certificate",
        "/notices",
    ],
    "leader": [
        "/posters",
        "/sites",
        "/sites/READ",
        "/sites/READ/show",
        "/shifts/NOW",
        "/shifts/NOW/passes",
        "/shifts/NOW/take?q=l",
        "/passes/offline",
        "/posts/READ",
        "/review",
    ],
    "secretary": [
        "/units/LAW",
        "/units/LAW/places",
        "/units/LAW/places/bases",
        "/units/LAW/posts/READ",
        "/units/LAW/posts/READ/shifts",
        "/units/LAW/bases/LIB",
        "/units/LAW/bases/LIB/sheet",
        "/units/LAW/slips",
        "/units/LAW/roles",
        "/members/1",
        "/members/1/propose",
        "/members/1/over-cap",
        "/members/1/record",
        "/units/LAW/conversion",
        "/units/LAW/certificates",
        "/units/LAW/notices",
        "/units/LAW/notices/new",
        "/units/LAW/ledger",
        "/units/LAW/reports",
        "/units/LAW/report",
        "/units/LAW/report/records",
        "/units/LAW/activity-day",
        "/reports/{report}",
        "/reports/{report}/records",
        "/reports/{report}/changes",
        "/registry",
        "/posts/new",
        "/posts/READ/edit",
        "/shifts/TO-COME/edit",
        "/posts/READ/shifts/new",
        "/units/BIO",
    ],
    "office": [
        "/units/COL",
        "/units/COL/conversion",
        "/units/COL/ledger",
        "/units/COL/report",
        "/members/1/transfer",
        "/decisions/{proposal}",
        "/transfers/{moved}",
        "/bases/new",
        "/bases/LIB/edit",
        "/registry",
        "/registry/units",
        "/registry/units/new",
        "/registry/units/LAW/edit",
        "/registry/members",
        "/registry/members/new",
        "/registry/members/2",
        "/registry/import/members",
        "/registry/import/members/{members}",
        "/registry/import/shifts",
        "/registry/import/shifts/{shifts}",
        "/posts/READ/timetable",
        "/units/COL/week",
        "/units/COL/gaps",
        "/terms",
        "/terms/new",
        "/terms/T/edit",
        "/calendar?year=2026",
        "/policy",
        "/policy/new",
        "/units/COL/slips",
        "/review",
        "/approvers",
        "/spot-checks",
        "/spot-checks/{draw}",
        "/accounts",
        "/accounts/1",
        "/accounts/4",
    ],
    "admin": ["/accounts/new", "/slips", "/accounts/1"],
}

# What answers a GET and is no page: files, pictures, what only turns elsewhere, and what programs read.
NO_PAGES = {
    "branch.start",
    "health.alive",
    "health.ready",
    "metrics.metrics",
    "photos.photo",
    "pwa.worker",
    "student.start",
}
# Addresses that name a form of file, and pictures.
FILE = re.compile(r"<form:form>|\.(pdf|png|svg|xlsx|csv|json)$|<any\(")
REFUSED = {"/c/NOT-A-CODE", "/units/BIO"}
# A host's page needs the link of a running shift: tests/browser/test_displays.py looks at it.
ELSEWHERE = {"screens.host"}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[str, object]]]:
    folder = tmp_path_factory.mktemp("accessible")
    with serving(folder) as site:
        yield site, furnish(folder, site)


@pytest.fixture
def site(furnished: tuple[Site, dict[str, object]]) -> Site:
    return furnished[0]


@pytest.fixture
def named(furnished: tuple[Site, dict[str, object]]) -> dict[str, object]:
    """What stands in braces in the addresses."""
    return furnished[1]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_page_is_forgotten(app: Flask) -> None:
    address = app.url_map.bind("localhost")
    pages = [urlsplit(path.format_map(Numbers())).path for paths in PAGES.values() for path in paths]
    looked_at = {str(address.match(path)[0]) for path in pages}
    answered = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.rule.startswith(("/static/", "/api/"))
        and not FILE.search(rule.rule)
    }
    assert answered - looked_at == NO_PAGES | ELSEWHERE


class Numbers(dict[str, object]):
    """A number for every name."""

    def __missing__(self, name: str) -> object:
        return 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("login", PAGES)
def test_axe_finds_nothing(
    enter: Callable[..., Page],
    site: Site,
    named: dict[str, object],
    login: str | None,
    viewport: dict[str, int],
    scheme: str,
) -> None:
    page = enter(login, color_scheme=scheme, viewport=viewport)
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    for path in PAGES[login]:
        answer = page.goto(f"{site.url}{path.format_map(named)}")
        assert answer is not None and (answer.status == 200 or path in REFUSED), f"{path}: {answer.status}"
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} scrolls sideways by {wide} px"
    assert complaints == []
