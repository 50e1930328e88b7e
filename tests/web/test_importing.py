"""Files through pages: looked at first, then all or nothing; every bad file and row has its line."""

import datetime as dt
import io
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from flask_babel import gettext
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from tests.actions.stage import at
from tests.cast import Cast, System
from tests.cli.test_import import BAD_FILES, BAD_ROWS, GOOD, HEADER, bomb, book_of, many, row, text_of
from tests.web.conftest import Browser, Enter
from volunteer.database import db
from volunteer.models import AuditLine, Member, Shift, ShiftBreak, Upload
from volunteer.roster import workbook
from volunteer.roster.faults import BadRow, Fault
from volunteer.roster.sentences import SENTENCES, sentence
from volunteer.rules.kinds import Stage, UnitKind

MEMBERS = "/registry/import/members"
SHIFTS = "/registry/import/shifts"
WHOLE_CAST = 4
MENDED_FIRST = "请在表格中改正"
NOTHING_TO_WRITE = "无需写入"


def send(
    browser: Browser, content: bytes | str, name: str = "members.csv", *, to: str = MEMBERS, **more: str
) -> TestResponse:
    """Send a file and follow to the page that looks at it."""
    given = content.encode() if isinstance(content, str) else content
    form = {"csrf_token": browser.token, "file": (io.BytesIO(given), name)} | more
    answer = browser.client.post(to, data=form, content_type="multipart/form-data", follow_redirects=True)
    # Read to its end: as long as a page grows, its request goes on.
    answer.get_data()
    put_away(answer)
    return answer


def put_away(answer: TestResponse) -> None:
    """Close what the client has written long bodies to."""
    for one in (answer, *answer.history):
        one.request.environ["wsgi.input"].close()


def apply(browser: Browser, looked: TestResponse) -> str:
    return browser.post(looked.request.path).text


def people_count(read: Any) -> int:
    found: int = read(select(func.count(Member.id)))
    return found


def test_a_file_is_looked_at_first_and_then_applied_once(enter: Enter, people: Cast, read: Any) -> None:
    office = enter("office")
    known = ("2023010001", "李梅", "LAW", "预备党员", "2025-12-01")
    looked = send(office, text_of([HEADER, GOOD, known]))
    assert "将 1 人列入名册" in looked.text
    assert people_count(read) == WHOLE_CAST
    assert "名册上新增 1 人" in apply(office, looked)
    assert people_count(read) == WHOLE_CAST + 1
    assert read(select(Upload.content)) is None
    assert read(select(func.count(AuditLine.id)).where(AuditLine.act == "import_members")) == 1
    # Pressed twice, and looked at again: harmless.
    assert "已经导入" in apply(office, looked)
    assert "已经导入" in office.get(looked.request.path).text
    assert people_count(read) == WHOLE_CAST + 1


def test_a_file_sent_twice_is_harmless(enter: Enter, people: Cast, read: Any) -> None:
    office, content = enter("office"), text_of([HEADER, GOOD])
    apply(office, send(office, content))
    again = send(office, content)
    assert NOTHING_TO_WRITE in again.text
    assert "<form" not in again.text
    assert NOTHING_TO_WRITE in apply(office, again)
    assert people_count(read) == WHOLE_CAST + 1


def test_each_bad_row_is_told_with_row_column_and_reason_and_nothing_is_written(
    enter: Enter, people: Cast, read: Any
) -> None:
    office = enter("office")
    looked = send(office, text_of([HEADER, *(cells for cells, _, _ in BAD_ROWS.values())]))
    assert f"<dd>{len(BAD_ROWS)}</dd>" in looked.text
    assert all(f"第 {number} 行" in looked.text for number in range(2, min(len(BAD_ROWS), 50) + 2))
    assert "姓名 name" in looked.text
    assert "<form" not in looked.text
    assert MENDED_FIRST in apply(office, looked)
    assert people_count(read) == WHOLE_CAST


