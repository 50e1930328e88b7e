"""Screens that live through a network loss, and members' own codes, as real browsers run them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Site, serving

pytestmark = pytest.mark.browser

DIGITS = re.compile(r"\d{4} \d{4}")
# A code of our own drawer is read by the decoder that phones use.
READ = """async () => {
  const { decodeQR } = await import([...document.scripts].find((one) => one.src.includes("/modules/")).src
    .replace(/modules\\/.*/, "vendor/qr/decode.js"));
  const path = document.querySelector("#qr");
  const size = Number(path.closest("svg").getAttribute("viewBox").split(" ")[2]);
  const canvas = new OffscreenCanvas(size * 6, size * 6);
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, size * 6, size * 6);
  brush.scale(6, 6);
  brush.fillStyle = "#000";
  brush.fill(new Path2D(path.getAttribute("d")));
  return decodeQR(brush.getImageData(0, 0, size * 6, size * 6));
}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server of its own for each test: a screen that is closed must not be another test's."""
    with serving(tmp_path) as site:
        yield site


def screen(enter: Callable[..., Page], site: Site, **options: Any) -> Page:
    """Open a screen by a link that the leader makes."""
    leader = enter("leader")
    leader.goto(f"{site.url}/sites/READ")
    leader.get_by_role("button", name="生成出示屏链接").click()
    page = enter(None, **options)
    page.goto(leader.input_value("#f-link"))
    page.get_by_role("button", name="在此出示签到码").click()
    expect(page.locator("#typed")).to_have_text(DIGITS)
    return page


def digits(page: Page) -> str:
    return page.locator("#typed").inner_text()


def until(page: Page, holds: str, arg: object = None) -> None:
    """Wait until a function of the page says yes. Its own waiting evaluates text: the policy forbids it."""
    for _ in range(80):
        if page.evaluate(holds, arg):
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"never came true: {holds}")


def kept_by_worker(page: Page, path: str = "/display") -> None:
    until(page, "() => navigator.serviceWorker.controller !== null")
    until(page, "(path) => caches.match(path).then((found) => found !== undefined)", path)


def test_a_screen_lives_through_a_network_loss_and_a_reload_in_it(
    enter: Callable[..., Page], site: Site
) -> None:
    page = screen(enter, site)
    kept_by_worker(page)
    page.context.set_offline(True)
    before = digits(page)
    expect(page.locator("#typed")).not_to_have_text(before, timeout=20_000)
    expect(page.locator("#typed")).to_have_text(DIGITS)
    expect(page.locator("#away")).to_contain_text("屏上的码仍然有效", timeout=40_000)
    page.reload()
    expect(page.locator("#typed")).to_have_text(DIGITS)
    expect(page.locator("#site")).to_have_text("岗位READ")
    code = page.evaluate(READ)
    page.context.set_offline(False)
    member = enter("mei")
    member.goto(code.replace("HTTP://LOCALHOST", "http://localhost"))
    member.get_by_role("button", name="签到", exact=True).click()
    expect(member.get_by_role("heading", name=re.compile("已签到"))).to_be_visible()
    expect(page.locator("#away")).to_be_hidden(timeout=15_000)


def test_a_screen_holds_no_code_of_the_past(enter: Callable[..., Page], site: Site) -> None:
    page = screen(enter, site)
    before = digits(page)
    expect(page.locator("#typed")).not_to_have_text(before, timeout=20_000)
    oldest, now = page.evaluate(
        """async () => {
          const script = [...document.scripts].find((one) => one.src.includes("/modules/"));
          const { openCodes } = await import(script.src.replace(/modules\\/.*/, "modules/code-shelf.js"));
          const { about, codes } = await (await openCodes(indexedDB, "/api/v1/display/sheet")).all();
          return [Math.min(...codes.map((one) => one.step)), Math.floor((Date.now() + about.offset) / 15000)];
        }"""
    )
    assert oldest == now


def test_a_screen_whose_own_clock_is_wrong_shows_the_servers_code(
    enter: Callable[..., Page], site: Site
) -> None:
    page = screen(enter, site)
    wrong = screen(enter, site)
    wrong.clock.install(time=1_700_000_000_000)
    wrong.reload()
    wrong.clock.run_for(2000)
    expect(wrong.locator("#typed")).to_have_text(DIGITS)
    code = wrong.evaluate(READ)
    member = enter("ning")
    member.goto(code.replace("HTTP://LOCALHOST", "http://localhost"))
    expect(member.get_by_role("button", name="签到", exact=True)).to_be_visible()
    assert digits(page) != digits(wrong)


