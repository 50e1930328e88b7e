"""axe finds nothing on any page, in either theme; nothing scrolls sideways; no script or style is refused."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, Site

pytestmark = pytest.mark.browser

PAGES = {
    None: ["/display", "/sign-in", "/api/docs", "/activate", "/offline", "/scan/offline", "/c/NOT-A-CODE"],
    "mei": ["/home", "/records", "/records/make-up", "/records/earlier", "/scan", "/pass", "/me"],
    "leader": [
        "/posters",
        "/sites",
        "/sites/READ",
        "/sites/READ/show",
        "/shifts/NOW",
        "/shifts/NOW/passes",
        "/shifts/NOW/take?q=l",
        "/posts/READ",
        "/review",
    ],
    "secretary": [
        "/units/LAW",
        "/units/LAW/places",
        "/units/LAW/slips",
        "/units/LAW/roles",
        "/members/1",
        "/members/1/propose",
        "/members/1/over-cap",
        "/members/1/record",
        "/units/LAW/conversion",
        "/units/LAW/ledger",
        "/units/LAW/reports",
        "/units/LAW/report",
        "/units/LAW/report/records",
        "/units/LAW/activity-day",
        "/registry",
        "/posts/new",
        "/posts/READ/edit",
        "/posts/READ/shifts/new",
        "/units/BIO",
    ],
    "office": [
        "/units/COL",
        "/units/COL/conversion",
        "/units/COL/ledger",
        "/units/COL/report",
        "/members/1/transfer",
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
        "/registry/import/shifts",
        "/posts/READ/timetable",
        "/units/COL/week",
        "/terms",
        "/terms/new",
        "/calendar?year=2026",
        "/policy",
        "/policy/new",
        "/units/COL/slips",
        "/review",
        "/approvers",
        "/spot-checks",
        "/accounts",
        "/accounts/1",
        "/accounts/4",
    ],
    "admin": ["/accounts/new", "/slips", "/accounts/1"],
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("login", PAGES)
def test_axe_finds_nothing(
    enter: Callable[..., Page], site: Site, login: str | None, viewport: dict[str, int], scheme: str
) -> None:
    page = enter(login, color_scheme=scheme, viewport=viewport)
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    for path in PAGES[login]:
        page.goto(f"{site.url}{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} scrolls sideways by {wide} px"
    assert complaints == []
