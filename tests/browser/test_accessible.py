"""axe finds nothing on any page, in either theme; nothing scrolls sideways; no script or style is refused."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
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
        "/sign-ups",
        "/inbox",
        "/notices",
        "/notices/{notice}",
        "/notices/{notice}/members/1",
        "/notices/{notice}/records/{served}/object",
        "/me",
        "/me/certificate",
        "/me/stored",
        "/me/stored/visit",
        "/me/erasure",
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
        "/units/LAW/posts/READ/sheet",
        "/units/LAW/records?period=2026",
        "/visits/{served}",
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
        "/registry/import/outside",
        "/registry/import/outside/{sheet}",
        "/outside-files",
        "/outside-files/{batch}",
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
        "/units/COL/certificates",
        "/certificates/{certificate}",
        "/erasures",
        "/inbox",
        "/trail",
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
        "/registry/import/outside",
        "/registry/import/outside/{outside}",
        "/outside-files",
        "/outside-files/{batch}",
        "/posts/READ/timetable",
        "/units/COL/week",
        "/units/COL/gaps",
        "/terms",
        "/terms/new",
        "/terms/T/edit",
        "/calendar?year=2026",
        "/policy",
        "/policy/new",
        "/policy/1/recount",
        "/recounts/{order}",
        "/units/COL/slips",
        "/review",
        "/approvers",
        "/approvers/1",
        "/spot-checks",
        "/spot-checks/{draw}",
        "/accounts",
        "/accounts/1",
        "/accounts/4",
    ],
    "admin": ["/accounts/new", "/slips", "/accounts/1"],
}

# These are looked at as they refuse.
REFUSED = {"/c/NOT-A-CODE", "/units/BIO"}


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