def test_of_two_screens_the_revoked_one_ends_and_the_other_goes_on(
    enter: Callable[..., Page], site: Site
) -> None:
    first, second = screen(enter, site), screen(enter, site)
    assert digits(first) != digits(second)
    leader = enter("leader")
    leader.goto(f"{site.url}/sites/READ")
    expect(leader.get_by_text("凭链接打开的屏")).to_have_count(2)
    # The one that was opened last stands first.
    leader.get_by_role("button", name=re.compile("关闭")).first.click()
    expect(leader.get_by_text("这块屏已关闭")).to_be_visible()
    second.reload()
    expect(second.locator("#away")).to_contain_text("负责人已关闭这块屏", timeout=15_000)
    expect(second.locator("#typed")).to_have_text("")
    assert second.get_attribute("#qr", "d") == ""
    second.reload()
    expect(second.locator("#typed")).to_have_text("")
    first.reload()
    expect(first.locator("#typed")).to_have_text(DIGITS)


def test_the_leaders_own_pages_live_through_a_network_loss_too(
    enter: Callable[..., Page], site: Site
) -> None:
    page = enter("leader")
    page.goto(f"{site.url}/sites/READ/show")
    with page.expect_response("**/sheet*"):
        page.get_by_role("button", name="开始出示").click()
    expect(page.locator("#typed")).to_have_text(DIGITS)
    kept_by_worker(page)
    # The codes of a day are being put on the shelf.
    page.wait_for_timeout(1500)
    page.context.set_offline(True)
    before = digits(page)
    page.reload()
    expect(page.locator("#typed")).to_have_text(DIGITS)
    expect(page.locator("#typed")).not_to_have_text(before, timeout=20_000)


def test_a_pass_is_scanned_online_and_without_network_on_either_side(
    enter: Callable[..., Page], site: Site
) -> None:
    display = screen(enter, site)
    member = enter("mei")
    member.goto(display.evaluate(READ).replace("HTTP://LOCALHOST", "http://localhost"))
    member.get_by_role("button", name="签到", exact=True).click()
    expect(member.get_by_role("heading", name=re.compile("已签到"))).to_be_visible()
    leader = enter("leader")
    leader.goto(f"{site.url}/shifts/NOW/passes")
    leader.locator("#passes[data-ready]").wait_for()

    scan(leader, own_code(member, site))
    expect(leader.locator("#scanned")).to_contain_text("李梅")
    expect(leader.locator("#scanned")).to_contain_text("已见证")
    member.goto(f"{site.url}/records")
    expect(member.get_by_text("A 双向核验").first).to_be_visible()

    kept_by_worker(member, "/pass")
    member.context.set_offline(True)
    leader.context.set_offline(True)
    before = leader.locator("#scanned li").count()
    scan(leader, own_code(member, site, after=True))
    expect(leader.locator("#scanned li")).to_have_count(before + 1)
    expect(leader.locator("#scanned li").first).to_contain_text("已保存，联网后显示姓名")
    expect(leader.locator("#scanned li").first).not_to_contain_text("李梅")
    leader.context.set_offline(False)
    expect(leader.locator("#scanned li").first).to_contain_text("李梅", timeout=30_000)


def own_code(member: Page, site: Site, *, after: bool = False) -> str:
    """Return what the member's phone shows; *after*: the next one."""
    member.goto(f"{site.url}/pass")
    expect(member.locator("#say")).to_have_text("每 15 秒更换一次。")
    until(member, "() => document.querySelector('#qr').getAttribute('d').length > 100")
    text: str = member.evaluate(READ)
    if after:
        was = member.get_attribute("#qr", "d")
        until(member, "(was) => document.querySelector('#qr').getAttribute('d') !== was", was)
        text = member.evaluate(READ)
    assert re.fullmatch("F3:[A-Z2-7]{117}", text)
    return text


def scan(leader: Page, text: str) -> None:
    leader.evaluate("text => document.dispatchEvent(new CustomEvent('pass-scanned', { detail: text }))", text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "viewport", [PHONE, DESK, {"width": 844, "height": 390}], ids=["phone", "desk", "landscape"]
)
def test_axe_finds_nothing_on_a_screen_and_at_the_hosts(
    enter: Callable[..., Page], site: Site, viewport: dict[str, int], scheme: str
) -> None:
    leader = enter("leader", viewport=viewport, color_scheme=scheme)
    host = enter(None, viewport=viewport, color_scheme=scheme)
    leader.goto(f"{site.url}/shifts/NOW")
    leader.get_by_role("button", name="生成接待方链接").click()
    clean(leader)
    host.goto(leader.input_value("#f-link"))
    clean(host)
    host.get_by_role("button", name="在此出示签到码").click()
    expect(host.locator("#typed")).to_have_text(DIGITS)
    clean(host)
    host.get_by_role("link", name="接待方：填报人数、确认属实").click()
    clean(host)
    host.goto(f"{site.url}/display/nothing")
    clean(host)
    leader.goto(f"{site.url}/shifts/NOW")
    leader.fill("#f-counted", "0")
    leader.get_by_role("button", name="看名单").click()
    clean(leader)


def clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"
