"""A college from an empty database to its first hours, as its clerk, a leader and a student do it."""

import csv
import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
import xlsxwriter
from click.testing import CliRunner
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from tests.browser.conftest import DESK, PHONE, closing
from volunteer import clock, create_app
from volunteer.cli import main
from volunteer.config import load_settings
from volunteer.database import db
from volunteer.demo.roster import Fate, Person, raise_roster
from volunteer.rules.kinds import Stage

pytestmark = pytest.mark.browser
ZONE = ZoneInfo("Asia/Shanghai")
SECRET = "0123456789abcdef" * 4
HEADER = ("学号", "姓名", "支部代码", "发展阶段", "预备期起")
STAGES = {
    Stage.ACTIVIST: "积极分子",
    Stage.CANDIDATE: "发展对象",
    Stage.PROBATIONARY: "预备党员",
    Stage.FULL: "正式党员",
}
BRANCHES = {
    "S05": ("信息工程系本科生第一党支部", "student"),
    "S06": ("其他学生党支部", "student"),
    "T01": ("教工党支部", "staff"),
}
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
TAPS_AT_THE_DOOR, SECONDS_AT_THE_DOOR = 3, 90

Open = Callable[..., Page]
Command = Callable[..., str]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the empty database that ``volunteer init`` left, with an administrator alone in it."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://localhost:{server.server_port}"
    for name, value in {
        "STATE_DIR": str(tmp_path),
        "SECRET_KEY": SECRET,
        "MASTER_SECRET": SECRET,
        "PUBLIC_URL": url,
    }.items():
        monkeypatch.setenv(f"VOLUNTEER_{name}", value)
    (tmp_path / "password").write_text("a quiet word at night", encoding="utf-8")
    run("init", "--password-file", str(tmp_path / "password"))
    app = create_app(load_settings(is_demo=False))
    server.app = closing(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def open_page(chromium: Browser, url: str) -> Iterator[Open]:
    """Open a page in a browser of its own."""
    opened: list[BrowserContext] = []

    def open_page(path: str, **options: object) -> Page:
        context = chromium.new_context(
            **{"viewport": DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options  # type: ignore[arg-type]
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(url + path)
        return page

    yield open_page
    for context in opened:
        context.close()


def run(*args: str) -> str:
    """Run a command of the README and return what it printed."""
    result = CliRunner().invoke(main, list(args))
    assert result.exit_code == 0, result.output
    return result.output


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def slips(page: Page, press_it: Callable[[], None]) -> dict[str, str]:
    """Return the codes of the slips that a button prints, by the login on each, read back from the PDF."""
    with page.expect_download() as download:
        press_it()
    found: dict[str, str] = {}
    paper = pypdfium2.PdfDocument(download.value.path())
    for sheet in paper:
        text = sheet.get_textpage().get_text_range()
        logins = re.findall(r"以后用 (\S+) 登录", text)
        codes = CODE.findall(text)
        assert len(logins) == len(codes) > 0, text
        found |= dict(zip(logins, codes, strict=True))
    paper.close()
    return found


def enter(page: Page, code: str, password: str) -> None:
    """Choose a password with a slip, as at the door."""
    fill(page, code=code.lower())
    press(page, "下一步")
    fill(page, new=password, again=password)
    press(page, "设好并进入")


def people_of(today: date) -> list[tuple[str, ...]]:
    """Return the demo's 961 people as rows of a clerk's table."""
    roster = raise_roster(today, 50)

    def branch(one: Person) -> str:
        return one.branch if one.branch in BRANCHES else "S06" if one.branch.startswith("S") else "T01"

    def since(one: Person) -> str:
        is_probationary = one.stage is Stage.PROBATIONARY and one.starts_on is not None
        return min(one.starts_on, today).isoformat() if is_probationary and one.starts_on else ""

    return [
        (one.number, one.name, branch(one), STAGES[one.stage], since(one))
        for one in roster.people
        if one.fate is not Fate.LEAVES
    ]


def test_a_college_is_set_up_from_empty_and_serves_its_first_hours(
    url: str, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.utc_now().astimezone(ZONE).date()
    people = people_of(today)
    assert len(people) == 961
    secretary = next(row[0] for row in people if row[2:4] == ("S05", "正式党员"))
    student = next(row[0] for row in people if row[2:4] == ("S05", "预备党员"))

    found_the_college(open_page("/sign-in"))
    office, deputy = (
        office_page(open_page, login, name) for login, name in (("office", "闻老师"), ("deputy", "柏老师"))
    )
    office.reload()
    expect(office.get_by_text("已完成 3 / 9")).to_be_visible()
    import_the_roster(office, [clerks_csv(people, tmp_path), clerks_workbook(people, tmp_path)])

    desk, word = open_page("/activate"), "支部的事慢慢来不着急"
    enter(desk, slip_of_a_member(office, secretary), word)
    expect(desk).to_have_url(f"{url}/home")
    give_role(deputy, secretary, "授予党组织职责", role="committee", title="书记")
    publish_a_week(office, today)
    leader, quietly = open_page("/activate"), "陪老人说说话也很好呀"
    enter(leader, slip_of_an_account(office, "lead-out"), quietly)
    expect(
        leader.get_by_text("没有职责").or_(leader.get_by_role("heading", name="院外负责人"))
    ).to_be_visible()
    give_role(deputy, "lead-out", "设为岗位负责人")
    for page, login, password in ((desk, secretary, word), (leader, "lead-out", quietly)):
        page.goto(f"{url}/sign-in")
        fill(page, login=login, password=password)
        press(page, "登录")
    digits = show_a_code(leader)

    follow(desk, "支部总览")
    follow(desk, "激活单")
    printed = slips(desk, lambda: press(desk, "打印（PDF）"))
    assert set(printed) == {row[0] for row in people if row[2:4] == ("S05", "预备党员")}

    phone = open_page("/activate", viewport=PHONE)
    taps = count_taps(phone)
    began = time.monotonic()
    enter(phone, printed[student], "志愿服务让我很快乐呀")
    expect(phone.locator("#ring")).to_contain_text("0.00")
    assert time.monotonic() - began < SECONDS_AT_THE_DOOR
    assert len(taps) <= TAPS_AT_THE_DOOR

    follow(phone, "扫码")
    phone.get_by_label("服务岗").select_option(label="敬老院陪伴岗")
    fill(phone, digits=digits)
    press(phone, "签到 / 签退")
    expect(phone.get_by_role("heading", name=re.compile("已签到"))).to_be_visible()
    real_now = clock.utc_now
    monkeypatch.setattr(clock, "utc_now", lambda: real_now() + timedelta(minutes=90))
    leave_by_the_link(phone, leader)

    phone.goto(f"{url}/home")
    hours = phone.locator("#ring b").inner_text()
    assert hours in ("1.50", "1.51", "1.53"), hours
    agree_everywhere(desk, hours, student, today)


def found_the_college(admin: Page) -> None:
    """Be led to the first step, found the college and its branches, and make a leader's account."""
    fill(admin, login="admin", password="a quiet word at night")
    press(admin, "登录")
    expect(admin.get_by_text("已完成 0 / 9")).to_be_visible()
    follow(admin, "建立学院党委")
    fill(admin, code="CITY", name="城市学院党委")
    press(admin, "保存并继续新增")
    for code, (name, kind) in BRANCHES.items():
        fill(admin, code=code, name=name, branch_kind=kind)
        press(admin, "保存并继续新增")
        expect(admin.get_by_text(f"已登记「{name}」。")).to_be_visible()
    follow(admin, "账号")
    follow(admin, "新建账号")
    fill(admin, login="lead-out", name="院外负责人", unit="CITY")
    press(admin, "新建")


def import_the_roster(office: Page, files: list[Path]) -> None:
    """Bring everybody by the first file, in a Chinese encoding; the same people in another change nothing."""
    follow(office, "从文件导入")
    office.set_input_files("[name=file]", files[0])
    press(office, "查看内容")
    press(office, "将 961 人列入名册")
    expect(office.get_by_text("名册上新增 961 人。")).to_be_visible()
    follow(office, "换一个文件")
    office.set_input_files("[name=file]", files[1])
    press(office, "查看内容")
    expect(office.get_by_text("文件中的内容均已存在")).to_be_visible()


def slip_of_a_member(office: Page, login: str) -> str:
    """Print the slip of one member of a branch, and return its code."""
    follow(office, "服务岗与基地")
    follow(office, "激活单")
    follow(office, BRANCHES["S05"][0])
    fill(office, q=login)
    press(office, "查找")
    return slips(office, office.get_by_role("button", name=re.compile("激活单")).last.click)[login]


def slip_of_an_account(office: Page, login: str) -> str:
    """Print the slip of an account of nobody's member, and return its code."""
    find(office, login)
    return slips(office, lambda: press(office, "打印（PDF）"))[login]


def find(page: Page, login: str) -> None:
    follow(page, "账号")
    fill(page, q=login)
    press(page, "查找")
    page.locator("tbody th a").click()


def give_role(deputy: Page, login: str, way: str, **fields: str) -> None:
    """Give a role by the account of the office that did not print the slip."""
    find(deputy, login)
    deputy.get_by_text(way).click()
    form = deputy.locator("details[open] form")
    for name, value in fields.items():
        form.locator(f"[name={name}]").select_option(value)
    form.get_by_role("button").click()
    expect(deputy.get_by_text("职责已授予")).to_be_visible()


def publish_a_week(office: Page, today: date) -> None:
    """Enter the term, a base with agreement and plaque, a post there, and its timetable."""
    first, last = today - timedelta(days=30), today + timedelta(days=90)
    follow(office, "服务岗与基地")
    follow(office, "新增学期")
    fill(office, code="T1", name="本学期", starts_on=first.isoformat(), ends_on=last.isoformat())
    press(office, "保存")
    follow(office, "服务岗与基地")
    follow(office, "新建基地")
    fill(office, code="NURSING", name="松鹤敬老院", status="plaqued", unit="CITY", host="院务办")
    fill(office, agreement_from=first.isoformat(), agreement_to=last.isoformat(), plaque_on=today.isoformat())
    press(office, "保存")
    follow(office, "新建服务岗")
    fill(office, code="VISIT", name="敬老院陪伴岗", unit="S05")
    office.get_by_label("基地").select_option(label="松鹤敬老院")
    press(office, "保存")
    follow(office, "周班表")
    # Weekdays that are neither today nor tomorrow, so that a shift of now stands in nobody's way.
    for days in (2, 4):
        office.check(f"[name=day{(today + timedelta(days=days)).weekday()}]")
    fill(office, start1="08:00", end1="12:00", term="T1", days="all", capacity="6")
    press(office, "列出日期")
    office.get_by_role("button", name=re.compile(r"发布 2\d 个班次")).click()
    expect(office.get_by_text(re.compile(r"已发布 2\d 个班次"))).to_be_visible()
    follow(office, "服务岗与基地")
    expect(office.get_by_text("开始记录时长之前")).to_have_count(0)


def show_a_code(leader: Page) -> str:
    """Open a shift on the spot, show its code, and return the digits beside it."""
    leader.get_by_role("link", name=re.compile("敬老院陪伴岗")).click()
    press(leader, "临时开班")
    leader.goto(leader.url.rpartition("/shifts/")[0] + "/sites/VISIT/show")
    press(leader, "开始出示")
    return leader.locator("#typed").inner_text()


def leave_by_the_link(phone: Page, leader: Page) -> None:
    with leader.expect_response("**/beat"):
        leader.reload()
    site = leader.url.rpartition("/sites/")[0]
    shown = leader.request.get(f"{site}/api/v1/sites/VISIT/code").json()["url"]
    phone.goto(f"{site}/c/{urlsplit(shown).path.rpartition('/')[2]}")
    press(phone, "提前离岗，现在签退")
    expect(phone.get_by_role("heading", name=re.compile("已签退"))).to_be_visible()


def agree_everywhere(desk: Page, hours: str, student: str, today: date) -> None:
    """Find the same figure with the branch, the member, the post, the base, and in what is taken along."""
    follow(desk, "支部总览")
    expect(desk.get_by_role("row", name=re.compile(student))).to_contain_text(hours)
    follow(desk, "服务岗与基地统计")
    listed = desk.locator("section[aria-labelledby=list] tbody tr").filter(has_text=hours)
    expect(listed).to_have_count(1)
    follow(desk, "基地")
    expect(desk.get_by_role("heading", name="1 个基地")).to_be_visible()
    expect(listed).to_have_count(1)
    follow(desk, "支部总览")
    address = f"{desk.url}/members.csv"
    desk.get_by_role("row", name=re.compile(student)).get_by_role("link").click()
    expect(desk.get_by_text(hours).first).to_be_visible()
    taken = desk.request.get(address).body().decode("utf-8-sig")
    assert hours in next(row for row in csv.reader(io.StringIO(taken)) if row and row[0] == student)
    days = ("--from", f"{today.year}-01-01", "--to", f"{today.year + 1}-01-02")
    told = run("export", "hours", "--unit", "S05", *days)
    assert hours in next(row for row in csv.reader(io.StringIO(told)) if row and row[0] == student)


def office_page(open_page: Open, login: str, name: str) -> Page:
    """Return the desk of somebody of the office who has just entered with a slip of the command line."""
    run("grant", login, "college", "--unit", "CITY", "--name", name)
    page = open_page("/activate")
    enter(page, run("slip", login).splitlines()[0], f"{name}喜欢安静的早晨")
    return page


def count_taps(page: Page) -> list[str]:
    """Return a list that grows with every click on the page."""
    taps: list[str] = []
    page.expose_function("tapped", lambda: taps.append("tap"))
    page.add_init_script("addEventListener('click', () => tapped(), true)")
    page.reload()
    return taps


def clerks_csv(people: list[tuple[str, ...]], folder: Path) -> Path:
    path = folder / "名册.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([HEADER, *people])
    return path


def clerks_workbook(people: list[tuple[str, ...]], folder: Path) -> Path:
    path = folder / "名册.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("名册")
    for number, row in enumerate([HEADER, *people]):
        sheet.write_row(number, 0, row)
    book.close()
    return path