@pytest.mark.parametrize(("name", "content", "fault"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_cannot_be_taken_says_why(
    app: Flask, enter: Enter, people: Cast, read: Any, name: str, content: bytes | str, fault: Fault
) -> None:
    office = enter("office")
    looked = send(office, content, name)
    with app.test_request_context("/?lang=zh_Hans"):
        start = gettext(SENTENCES[fault]).partition("{")[0]
    assert start in looked.text
    assert "什么都没有写入" in looked.text
    assert start in apply(office, looked)
    assert people_count(read) == WHOLE_CAST


def test_what_unpacks_to_too_much_is_refused(
    enter: Enter, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "UNPACKED_LIMIT", 2_000)
    assert "解压后" in send(enter("office"), bomb(), "a.xlsx").text


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    {
        "gb18030": ("a.csv", text_of([HEADER, GOOD]).encode("gb18030"), "赵一"),
        "a workbook": ("a.xlsx", book_of([HEADER, GOOD]), "赵一"),
        "a float as number": ("a.xlsx", book_of([HEADER, (2024010001.0, *GOOD[1:])]), "赵一"),
        "rare characters": ("a.csv", text_of([HEADER, row(name="𠮷宁·买买提")]).encode(), "𠮷宁·买买提"),
    }.values(),
)
def test_good_files_of_many_shapes_are_taken(
    enter: Enter, people: Cast, read: Any, name: str, content: bytes, expected: str
) -> None:
    office = enter("office")
    apply(office, send(office, content, name))
    assert read(select(Member.name).where(Member.student_no == "2024010001")) == expected


def test_merged_cells_two_headers_formulas_and_invisible_characters_have_their_lines(
    enter: Enter, people: Cast
) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        rows = [HEADER, HEADER, row(student_no="2"), row(student_no="3"), row(name="赵\u200b一")]
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
        sheet.merge_range(2, 2, 3, 2, "LAW", book.add_format({"bold": True}))
        sheet.write_string(2, 1, "=1+1")
    text = send(enter("office"), stream.getvalue(), "a.xlsx").text
    assert "第 2 行" in text
    assert "开头像公式：=1+1" in text
    assert "合并单元格只有第一格有内容" in text
    assert "含有看不见的字符：U+200B" in text


def test_a_sheet_can_be_named(enter: Enter, people: Cast) -> None:
    office, book = enter("office"), book_of([("说明", "x")], [HEADER, GOOD])
    assert "多个工作表" in send(office, book, "a.xlsx").text
    assert "将 1 人列入名册" in send(office, book, "a.xlsx", sheet="Sheet2").text


@pytest.mark.parametrize(
    ("name", "said"), [("", "请先选择文件"), ("a.pdf", "另存为"), ("a.xls", "另存为"), ("a", "另存为")]
)
def test_another_kind_of_file_is_refused_beside_the_field(
    enter: Enter, people: Cast, name: str, said: str
) -> None:
    answer = send(enter("office"), "x", name)
    assert (answer.status_code, said in answer.text) == (422, True)


def test_what_changed_in_between_is_seen_when_it_is_applied(
    enter: Enter, people: Cast, write: Any, read: Any
) -> None:
    office = enter("office")
    looked = send(office, text_of([HEADER, GOOD, row(student_no="2024010002")]))
    assert "将 2 人列入名册" in looked.text
    write(
        lambda session: System(session).member("2024010001", people.bio, name="别人", stage=Stage.CANDIDATE)
    )
    assert "名册中为 别人" in apply(office, looked)
    assert people_count(read) == WHOLE_CAST + 1


def test_a_file_is_the_senders_own_and_the_next_takes_its_place(
    enter: Enter, people: Cast, read: Any
) -> None:
    office, second = enter("office"), enter("office_second")
    looked = send(office, text_of([HEADER, GOOD]))
    assert second.get(looked.request.path).status_code == 404
    assert second.post(looked.request.path).status_code == 404
    assert office.get(looked.request.path.replace("members", "shifts")).status_code == 404
    again = send(office, text_of([HEADER, GOOD]))
    assert read(select(func.count(Upload.id))) == 1
    assert "将 1 人列入名册" in office.get(again.request.path).text


def test_another_colleges_people_are_not_named(enter: Enter, people: Cast, write: Any) -> None:
    def other(session: Any) -> None:
        system = System(session)
        branch = system.unit("PHY", UnitKind.BRANCH, system.unit("COL2", UnitKind.COLLEGE))
        system.member("2024010001", branch, name="钱二")

    write(other)
    text = send(enter("office"), text_of([HEADER, GOOD, row(student_no="9", unit="PHY")])).text
    assert "其他学院" in text
    assert "钱二" not in text
    assert "没有支部或党小组使用此代码：PHY" in text


def test_a_file_may_be_larger_than_other_bodies_and_has_a_limit_of_its_own(
    app: Flask, enter: Enter, people: Cast
) -> None:
    office = enter("office")
    assert send(office, b"x" * 1_200_000, "a.csv").status_code == 200
    too_large = send(office, b"x" * 8_100_000, "a.csv")
    assert (too_large.status_code, "8 MB" in too_large.text) == (413, True)
    assert office.post("/registry/members/new", name="x" * 1_200_000).status_code == 413
    stranger = app.test_client().post(MEMBERS, data={"file": (io.BytesIO(b"x" * 1_200_000), "a.csv")})
    assert stranger.status_code == 413
    put_away(stranger)


def test_a_long_list_of_bad_rows_has_pages_and_the_look_asks_few_questions(
    app: Flask, enter: Enter, people: Cast
) -> None:
    office = enter("office")
    rows = [row(student_no=f"n{number}", unit="NO") for number in range(120)]
    looked = send(office, text_of([HEADER, *rows]))
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *about: statements.append(about[2]))
    page = office.get(looked.request.path + "?page=3")
    assert "第 121 行" in page.text
    assert "第 102 行" in page.text
    assert "第 101 行" not in page.text
    assert len(statements) <= 12
    assert len(page.data) < 100_000


