"""By keyboard alone: sign in, check in by the typed code, ask for a correction, read why; focus is seen."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PASSWORD, Site
from volunteer import clock

pytestmark = pytest.mark.browser
MOST_TABS = 60
# Something is drawn around what has the focus.
IS_SEEN = """one => {
    const style = getComputedStyle(one)
    const box = one.getBoundingClientRect()
    const isDrawn = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    return isDrawn && box.width > 0 && box.bottom > 0 && box.top < innerHeight
}"""


def go_to(page: Page, wanted: Locator) -> None:
    """Press Tab until *wanted* has the focus; each stop on the way must be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if focus.count() == 0:
            continue  # The browser's own bar, between the end of the page and its beginning.
        assert focus.evaluate(IS_SEEN), f"the focus on {focus.evaluate('one => one.outerHTML')} is not seen"
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def type_moment(page: Page, moment: datetime) -> None:
    """Type into the parts of a field for day and time, in the order of an English browser."""
    page.keyboard.type(moment.strftime("%m%d%Y%I%M%p"))


def test_a_member_needs_no_pointer(
    enter: Callable[..., Page], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    display = enter("leader")
    display.goto(f"{site.url}/sites/READ/show")
    if display.get_by_role("button", name="开始出示").is_visible():
        display.get_by_role("button", name="开始出示").click()
    digits = display.locator("#typed").inner_text()

    page = enter(None, viewport=DESK)
    page.goto(f"{site.url}/sign-in?next=/scan")
    go_to(page, page.get_by_label("账号或学号"))
    page.keyboard.type("ning")
    go_to(page, page.get_by_label("密码"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/scan")

    go_to(page, page.get_by_label("服务岗"))
    page.keyboard.press("ArrowDown")
    go_to(page, page.get_by_label("8 位数字码"))
    page.keyboard.type(digits)
    go_to(page, page.get_by_role("button", name="签到 / 签退"))
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name=re.compile("已签到"))).to_be_visible()

    # Long after the shift: she forgot to check out.
    real_now = clock.utc_now
    monkeypatch.setattr(clock, "utc_now", lambda: real_now() + timedelta(hours=5))
    page.goto(f"{site.url}/home")
    go_to(page, page.get_by_role("link", name="补签退"))
    page.keyboard.press("Enter")
    left_at = page.locator("[name=ends_at]")
    latest = str(left_at.get_attribute("max"))
    go_to(page, left_at)
    type_moment(page, datetime.fromisoformat(latest))
    assert left_at.input_value() == latest
    go_to(page, page.get_by_label("没有签退的原因"))
    page.keyboard.type("手机没电了")
    go_to(page, page.get_by_role("button", name="提交申请"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/records")
    summary = page.locator("summary").first
    go_to(page, summary)
    page.keyboard.press("Space")
    assert summary.evaluate("one => one.parentElement.open")
