"""What a phone stands on, in the engine of an iPhone: the worker, the outbox, and the reader in wasm."""

import pytest

from tests.webkit.conftest import Phone, Server, picture_url
from volunteer.models import QueuedScan, VisitFlag
from volunteer.rules.kinds import Flag

pytestmark = pytest.mark.webkit

KEPT = "caches.open('pages').then((cache) => cache.keys()).then((kept) => kept.length)"
BATCH = "POST /api/v1/scans/batch"
# The reader that the scanner falls back to is not asked here.
READS_BY_WASM = """
const [photo, say] = arguments;
const modules = new URL(".", document.querySelector("script[type=module]").src).href;
const { zxing } = await import(`${modules}decoder.js`);
const picture = new Image();
picture.src = photo;
await picture.decode();
const brush = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
brush.drawImage(picture, 0, 0);
say(await (await zxing())(brush.getImageData(0, 0, picture.width, picture.height)));
"""


def test_the_worker_keeps_two_pages_that_open_without_network(phone: Phone, server: Server) -> None:
    phone.until(lambda: phone.ask(KEPT) == 2)
    server.cut()
    for path in ("/home", "/records"):
        phone.open(path)
        phone.sees("#kept", "没有网络：本页是")
    phone.open("/me")
    phone.sees("h1", "没有网络")


def test_a_scan_without_network_is_saved_and_uploaded_once_when_it_is_back(
    phone: Phone, server: Server
) -> None:
    phone.until(lambda: phone.ask(KEPT) == 2)
    phone.open("/scan")
    link = server.link
    server.cut()
    # The page, its scripts and the reader now come from the phone.
    phone.open("/scan")
    phone.scan(link)
    phone.sees("#told", "已保存在本机")
    phone.open("/home")
    phone.sees("#waiting", "1 条待上传")
    assert BATCH not in server.asked
    server.mend()
    phone.open("/home")
    phone.until(lambda: BATCH in server.asked and not phone.find("#waiting").is_displayed())
    phone.open("/home")
    phone.sees("main", "服务中")
    assert server.asked.count(BATCH) == 1


def test_a_scan_that_waits_is_sent_by_the_page_that_is_still_open(phone: Phone, server: Server) -> None:
    phone.open("/scan")
    phone.until(lambda: phone.ask(KEPT) == 2)
    link = server.link
    server.cut()
    phone.scan(link)
    phone.sees("#told", "已保存在本机")
    phone.sees("#outbox li", "待上传")
    server.mend()
    # What a phone's browser says when the network is back.
    phone.browser.execute_script("dispatchEvent(new Event('online'))")
    phone.until(lambda: not phone.find("#outbox").is_displayed())
    assert server.asked.count(BATCH) == 1


def test_the_reader_in_wasm_runs_under_the_pages_policy(phone: Phone, server: Server) -> None:
    phone.open("/scan")
    assert phone.browser.execute_async_script(READS_BY_WASM, picture_url(server.link)) == server.link


def test_what_the_phone_uploads_is_signed_by_a_key_that_it_kept(phone: Phone, server: Server) -> None:
    phone.open("/scan")
    phone.until(lambda: "POST /api/v1/devices" in server.asked)
    link = server.link
    server.cut()
    phone.scan(link)
    phone.sees("#told", "已保存在本机")
    server.mend()
    phone.open("/scan")
    phone.until(lambda: BATCH in server.asked and not phone.find("#outbox").is_displayed())
    assert server.all(QueuedScan.signature) != [None]
    assert Flag.UNSIGNED_QUEUE not in server.all(VisitFlag.flag)