def test_the_page_tells_how_far_it_is_before_the_end(enter: Enter, people: Cast) -> None:
    office = enter("office")
    looked = send(office, text_of([HEADER, *many(1200)]))
    answer = office.client.get(looked.request.path, buffered=False)
    told = [part.decode() for part in answer.iter_encoded()]
    answer.close()
    assert len(told) >= 4
    assert "将 1200 人列入名册" in told[-1]
    assert "将 1200 人列入名册" not in "".join(told[:-1])
    assert "已查看 500 / 1200 行" in "".join(told[:-1])


FACTS = "value limit rows columns sheets sheet longest character first was shift other".split()  # noqa: SIM905
FACTS += "count left span day row".split()  # noqa: SIM905


def test_every_fault_has_its_words_in_both_languages(app: Flask) -> None:
    assert set(SENTENCES) == set(Fault)
    for fault in Fault:
        bad = BadRow(row=1, column="name", fault=fault, facts=dict.fromkeys(FACTS, "x"))
        with app.test_request_context("/?lang=zh_Hans"):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in sentence(bad, gettext)), fault
        assert sentence(bad).isascii()


@pytest.mark.parametrize("path", [MEMBERS, SHIFTS])
def test_the_empty_table_is_taken_back_once_it_is_filled(enter: Enter, people: Cast, path: str) -> None:
    office = enter("office")
    blank = office.get(f"{path}.xlsx")
    assert blank.data.startswith(b"PK")
    assert "表头下面没有内容" in send(office, blank.data, "a.xlsx", to=path).text


# --- shifts ---

DUTIES = ("班次代码", "服务岗", "日期", "开始", "结束", "休息", "人数")
DUTY = ("", "READ", "2026-03-17", "08:00", "12:00", "", "3")


def duty(**changes: object) -> list[object]:
    names = ("code", "post", "date", "start", "end", "breaks", "capacity")
    return [changes.get(name, was) for name, was in zip(names, DUTY, strict=True)]


def test_shifts_are_looked_at_and_published_with_their_breaks(enter: Enter, people: Cast, read: Any) -> None:
    leader = enter("leader")
    rows = [
        DUTIES,
        duty(code="OWN", breaks="9:00-9:15、10：00–10：15"),
        duty(date="2026年3月18日", start="22:00", end="02:00"),
        duty(date="2026-03-19", start="20:00", end="24:00", capacity=""),
    ]
    looked = send(leader, text_of(rows), to=SHIFTS)
    assert "发布 3 个班次" in looked.text
    assert "已发布 3 个班次" in apply(leader, looked)
    assert read(select(func.count(Shift.id))) == 4
    assert read(select(func.count(ShiftBreak.id))) == 2
    assert read(select(Shift.ends_at).where(Shift.capacity.is_(None), Shift.code != "S1")) == at("20 00:00")
    assert NOTHING_TO_WRITE in send(leader, text_of(rows), to=SHIFTS).text


