"""The whole loop as people do it: a screen at the post, a phone in the hand, the branch looking on."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PASSWORD, Site
from volunteer import clock

pytestmark = pytest.mark.browser


def test_in_and_out_and_the_hours_agree_everywhere(
    enter: Callable[..., Page], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_now = clock.utc_now
    display = enter("leader")
    display.goto(f"{site.url}/sites/READ/show")
    display.get_by_role("button", name="开始出示").click()
    expect(display.get_by_role("img", name="签到码")).to_be_visible()
    digits = display.locator("#typed")

    phone = enter("mei")
    type_digits(phone, site, digits.inner_text())
    expect(phone.get_by_role("heading", name=re.compile("已签到"))).to_be_visible()
    expect(display.locator("#inside")).to_have_text("1", timeout=20_000)
    expect(display.locator("#names")).to_have_text("李**")

    phone.goto(f"{site.url}/home")
    expect(phone.get_by_text("服务中")).to_be_visible()

    # Three quarters of an hour later, a quarter before the end: the scan itself checks out.
    monkeypatch.setattr(clock, "utc_now", lambda: real_now() + timedelta(minutes=45))
    before = digits.inner_text()
    display.reload()
    expect(digits).not_to_have_text(before)
    with display.expect_response("**/beat"):
        display.reload()
    phone.goto(f"{site.url}/c/{link_shown(display)}")
    phone.get_by_role("button", name="签退", exact=True).click()
    expect(phone.get_by_role("heading", name=re.compile("已签退"))).to_be_visible()
    expect(phone.get_by_text(re.compile(r"本次 0 小时 4\d 分"))).to_be_visible()

    phone.goto(f"{site.url}/records")
    expect(phone.get_by_text("已认定", exact=True)).to_be_visible()
    phone.locator("summary").first.click()
    expect(phone.get_by_text("从签到到签退")).to_be_visible()
    phone.goto(f"{site.url}/home")
    hours = phone.locator("#ring b").inner_text()
    assert hours in ("0.75", "0.76", "0.78", "0.80")

    desk = enter("secretary", viewport=DESK)
    for path in ("/units/LAW", "/units/LAW/places", f"/members/{site.cast.mei}"):
        desk.goto(f"{site.url}{path}")
        expect(desk.get_by_text(hours).first).to_be_visible()
    for path in ("/units/LAW/places", "/units/LAW/places/bases"):
        desk.goto(f"{site.url}{path}")
        listed = desk.locator("section[aria-labelledby=list] tbody tr")
        expect(listed.filter(has_text=hours)).to_have_count(1)
    desk.goto(f"{site.url}/units/LAW")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="CSV").click()
    exported = download.value.path().read_text(encoding="utf-8-sig")
    line = next(line for line in exported.splitlines() if line.startswith("2023010001"))
    assert f",{hours}," in line


def test_a_scanned_link_survives_the_sign_in(enter: Callable[..., Page], site: Site) -> None:
    display = enter("leader")
    display.goto(f"{site.url}/sites/READ/show")
    if display.get_by_role("button", name="开始出示").is_visible():
        display.get_by_role("button", name="开始出示").click()
    stranger = enter(None)
    stranger.goto(f"{site.url}/C/{link_shown(display)}")
    stranger.get_by_role("link", name="登录").click()
    stranger.fill("[name=login]", "ning")
    stranger.fill("[name=password]", PASSWORD)
    stranger.locator("form[action='/sign-in'] button").click()
    stranger.get_by_role("button", name="签到", exact=True).click()
    expect(stranger.get_by_role("heading", name=re.compile("已签到"))).to_be_visible()


def test_the_code_changes_by_itself_and_needs_no_script_to_be_shown(
    enter: Callable[..., Page], site: Site
) -> None:
    display = enter("office")
    display.goto(f"{site.url}/sites/READ/show")
    display.get_by_role("button", name="开始出示").click()
    first = display.locator("#typed").inner_text()
    expect(display.locator("#typed")).not_to_have_text(first, timeout=20_000)
    bare = enter("office", java_script_enabled=False)
    bare.goto(f"{site.url}/sites/READ/show")
    expect(bare.locator("#typed")).to_have_text(re.compile(r"\d{4} \d{4}"))


def type_digits(phone: Page, site: Site, digits: str) -> None:
    phone.goto(f"{site.url}/scan")
    phone.get_by_label("服务岗").select_option(str(site.cast.post))
    phone.get_by_label("8 位数字码").fill(digits)
    phone.get_by_role("button", name="签到 / 签退").click()


def link_shown(display: Page) -> str:
    """Return the code that the display's QR holds just now, as its API tells."""
    answer = display.request.get(f"{display.url.rpartition('/sites/')[0]}/api/v1/sites/READ/code")
    return urlsplit(answer.json()["url"]).path.rpartition("/")[2]
