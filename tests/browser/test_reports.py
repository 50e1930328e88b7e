"""Friday: a secretary sees whom to call, writes the report, freezes it, and takes text and paper along."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Site
from volunteer import clock

pytestmark = pytest.mark.browser


def clean(page: Page) -> None:
    """See that axe finds nothing here, and that nothing is wider than the page."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def test_the_friday_page_leads_to_whom_to_call_and_to_the_report(
    enter: Callable[..., Page],
    site: Site,
    tmp_path: Path,
    viewport: dict[str, int],
    scheme: str,
) -> None:
    page = enter("secretary", viewport=viewport, color_scheme=scheme)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site.url}/units/LAW")
    expect(page.locator("h1")).to_have_text("党组织LAW")
    # Furthest from the hours first, with her way.
    page.click("main table >> text=𠮷宁")
    expect(page.locator("h1")).to_have_text("𠮷宁")
    page.goto(f"{site.url}/units/LAW")
    page.click("main nav >> text=统计报表")
    clean(page)
    page.click(".report-kinds dd a >> nth=0")
    expect(page.locator(".line").first).to_contain_text("2 名预备党员")
    page.click("[data-copy]")
    expect(page.locator("[data-copy]")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#f-paste")
    page.fill("[name=shortcomings]", f"补录偏多 {viewport['width']}")
    page.fill("[name=plans]", "下月\n继续")
    page.click("text=定稿存档")
    page.wait_for_url("**/reports/*")
    clean(page)
    expect(page.locator("main")).to_contain_text("补录偏多")
    with page.expect_download() as waiting:
        page.click("text=打印（PDF）")
    assert waiting.value.suggested_filename.endswith(".pdf")
    waiting.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    page.click("text=定稿后的变化")
    expect(page.locator("main")).to_contain_text("没有变化")
    clean(page)


def test_days_are_chosen_and_wrong_ones_are_told(enter: Callable[..., Page], site: Site) -> None:
    page = enter("secretary")
    page.goto(f"{site.url}/units/LAW/reports")
    page.click("summary")
    today = clock.utc_now().date()
    page.fill("[name=from]", str(today - timedelta(days=3)))
    page.fill("[name=to]", str(today - timedelta(days=4)))
    page.click("main details button")
    expect(page.locator("main")).to_contain_text("结束日期早于开始日期")