def test_times_of_the_spreadsheet_are_taken(enter: Enter, people: Cast, read: Any) -> None:
    leader, stream = enter("leader"), io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day, clock = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, DUTIES)
        sheet.write_string(1, 1, "READ")
        sheet.write_datetime(1, 2, dt.date(2026, 3, 17), day)
        sheet.write_datetime(1, 3, dt.time(8, 30), clock)
        sheet.write_datetime(1, 4, dt.time(11, 0), clock)
        sheet.write_number(1, 6, 4)
    apply(leader, send(leader, stream.getvalue(), "a.xlsx", to=SHIFTS))
    assert read(select(Shift.starts_at).where(Shift.capacity == 4)) == at("17 08:30")


BAD_DUTIES: dict[str, tuple[dict[str, object], str]] = {
    "another branch's post": ({"post": "GATE"}, "你负责的服务岗中没有此代码或名称：GATE"),
    "no day": ({"date": "2026-02-30"}, "不是日期"),
    "no time": ({"start": "25:00"}, "不是时间（应如 08:30）：25:00"),
    "after midnight of 24 hours": ({"end": "24:30"}, "不是时间"),
    "an empty time": ({"end": ""}, "为空"),
    "no break": ({"breaks": "noon"}, "不是休息时段（应如 12:00-13:00）：noon"),
    "a break outside": ({"breaks": "11:30-12:30"}, "休息 11:30–12:30 不在班次 08:00–12:00 之内"),
    "no capacity": ({"capacity": "0"}, "不是 1 至 9999 的整数：0"),
    "too many": ({"capacity": "10000"}, "不是 1 至 9999 的整数：10000"),
    "half a person": ({"capacity": "1.5"}, "不是 1 至 9999 的整数：1.5"),
    "a code with a blank": ({"code": "A B"}, "只能含字母"),
    "a code that is taken": ({"code": "S1"}, "已有班次使用此代码：S1"),
    "in the past": ({"date": "2026-03-16", "start": "08:00", "end": "08:50"}, "已经开始"),
    "an overlap": (
        {"date": "2026-03-16", "start": "11:59", "end": "13:00"},
        "班次 2026-03-16 11:59–13:00 与本岗班次 2026-03-16 09:00–12:00 重叠",
    ),
}


@pytest.mark.parametrize(("change", "said"), BAD_DUTIES.values(), ids=BAD_DUTIES)
def test_each_bad_shift_has_its_line(
    enter: Enter, people: Cast, read: Any, change: dict[str, object], said: str
) -> None:
    leader = enter("leader")
    wrong = duty(**({"date": "2026-03-18"} | change))
    looked = send(leader, text_of([DUTIES, duty(), wrong]), to=SHIFTS)
    assert said in looked.text
    assert "第 3 行" in looked.text
    assert MENDED_FIRST in apply(leader, looked)
    assert read(select(func.count(Shift.id))) == 1


def test_two_rows_may_not_overlap_or_share_a_code(enter: Enter, people: Cast) -> None:
    rows = [DUTIES, duty(code="A"), duty(start="11:00", end="13:00"), duty(code="A", date="2026-03-18")]
    text = send(enter("leader"), text_of(rows), to=SHIFTS).text
    assert "与本岗班次 2026-03-17 08:00–12:00 重叠" in text
    assert "已出现在第 2 行" in text


def test_a_shift_that_came_in_between_is_seen_when_they_are_published(
    enter: Enter, people: Cast, write: Any, read: Any
) -> None:
    leader = enter("leader")
    looked = send(leader, text_of([DUTIES, duty(), duty(date="2026-03-18")]), to=SHIFTS)
    write(lambda session: System(session).shift("X", people.post, at("18 10:00"), at("18 11:00")))
    assert "与本岗班次 2026-03-18 10:00–11:00 重叠" in apply(leader, looked)
    assert read(select(func.count(Shift.id))) == 2
