"""The phone: a scanner of its own, an outbox that loses nothing, and pages that open without network."""

import io
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import qrcode
from PIL import Image
from playwright.sync_api import BrowserContext, Error, Page, Playwright, Route, expect

from tests.browser.conftest import CHROMIUM, FLAGS, PASSWORD, PHONE, Site, serving
from tests.browser.test_loop import link_shown
from volunteer.web import pwa

pytestmark = pytest.mark.browser

SAVED = re.compile("已保存在本机")
FOREIGN = "https://menu.example/table/7"
BATCH = "POST /api/v1/scans/batch"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server of its own for each test: what a phone sends must not be another test's."""
    with serving(tmp_path) as site:
        yield site


@pytest.fixture
def link(enter: Callable[..., Page], site: Site) -> str:
    """The address that the code at the post holds now."""
    display = enter("leader")
    display.goto(f"{site.url}/sites/READ/show")
    display.get_by_role("button", name="开始出示").click()
    expect(display.get_by_role("img", name="签到码")).to_be_visible()
    return f"{site.url}/C/{link_shown(display)}".upper()


def picture(text: str) -> Image.Image:
    """Return a camera's view of a code."""
    code = qrcode.QRCode(border=4, box_size=8, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    view = Image.new("L", (640, 480), 200)
    drawn = code.make_image().get_image().convert("L")
    view.paste(drawn, ((640 - drawn.width) // 2, (480 - drawn.height) // 2))
    return view


def photo(text: str) -> dict[str, Any]:
    held = io.BytesIO()
    picture(text).save(held, "PNG")
    return {"name": "code.png", "mimeType": "image/png", "buffer": held.getvalue()}


def scan(page: Page, text: str) -> None:
    """Read a code as the camera would, from a photo."""
    page.set_input_files("[data-part=photo]", photo(text))


def is_ready(page: Page) -> None:
    """Wait until the worker stands behind the pages and has kept the two."""
    until(page, "caches.open('pages').then((cache) => cache.keys()).then((kept) => kept.length === 2)")


def until(page: Page, truth: str) -> None:
    """Wait until a script's expression is true; the page's policy forbids the usual way."""
    # A busy machine is slow, not wrong.
    for _ in range(300):
        if page.evaluate(truth):
            return
        page.wait_for_timeout(100)
    raise AssertionError(truth)


def until_sent(page: Page, site: Site) -> None:
    """Wait until some page, or the worker, has sent what waited."""
    for _ in range(300):
        if BATCH in site.asked:
            return
        page.wait_for_timeout(100)
    raise AssertionError("nothing was sent")


def signed_in(context: BrowserContext, site: Site, login: str) -> Page:
    # Somebody may still be signed in, and would be sent on.
    context.clear_cookies()
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{site.url}/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.wait_for_url("**/home")
    return page


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Callable[..., Any]:
    """Open a phone that keeps what it stores, also when it is killed."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium: apt-get install chromium")

    @contextmanager
    def phone(*flags: str) -> Iterator[BrowserContext]:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=str(CHROMIUM),
            args=[*FLAGS, *flags],
            viewport=PHONE,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        try:
            yield context
        finally:
            # One that was killed has nothing to close.
            with suppress(Error):
                context.close()

    return phone


def kill(folder: Path) -> None:
    """End every process of the browser that works on this folder, as a phone that runs out of power does."""
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in found.read_bytes():
                os.kill(int(found.parent.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


def test_the_camera_reads_the_code_and_checks_in(
    phone: Callable[..., Any], site: Site, link: str, tmp_path: Path
) -> None:
    frames = io.BytesIO()
    for _ in range(20):
        picture(link).save(frames, "JPEG", quality=90)
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(frames.getvalue())
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with phone(*camera, f"--use-file-for-fake-video-capture={film}") as context:
        page = signed_in(context, site, "mei")
        page.goto(f"{site.url}/scan")
        # Where the browser allows it already, the camera opens by itself, and no button is left to press.
        with suppress(Error):
            page.get_by_role("button", name="打开摄像头").click(timeout=2000)
        expect(page.get_by_role("heading", name=re.compile("已签到"))).to_be_visible()
        assert re.search(r"/records/\d+/done$", page.url)


def test_a_second_scan_changes_nothing_and_leaving_early_is_a_button_of_its_own(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei")
    page.goto(f"{site.url}/scan")
    scan(page, link)
    expect(page.get_by_role("heading", name=re.compile("已签到"))).to_be_visible()
    page.goto(f"{site.url}/scan")
    scan(page, link)
    expect(page.get_by_role("heading", name=re.compile("已签到，正在服务"))).to_be_visible()
    page.locator("#told").get_by_role("button", name="提前离岗，现在签退").click()
    expect(page.get_by_role("heading", name=re.compile("已签退"))).to_be_visible()


def test_a_foreign_code_is_named_so_and_opens_nothing(enter: Callable[..., Page], site: Site) -> None:
    page = enter("mei")
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    before = len(site.asked)
    scan(page, FOREIGN)
    expect(page.get_by_text("这不是我们的签到码")).to_be_visible()
    assert page.url == f"{site.url}/scan"
    assert [asked for asked in site.asked[before:] if "/static/" not in asked] == []


def test_a_refused_scan_says_why(enter: Callable[..., Page], site: Site) -> None:
    page = enter("mei")
    page.goto(f"{site.url}/scan")
    scan(page, f"{site.url}/C/{'A' * 31}".upper())
    expect(page.get_by_role("heading", name="没有记录成功")).to_be_visible()
    expect(page.locator("#told")).to_contain_text("这不是本校签到码")
    expect(page.locator("#outbox")).to_be_hidden()


def test_without_network_a_scan_is_saved_and_uploaded_when_it_is_back(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei")
    is_ready(page)
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    # The page, its scripts and the reader now come from the phone.
    page.goto(f"{site.url}/scan")
    scan(page, link)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    expect(page.locator("#outbox li")).to_have_count(1)
    page.goto(f"{site.url}/home")
    expect(page.locator("#waiting")).to_contain_text("1 条待上传")
    expect(page.locator("#kept")).to_be_visible()
    page.context.set_offline(False)
    # The page that was kept makes itself new.
    expect(page.locator("#kept")).to_be_hidden()
    until_sent(page, site)
    expect(page.locator("#waiting")).to_be_hidden()
    page.goto(f"{site.url}/home")
    expect(page.get_by_text("服务中")).to_be_visible()
    expect(page.locator("#waiting")).to_be_hidden()


def test_a_phone_that_dies_after_saving_has_lost_nothing(
    phone: Callable[..., Any], site: Site, link: str, tmp_path: Path
) -> None:
    with phone() as context:
        page = signed_in(context, site, "mei")
        is_ready(page)
        page.goto(f"{site.url}/scan")
        page.wait_for_load_state("networkidle")
        context.set_offline(True)
        scan(page, link)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
        kill(tmp_path / "profile")
    assert BATCH not in site.asked
    with phone() as context:
        # Whether the browser had written down her session when it died is chance; the scan it had.
        page = signed_in(context, site, "mei")
        # Home sends it; whoever goes on before the answer has come makes the phone ask again.
        until_sent(page, site)
        expect(page.locator("#waiting")).to_be_hidden()
        page.goto(f"{site.url}/scan")
        expect(page.locator("#outbox")).to_be_hidden()
        page.goto(f"{site.url}/records")
        expect(page.get_by_text("服务中")).to_be_visible()
        assert site.asked.count(BATCH) == 1


def test_a_phone_that_dies_before_it_has_saved_never_said_saved(
    phone: Callable[..., Any], site: Site, link: str, tmp_path: Path
) -> None:
    with phone() as context:
        context.add_init_script("SubtleCrypto.prototype.sign = () => new Promise(() => {})")
        page = signed_in(context, site, "mei")
        is_ready(page)
        page.goto(f"{site.url}/scan")
        page.wait_for_load_state("networkidle")
        context.set_offline(True)
        scan(page, link)
        expect(page.locator("[data-part=say]")).to_have_text("已识别，请稍候…")
        expect(page.get_by_role("heading", name=SAVED)).to_have_count(0)
        kill(tmp_path / "profile")
    with phone() as context:
        page = signed_in(context, site, "mei")
        is_ready(page)
        page.goto(f"{site.url}/scan")
        page.wait_for_load_state("networkidle")
        expect(page.locator("#outbox")).to_be_hidden()
        context.set_offline(True)
        scan(page, link)
        expect(page.get_by_role("heading", name=SAVED)).to_be_visible()


def test_a_phone_whose_clock_is_ten_years_slow_is_believed_by_its_code(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei")
    is_ready(page)
    page.context.clock.set_fixed_time(datetime.now(UTC) - timedelta(days=3650))
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#outbox")).to_be_hidden()
    page.goto(f"{site.url}/home")
    expect(page.get_by_text("服务中")).to_be_visible()


def test_a_code_opened_without_network_can_be_saved(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei")
    is_ready(page)
    page.context.set_offline(True)
    page.goto(link.lower().replace("/c/", "/C/"))
    page.get_by_role("button", name="保存这次扫码").click()
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()


def test_nobody_signed_in_saves_nothing_and_is_told_so(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter(None)
    page.goto(f"{site.url}/scan/offline")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name="没有保存")).to_be_visible()
    expect(page.locator("#outbox")).to_be_hidden()


def test_a_phone_that_can_keep_nothing_says_so_and_what_to_do(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei")
    page.add_init_script("Object.defineProperty(globalThis, 'indexedDB', {value: undefined})")
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name="没有保存")).to_be_visible()
    expect(page.locator("#told")).to_contain_text("截屏")


def test_two_pages_send_a_scan_once(enter: Callable[..., Page], site: Site, link: str) -> None:
    page = enter("mei")
    is_ready(page)
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    other = page.context.new_page()
    other.goto(f"{site.url}/home")
    other.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#outbox")).to_be_hidden()
    expect(other.locator("#waiting")).to_be_hidden()
    other.wait_for_load_state("networkidle")
    assert site.asked.count(BATCH) == 1


def test_two_pages_send_a_scan_once_also_where_the_browser_has_no_locks(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei", service_workers="block")
    page.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})")
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    other = page.context.new_page()
    other.goto(f"{site.url}/home")
    other.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#outbox")).to_be_hidden()
    expect(other.locator("#waiting")).to_be_hidden()
    assert site.asked.count(BATCH) == 1


def test_the_worker_sends_what_waits_when_no_page_is_open(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei")
    is_ready(page)
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    # From here on no page of ours is open, and while one was, it had no network.
    page.goto("about:blank")
    page.context.set_offline(False)
    session = page.context.new_cdp_session(page)
    workers: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: workers.extend(one["registrationId"] for one in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    for _ in range(100):
        if workers:
            break
        page.wait_for_timeout(100)
    # What the browser does by itself once the network is back, at a time of its choosing, or already.
    woken = {"origin": site.url, "registrationId": workers[-1], "tag": "outbox", "lastChance": False}
    session.send("ServiceWorker.dispatchSyncEvent", woken)
    until_sent(page, site)
    page.goto(f"{site.url}/home")
    expect(page.get_by_text("服务中")).to_be_visible()
    assert site.asked.count(BATCH) == 1


def test_a_verdict_whose_answer_was_lost_is_asked_for_again_and_is_the_same(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei", service_workers="block")
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    lost: list[str] = []
    is_losing = [True]

    def lose(route: Route) -> None:
        # However often the phone asks by itself meanwhile.
        if not is_losing[0]:
            route.continue_()
            return
        lost.append(route.fetch().text())
        route.abort()

    page.context.route("**/api/v1/scans/batch", lose)
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    page.context.set_offline(False)
    for _ in range(200):
        if lost:
            break
        page.wait_for_timeout(100)
    expect(page.locator("#outbox li")).to_contain_text("待上传")
    is_losing[0] = False
    page.reload()
    expect(page.locator("#outbox")).to_be_hidden()
    assert lost and all('"accepted"' in answer for answer in lost)
    assert site.asked.count(BATCH) == len(lost) + 1
    page.goto(f"{site.url}/records")
    expect(page.get_by_text("服务中")).to_have_count(1)


def test_anothers_scans_wait_for_her_on_a_shared_phone(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei")
    is_ready(page)
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    # Her session ends before the network is back.
    page.context.clear_cookies()
    page.close()
    page.context.set_offline(False)
    other = signed_in(page.context, site, "ning")
    other.goto(f"{site.url}/scan")
    expect(other.locator("#outbox li")).to_contain_text("等 m** 在这台手机上登录后上传")
    assert site.asked.count(BATCH) == 0


def test_home_and_records_open_without_network_and_say_from_when_they_are(
    enter: Callable[..., Page], site: Site
) -> None:
    page = enter("mei")
    is_ready(page)
    page.context.set_offline(True)
    for path in ("/home", "/records"):
        page.goto(f"{site.url}{path}")
        expect(page.locator("#kept")).to_have_text(re.compile(r"没有网络：本页是 \d\d:\d\d 的内容"))
    page.goto(f"{site.url}/me")
    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()


def test_with_network_no_page_is_an_old_one(enter: Callable[..., Page], site: Site) -> None:
    page = enter("mei")
    is_ready(page)
    page.goto(f"{site.url}/home")
    expect(page.get_by_role("heading", name="近期班次")).to_be_visible()
    expect(page.locator("#kept")).to_be_hidden()


def test_signing_out_clears_what_was_kept(enter: Callable[..., Page], site: Site) -> None:
    page = enter("mei")
    is_ready(page)
    page.goto(f"{site.url}/me")
    page.get_by_role("button", name="退出登录", exact=True).click()
    page.wait_for_url("**/sign-in")
    page.context.set_offline(True)
    page.goto(f"{site.url}/home")
    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()


def test_another_account_never_sees_what_was_kept(enter: Callable[..., Page], site: Site) -> None:
    page = enter("mei")
    is_ready(page)
    # Her session ends elsewhere, and the next one signs in on the same phone.
    page.context.clear_cookies()
    page.goto("about:blank")
    page = signed_in(page.context, site, "ning")
    is_ready(page)
    page.context.set_offline(True)
    for path in ("/home", "/records"):
        page.goto(f"{site.url}{path}")
        expect(page.locator("#kept")).to_be_visible()
        expect(page.locator("body")).to_have_attribute("data-member", "2023010002")


def test_a_new_version_takes_nothing_out_of_the_outbox_or_out_of_the_hands(
    enter: Callable[..., Page], site: Site, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = enter("mei")
    is_ready(page)
    page.goto(f"{site.url}/scan")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    scan(page, link)
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    shells = "caches.keys().then((all) => all.filter((name) => name.startsWith('shell-')).length)"
    assert page.evaluate(shells) == 1
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.fill("#f-digits", "1234")
    monkeypatch.setattr(pwa, "SHELL_FILES", pwa.SHELL_FILES[:-1])
    pwa._shell.cache_clear()
    registered = "navigator.serviceWorker.getRegistration()"
    # A network that has just come back may lose the first question.
    update = "found.update().then(() => found.waiting !== null, () => false)"
    until(page, f"{registered}.then((found) => {update})")
    assert page.evaluate(shells) == 2
    assert page.input_value("#f-digits") == "1234"
    # The next page brings the new worker in.
    page.goto(f"{site.url}/scan/offline")
    until(page, f"{registered}.then((found) => found.waiting === null)")
    expect(page.locator("#outbox li")).to_contain_text("待上传")
    pwa._shell.cache_clear()


def test_the_site_can_be_installed(phone: Callable[..., Any], site: Site) -> None:
    with phone() as context:
        page = signed_in(context, site, "mei")
        is_ready(page)
        page.goto(f"{site.url}/home")
        session = context.new_cdp_session(page)
        assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


@pytest.mark.parametrize(
    ("agent", "expected"),
    [("MicroMessenger/8.0.50", "在浏览器打开并收藏"), ("", "添加到主屏幕")],
    ids=["in WeChat", "in a browser"],
)
def test_the_first_visit_says_once_how_the_site_is_better_opened(
    enter: Callable[..., Page], site: Site, agent: str, expected: str
) -> None:
    page = enter("mei", **({"user_agent": f"Mozilla/5.0 {agent}"} if agent else {}))
    expect(page.locator("#hint")).to_contain_text(expected)
    page.get_by_role("button", name="不再显示").click()
    page.reload()
    expect(page.locator("#hint")).to_be_hidden()


def test_the_page_of_a_code_weighs_less_than_fifty_kilobytes(
    enter: Callable[..., Page], site: Site, link: str
) -> None:
    page = enter("mei", service_workers="block")
    weights: dict[str, int] = {}
    page.on("response", lambda answer: weights.update({answer.url: len(answer.body())}))
    page.goto(f"{site.url}/c/{link.rpartition('/')[2]}")
    expect(page.get_by_role("button", name="签到", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert any("app.css" in url for url in weights)
    assert any("app.js" in url for url in weights)
    assert not any("vendor" in url for url in weights)
    assert sum(weights.values()) < 50_000, weights
