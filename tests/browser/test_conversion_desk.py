"""A secretary proposes on her phone, the college turns it down at its desk, and the sheet is a file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, Site
from volunteer import clock

pytestmark = pytest.mark.browser


def clean(page: Page) -> None:
    """See that axe finds nothing here."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_proposal_goes_from_the_branch_to_the_college_and_back(
    enter: Callable[..., Page], site: Site, scheme: str
) -> None:
    secretary = enter("secretary", color_scheme=scheme)
    secretary.goto(f"{site.url}/members/{site.cast.ning}/propose")
    secretary.select_option("[name=what]", "conversion")
    secretary.fill("[name=reason]", "支部大会决议")
    secretary.click("main form button.main")
    # Not due: said before anybody else is asked.
    assert secretary.locator(".wrong").count() == 1
    clean(secretary)
    secretary.select_option("[name=what]", "cancellation")
    secretary.fill("[name=on]", str(clock.utc_now().date()))
    secretary.click("main form button.main")
    secretary.wait_for_url("**/decisions/*")
    clean(secretary)
    office = enter("office", color_scheme=scheme, viewport=DESK)
    office.goto(f"{site.url}/units/COL/conversion")
    clean(office)
    office.click("text=取消预备党员资格")
    office.wait_for_url("**/decisions/*")
    clean(office)
    office.click("summary")
    office.fill("[name=reason]", "缺会议记录")
    office.click("details button")
    office.wait_for_selector("text=缺会议记录")
    clean(office)
    secretary.reload()
    assert "缺会议记录" in secretary.inner_text("main")


def test_the_hours_sheet_is_a_file_of_her_name(
    enter: Callable[..., Page], site: Site, tmp_path: Path
) -> None:
    secretary = enter("secretary")
    secretary.goto(f"{site.url}/members/{site.cast.mei}")
    with secretary.expect_download() as waiting:
        secretary.click("text=服务时长汇总单")
    file = waiting.value
    assert file.suggested_filename == "李梅-2023010001-服务时长汇总单.pdf"
    file.save_as(tmp_path / "sheet.pdf")
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
