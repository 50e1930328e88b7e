"""A certificate on paper: its code read and verified with the server out of reach; revoked, read again."""

import base64
import io
from collections.abc import Callable, Iterator
from datetime import timedelta

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests import engines
from tests.actions.stage import Stage
from tests.browser.conftest import Site, serving
from tests.browser.test_phone import until
from tests.certificates.test_corpus import CORPUS
from tests.papers import certified
from volunteer import clock
from volunteer.web.assets import asset

pytestmark = pytest.mark.browser

KEPT = "caches.match('/verify').then((found) => Boolean(found && navigator.serviceWorker.controller))"
# The reader of our own scanner, on a picture of the paper.
DECODE = """async ([module, png]) => {
  const { zxing } = await import(module);
  const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  return (await zxing())(context.getImageData(0, 0, picture.width, picture.height));
}"""
JUDGE = """async ([module, texts]) => {
  const { judge, tokenIn } = await import(module);
  const keys = JSON.parse(document.querySelector("#verify").dataset.keys);
  const found = await Promise.all(texts.map((text) => judge(tokenIn(text), keys, crypto.subtle)));
  return found.map((one) => one.fault ?? "genuine");
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server of its own, with a certificate of our member that was issued today."""
    folder = tmp_path_factory.mktemp("certificates")
    with serving(folder) as site:
        engine = engines.open_engine(f"sqlite:///{folder / 'volunteer.db'}")
        with engine.connect().execution_options(is_writer=True) as connection, Session(connection) as session:
            _issue(Stage(session, site.cast, engines.fixed_campus()))
            session.commit()
        engine.dispose()
        yield site


def _issue(stage: Stage) -> None:
    now = clock.utc_now()
    start = now.replace(hour=1, minute=0, second=0) - timedelta(days=12)
    stage.system.shift("PAST", stage.cast.post, start, start + timedelta(hours=3))
    stage.come("mei", start)
    stage.leave("mei", start + timedelta(hours=3))
    certified(stage, shown=start + timedelta(hours=4), issued=now)


def picture_of(file: bytes) -> str:
    """Return the first page of a PDF as a printer and a camera would have it, in base64."""
    held = io.BytesIO()
    with pypdfium2.PdfDocument(file) as document:
        document[0].render(scale=200 / 72).to_pil().convert("L").save(held, "PNG")
    return base64.b64encode(held.getvalue()).decode()


@pytest.fixture
def stranger(enter: Callable[..., Page], site: Site) -> Page:
    """Somebody without an account who has opened the page once."""
    page = enter(None)
    page.goto(f"{site.url}/verify")
    until(page, KEPT)
    return page


def test_a_paper_verifies_without_network_and_after_its_revocation_says_so_with_one(
    enter: Callable[..., Page], site: Site, stranger: Page
) -> None:
    mei = enter("mei")
    mei.goto(f"{site.url}/me/certificate")
    href = mei.get_by_role("link", name="证明（PDF）").get_attribute("href")
    file = mei.context.request.get(f"{site.url}{href}").body()
    link = stranger.evaluate(DECODE, [f"{site.url}{asset('modules/decoder.js')}", picture_of(file)])
    assert str(link).startswith(f"{site.url}/verify#ey")

    stranger.context.set_offline(True)
    before = len(site.asked)
    _scan(stranger, link)
    expect(stranger.get_by_text("真实", exact=True)).to_be_visible()
    expect(stranger.get_by_text("李梅")).to_be_visible()
    expect(stranger.get_by_text("3.00 小时（180 分钟）")).to_be_visible()
    expect(stranger.locator("[data-standing=no_answer]")).to_contain_text("没有网络")
    assert [path for path in site.asked[before:] if "verify" in path or "certificates" in path] == []

    stranger.context.set_offline(False)
    _scan(stranger, link)
    expect(stranger.locator("[data-standing=valid]")).to_contain_text("仍然有效")
    assert not [path for path in site.asked if "ey" in path.partition("/certificates/")[2][:2]]

    office = enter("office")
    office.goto(f"{site.url}/units/LAW/certificates")
    office.get_by_role("link", name="COL-").click()
    office.get_by_label("撤销理由").fill("查实代签")
    office.get_by_role("button", name="撤销", exact=True).click()
    expect(office.get_by_text("已撤销", exact=True)).to_be_visible()

    _scan(stranger, link)
    expect(stranger.locator("[data-standing=revoked]")).to_contain_text("撤销")


def _scan(page: Page, link: str) -> None:
    """Open a link as the phone's camera does: as a page of its own."""
    page.goto("about:blank")
    page.goto(link)


def test_every_forgery_is_refused_without_network(stranger: Page, site: Site) -> None:
    stranger.context.set_offline(True)
    stranger.goto(f"{site.url}/verify")
    texts = [case["text"] for case in CORPUS["cases"]]
    found = stranger.evaluate(JUDGE, [f"{site.url}{asset('modules/certificate.js')}", texts])
    assert dict(zip((case["case"] for case in CORPUS["cases"]), found, strict=True)) == {
        case["case"]: case["verdict"] for case in CORPUS["cases"]
    }


def test_what_is_pasted_is_judged_in_words(stranger: Page, site: Site) -> None:
    texts = {one["case"]: one["text"] for one in CORPUS["cases"]}
    for case, told in (
        ("none, without a signature", "未签名"),
        ("another key under our name", "被改动"),
        ("words", "格式不符"),
    ):
        stranger.get_by_label("二维码中的链接或内容").fill(texts[case])
        stranger.get_by_role("button", name="验证").click()
        expect(stranger.locator("[data-part=reason]")).to_contain_text(told)
        expect(stranger.get_by_text("真实", exact=True)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_papers(
    enter: Callable[..., Page], site: Site, scheme: str
) -> None:
    pages = {
        "mei": ["/me/certificate", "/certificates/1"],
        "office": ["/units/COL/certificates", "/certificates/1", "/notices/1", "/notices/1/members/1"],
        None: ["/verify/paste"],
    }
    for login, paths in pages.items():
        page = enter(login, color_scheme=scheme)
        for path in paths:
            page.goto(f"{site.url}{path}")
            found = Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    page.goto(f"{site.url}/verify#{CORPUS['cases'][0]['text']}")
    expect(page.get_by_text("真实", exact=True)).to_be_visible()
    assert Axe().run(page).violations_count == 0
