"""The roster from a file: a dry run first, all or nothing, and every bad row with its place and reason."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.cast import LONG_AGO, Cast, System
from volunteer.actions.access import load_actor
from volunteer.actions.roster import add_members
from volunteer.cli import main
from volunteer.models import AuditLine, Member, Membership, ProbationWindow
from volunteer.roster import tables, workbook
from volunteer.roster.faults import BadFile, Fault
from volunteer.roster.tables import read_table
from volunteer.rules.kinds import Stage, UnitKind
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roster import RosterEntry

SECRET = "0123456789abcdef" * 4
HEADER = ("学号", "姓名", "支部代码", "发展阶段", "预备期起")
GOOD = ("2024010001", "赵一", "LAW", "预备党员", "2026-03-01")
WHOLE_CAST = 4
TRAIL = select(AuditLine.facts).where(AuditLine.act == "import_members")
Rows = Sequence[Sequence[object]]


@pytest.fixture
def environment(engine: Engine, tmp_path: Path, committed_cast: Cast) -> dict[str, str]:
    """Settings for the test's database, where the cast is on the roster."""
    return {
        "VOLUNTEER_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "VOLUNTEER_STATE_DIR": str(tmp_path),
        "VOLUNTEER_SECRET_KEY": SECRET,
        "VOLUNTEER_MASTER_SECRET": SECRET,
    }


def call(environment: dict[str, str], file: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["import", "members", str(file), *options], env=environment)


def told(environment: dict[str, str], file: Path, *options: str) -> dict[str, Any]:
    """Return the outcome as JSON; it exits with 1 exactly if something is bad."""
    result = call(environment, file, "--json", *options)
    outcome: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (1 if outcome["bad"] or outcome["error"] else 0)
    return outcome


def text_of(rows: Rows, delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def book_of(*sheets: Rows) -> bytes:
    """Return a workbook; what is a date becomes one of the spreadsheet's."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return stream.getvalue()


def changed(book: bytes, old: bytes, new: bytes) -> bytes:
    """Return a workbook in whose parts *old* is *new*."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as archive, zipfile.ZipFile(stream, "w") as again:
        for name in archive.namelist():
            again.writestr(name, archive.read(name).replace(old, new))
    return stream.getvalue()


def saved(folder: Path, content: bytes | str, name: str = "members.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def roster(engine: Engine) -> dict[str, tuple[object, ...]]:
    """Return number -> name, stage, start and end of probation, and since when she is in the branch."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(
                Member.student_no,
                Member.name,
                Member.stage,
                ProbationWindow.starts_on,
                ProbationWindow.ends_before,
                Membership.from_on,
            )
            .join(Membership, Membership.member_id == Member.id)
            .outerjoin(ProbationWindow, ProbationWindow.member_id == Member.id)
        ).all()
    return {row[0]: tuple(row[1:]) for row in rows}


def many(count: int) -> list[tuple[str, ...]]:
    return [(f"20250{number:05}", f"王{number}", "LAW", "预备党员", "2026-03-01") for number in range(count)]


def test_a_dry_run_tells_what_would_be_and_writes_nothing(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    file = saved(tmp_path, text_of([HEADER, GOOD]))
    result = call(environment, file)
    assert (result.exit_code, "1 new, 0 unchanged, 0 bad" in result.output) == (0, True)
    assert "dry run" in result.output
    assert told(environment, file) == {
        "applied": False,
        "new": 1,
        "unchanged": 0,
        "bad": [],
        "error": None,
    }
    assert len(roster(engine)) == WHOLE_CAST


def test_applied_it_writes_members_with_branch_probation_and_one_line_in_the_trail(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    full = ("t-77", "𠮷川", "BIO", "full", "")
    outcome = told(environment, saved(tmp_path, text_of([HEADER, GOOD, full])), "--apply")
    assert (outcome["applied"], outcome["new"]) == (True, 2)
    people = roster(engine)
    assert people["2024010001"] == (
        "赵一",
        Stage.PROBATIONARY,
        date(2026, 3, 1),
        date(2027, 3, 1),
        date.min,
    )
    assert people["t-77"] == ("𠮷川", Stage.FULL, None, None, date.min)
    with engine.connect() as connection:
        facts = connection.scalars(TRAIL).all()
        keys = connection.execute(
            select(Member.sort_key, Member.initials).where(Member.student_no == "2024010001")
        ).one()
    assert [json.loads(str(line))["added"] for line in facts] == [2]
    assert tuple(keys) == ("zhao yi", "zy")


def test_said_again_it_changes_nothing_and_leaves_no_trace(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    file = saved(tmp_path, text_of([HEADER, GOOD]))
    assert told(environment, file, "--apply")["new"] == 1
    again = told(environment, file, "--apply")
    assert (again["new"], again["unchanged"], again["bad"]) == (0, 1, [])
    assert len(roster(engine)) == WHOLE_CAST + 1
    with engine.connect() as connection:
        assert len(connection.scalars(TRAIL).all()) == 1


def test_one_bad_row_keeps_all_of_them_out(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    rows = [HEADER, *many(3), ("2024010009", "钱二", "NOPE", "预备党员", "2026-03-01")]
    file = saved(tmp_path, text_of(rows))
    result = call(environment, file, "--apply")
    assert result.exit_code == 1
    assert "row 5, 支部代码 unit: no branch or group has this code: NOPE" in result.output
    assert "Nothing was written" in result.output
    outcome = told(environment, file, "--apply")
    assert (outcome["applied"], len(outcome["bad"])) == (False, 1)
    assert len(roster(engine)) == WHOLE_CAST


def test_two_thousand_rows_are_written_together(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    file = saved(tmp_path, book_of([HEADER, *many(2_000)]), "members.xlsx")
    assert told(environment, file, "--apply")["new"] == 2_000
    people = roster(engine)
    assert len(people) == WHOLE_CAST + 2_000
    # Ids of rows that were written together find their own rows.
    assert people["2025001999"][0] == "王1999"


def row(**cells: object) -> list[object]:
    """Return a good row with other cells."""
    return list({**dict(zip(tables.Column, GOOD, strict=True)), **cells}.values())


BAD_ROWS: dict[str, tuple[list[object], str, Fault]] = {
    "no number": (row(student_no=""), "student_no", Fault.EMPTY),
    "a number with a zero-width blank": (row(student_no="2024\u200b01"), "student_no", Fault.INVISIBLE),
    "full-width digits": (row(student_no="２０２４"), "student_no", Fault.BAD_NUMBER),
    "a number in scientific notation": (row(student_no="2.02E+09"), "student_no", Fault.LOST_DIGITS),
    "a blank within a number": (row(student_no="2024 01"), "student_no", Fault.BAD_NUMBER),
    "41 characters": (row(student_no="1" * 41), "student_no", Fault.TOO_LONG),
    "no name": (row(name="\u3000 "), "name", Fault.EMPTY),
    "a name with a zero-width joiner": (row(name="李\u200d梅"), "name", Fault.INVISIBLE),
    "a name that turns the writing round": (row(name="李\u202e梅"), "name", Fault.INVISIBLE),
    "a name on two lines": (row(name="李\n梅"), "name", Fault.INVISIBLE),
    "61 characters": (row(name="李" * 61), "name", Fault.TOO_LONG),
    "a formula": (row(name="=1+1"), "name", Fault.FORMULA),
    "no branch": (row(unit=""), "unit", Fault.EMPTY),
    "an unknown branch": (row(unit="law"), "unit", Fault.UNKNOWN_UNIT),
    "the college": (row(unit="COL"), "unit", Fault.UNKNOWN_UNIT),
    "no stage": (row(stage=""), "stage", Fault.EMPTY),
    "an unknown stage": (row(stage="群众"), "stage", Fault.UNKNOWN_STAGE),
    "the 30th of February": (row(probation_start="2026-02-30"), "probation_start", Fault.BAD_DATE),
    "a day of another order": (row(probation_start="01/03/2026"), "probation_start", Fault.BAD_DATE),
    "mixed signs": (row(probation_start="2026-03/01"), "probation_start", Fault.BAD_DATE),
    "a year too early": (row(probation_start="1920-12-31"), "probation_start", Fault.BAD_DATE),
    "a year too late": (row(probation_start="2101-01-01"), "probation_start", Fault.BAD_DATE),
    "probation without a day": (row(probation_start=""), "probation_start", Fault.DATE_NEEDED),
    "a day without probation": (
        row(student_no="2024010002", stage="积极分子"),
        "probation_start",
        Fault.DATE_NOT_HERE,
    ),
    "a cell too many": ([*GOOD, "x"], "F", Fault.NO_COLUMN),
    "another name": (row(student_no="2023010001"), "name", Fault.DIFFERS),
}


def test_every_bad_row_is_told_with_its_column_and_reason(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    file = saved(tmp_path, text_of([HEADER, *(cells for cells, _, _ in BAD_ROWS.values())]))
    found = told(environment, file, "--apply")["bad"]
    expected = [
        (number, column, fault, name) for number, (name, (_, column, fault)) in enumerate(BAD_ROWS.items(), 2)
    ]
    names = dict(enumerate(BAD_ROWS, 2))
    assert [(bad["row"], bad["column"], bad["reason"], names[bad["row"]]) for bad in found] == expected
    assert len(call(environment, file).output.splitlines()) == len(BAD_ROWS) + 2
    assert len(roster(engine)) == WHOLE_CAST


KNOWN = ("2023010001", "李梅", "LAW", "probationary", "2025-12-01")


@pytest.mark.parametrize(
    ("cells", "column"),
    {
        "the same": (KNOWN, None),
        "without a day": ((*KNOWN[:4], ""), None),
        "another branch": ((*KNOWN[:2], "BIO", *KNOWN[3:]), "unit"),
        "another stage": ((*KNOWN[:3], "full", ""), "stage"),
        "another day": ((*KNOWN[:4], "2025-12-02"), "probation_start"),
    }.values(),
)
def test_somebody_on_the_roster_is_left_alone_if_the_file_says_the_same(
    environment: dict[str, str], tmp_path: Path, cells: Sequence[str], column: str | None
) -> None:
    outcome = told(environment, saved(tmp_path, text_of([HEADER, cells])), "--apply")
    assert [bad["column"] for bad in outcome["bad"]] == ([column] if column else [])
    assert outcome["unchanged"] == (0 if column else 1)


def test_a_number_twice_in_the_file_is_told_with_the_first_row(
    environment: dict[str, str], tmp_path: Path
) -> None:
    rows = [HEADER, GOOD, (), ("2024010001.0", *GOOD[1:])]
    (bad,) = told(environment, saved(tmp_path, text_of(rows)))["bad"]
    assert (bad["row"], bad["reason"], bad["message"]) == (4, "twice", "is in row 2 already")


GOOD_FILES: dict[str, tuple[str, bytes | str]] = {
    "utf-8": ("a.csv", text_of([HEADER, GOOD])),
    "utf-8 with a mark": ("a.csv", text_of([HEADER, GOOD]).encode("utf-8-sig")),
    "gb18030": ("a.csv", text_of([HEADER, GOOD]).encode("gb18030")),
    "tabs": ("a.csv", text_of([HEADER, GOOD], "\t")),
    "english names in another order": (
        "a.CSV",
        text_of([("Stage", "unit", "name", "STUDENT_NO", "probation_start")])
        + text_of([("probationary", "LAW", "赵一", "2024010001", "2026/3/1")]),
    ),
    "a number as text of a float": ("a.csv", text_of([HEADER, ("2024010001.0", *GOOD[1:])])),
    "a workbook": ("a.xlsx", book_of([HEADER, GOOD])),
    "a workbook by another name": ("a.csv", book_of([HEADER, GOOD])),
    "numbers and dates of the spreadsheet": (
        "a.xlsx",
        book_of([HEADER, (2024010001, *GOOD[1:4], date(2026, 3, 1))]),
    ),
    "a title above and blank rows between": (
        "a.xlsx",
        book_of([("二〇二六年名册",), (), HEADER, (), GOOD, ("", " ")]),
    ),
    "an empty second sheet": ("a.xlsx", book_of([HEADER, GOOD], [])),
    "a chinese date": ("a.csv", text_of([HEADER, (*GOOD[:4], "2026年3月1日")])),
}


@pytest.mark.parametrize(("name", "content"), GOOD_FILES.values(), ids=GOOD_FILES)
def test_a_roster_may_come_in_many_shapes(
    environment: dict[str, str], engine: Engine, tmp_path: Path, name: str, content: bytes | str
) -> None:
    assert told(environment, saved(tmp_path, content, name), "--apply")["bad"] == []
    assert roster(engine)["2024010001"][:3] == ("赵一", Stage.PROBATIONARY, date(2026, 3, 1))


def test_names_with_rare_characters_are_kept_as_they_are(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    names = ["𠮷宁", "阿依古丽·买买提", "䶮", "O’Neil Ann"]
    rows = [(f"r{number}", name, "LAW", "发展对象", "") for number, name in enumerate(names)]
    assert told(environment, saved(tmp_path, text_of([HEADER, *rows])), "--apply")["new"] == len(names)
    people = roster(engine)
    assert [people[f"r{number}"][0] for number in range(len(names))] == names


def test_a_roster_of_full_members_needs_no_column_for_probation(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = saved(tmp_path, text_of([HEADER[:4], ("t1", "赵一", "LAW", "正式党员")]))
    assert told(environment, file)["new"] == 1


def test_the_value_kept_with_a_formula_is_taken_and_merged_cells_are_empty_below_the_first(
    environment: dict[str, str], tmp_path: Path
) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate([HEADER, GOOD, row(student_no="2"), row(student_no="3")]):
            sheet.write_row(number, 0, cells)
        sheet.write_formula(1, 1, '="赵"&"一"', None, "赵一")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        sheet.merge_range(2, 2, 3, 2, "LAW", book.add_format({"bold": True}))
    found = told(environment, saved(tmp_path, stream.getvalue(), "a.xlsx"))
    places = [(bad["row"], bad["column"], bad["reason"]) for bad in found["bad"]]
    assert (found["new"], places) == (1, [(3, "name", "empty"), (4, "unit", "empty")])


@pytest.mark.parametrize(
    ("cell", "column", "fault"),
    {
        "a number with a fraction": (2024010001.5, "student_no", Fault.BAD_NUMBER),
        "a negative number": (-5, "student_no", Fault.BAD_NUMBER),
        "a number of sixteen digits": (2024010001000001, "student_no", Fault.LOST_DIGITS),
        "true": (True, "student_no", Fault.WRONG_KIND),
        "a name that is a number": (7, "name", Fault.WRONG_KIND),
        "a day that is a number": (20260301, "probation_start", Fault.BAD_DATE),
    }.values(),
)
def test_cells_of_the_wrong_kind_are_told(
    environment: dict[str, str], tmp_path: Path, cell: object, column: str, fault: Fault
) -> None:
    file = saved(tmp_path, book_of([HEADER, row(**{column: cell})]), "a.xlsx")
    (bad,) = told(environment, file)["bad"]
    assert (bad["column"], bad["reason"]) == (column, fault)


def encrypted() -> bytes:
    """Return the head of a workbook behind a password: an old container with one sealed part."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500) + "EncryptedPackage".encode("utf-16-le")


def bomb() -> bytes:
    """Return a workbook of a few kilobytes that unpacks to more than the limit."""
    stream = io.BytesIO(book_of([HEADER, GOOD]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", bytes(2_000))
    return stream.getvalue()


def archive(name: str) -> bytes:
    """Return a zip with one part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr(name, "<document/>")
    return stream.getvalue()


BOOK = book_of([HEADER, GOOD])
BAD_FILES: dict[str, tuple[str, bytes | str, Fault]] = {
    "nothing": ("a.csv", "", Fault.EMPTY_FILE),
    "blanks": ("a.csv", " \n\n", Fault.EMPTY_FILE),
    "commas": ("a.csv", ",,\n,,\n", Fault.EMPTY_FILE),
    "an empty workbook": ("a.xlsx", book_of([]), Fault.EMPTY_FILE),
    "a header alone": ("a.csv", text_of([HEADER]), Fault.NO_ROWS),
    "a workbook cut off": ("a.xlsx", BOOK[:-300], Fault.BROKEN_FILE),
    "a workbook with a wrong byte": ("a.xlsx", BOOK[:60] + b"\xff" + BOOK[61:], Fault.BROKEN_FILE),
    "no workbook at all": ("a.xlsx", "hello", Fault.BROKEN_FILE),
    "another archive": ("a.xlsx", archive("word/document.xml"), Fault.BROKEN_FILE),
    "a sheet that is no XML": ("a.xlsx", changed(BOOK, b"<sheetData>", b"<sheetData"), Fault.BROKEN_FILE),
    "a document type": (
        "a.xlsx",
        changed(BOOK, b"<worksheet ", b"<!DOCTYPE w [<!ENTITY a 'b'>]><worksheet "),
        Fault.BROKEN_FILE,
    ),
    "a list that promises too many": (
        "a.xlsx",
        changed(BOOK, b'uniqueCount="', b'uniqueCount="9999999999'),
        Fault.BROKEN_FILE,
    ),
    "a cell at the far corner": ("a.xlsx", changed(BOOK, b'r="E2"', b'r="XFD1048576"'), Fault.TOO_WIDE),
    "a password": ("a.xlsx", encrypted(), Fault.PASSWORD),
    "an old workbook": ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500), Fault.OLD_WORKBOOK),
    "two filled sheets": ("a.xlsx", book_of([HEADER, GOOD], [HEADER, GOOD]), Fault.SEVERAL_SHEETS),
    "text of no encoding": ("a.csv", b"\xff\xff\xff\xff,\x80", Fault.BROKEN_FILE),
    "sixteen-bit text": ("a.csv", text_of([HEADER, GOOD]).encode("utf-16"), Fault.BROKEN_FILE),
    "an open quotation": ("a.csv", text_of([HEADER]) + '"1,2,3', Fault.BROKEN_FILE),
    "an unknown column": ("a.csv", text_of([(*HEADER, "备注"), GOOD]), Fault.UNKNOWN_COLUMNS),
    "a missing column": ("a.csv", text_of([HEADER[:3], GOOD]), Fault.MISSING_COLUMNS),
    "a column twice": ("a.csv", text_of([(*HEADER, "name"), GOOD]), Fault.REPEATED_COLUMNS),
    "no header": ("a.csv", text_of([GOOD]), Fault.UNKNOWN_COLUMNS),
}


@pytest.mark.parametrize(("name", "content", "fault"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_cannot_be_taken_is_refused_with_the_reason(
    name: str, content: bytes | str, fault: Fault
) -> None:
    given = content.encode() if isinstance(content, str) else content
    with pytest.raises(BadFile) as refused:
        read_table(given, is_text=name.endswith(".csv"))
    assert refused.value.fault is fault


@pytest.mark.parametrize("as_json", [False, True])
def test_a_bad_file_is_told_by_the_names_of_its_columns(
    environment: dict[str, str], tmp_path: Path, as_json: bool
) -> None:
    file = saved(tmp_path, text_of([(*HEADER[:3], "备\u202e注", "性别"), GOOD]))
    if as_json:
        error = told(environment, file, "--apply")["error"]
        message = error["message"]
        assert error["reason"] == "unknown_columns"
    else:
        result = call(environment, file, "--apply")
        message = result.stderr
        assert result.exit_code == 1
    # A character that turns the writing round is spelled, not sent to the terminal.
    assert "unknown columns: 备\\u{202E}注, 性别" in message


def test_what_unpacks_to_too_much_is_refused_by_the_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bomb()
    assert read_table(content, is_text=False).rows
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    assert len(content) < unpacked
    monkeypatch.setattr(workbook, "UNPACKED_LIMIT", unpacked)
    assert read_table(content, is_text=False).rows
    monkeypatch.setattr(workbook, "UNPACKED_LIMIT", unpacked - 1)
    with pytest.raises(BadFile) as refused:
        read_table(content, is_text=False)
    assert refused.value.fault is Fault.TOO_LARGE


def test_a_file_that_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "UNPACKED_LIMIT", 10)
    with pytest.raises(BadFile) as refused:
        read_table(b"x" * 11, is_text=True)
    assert refused.value.fault is Fault.TOO_LARGE


def test_so_many_rows_and_no_more_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROW_LIMIT", 2)
    assert len(read_table(text_of([HEADER, *many(2)]).encode(), is_text=True).rows) == 2
    with pytest.raises(BadFile) as refused:
        read_table(text_of([HEADER, *many(3)]).encode(), is_text=True)
    assert refused.value.fault is Fault.TOO_MANY_ROWS


def test_the_sheet_can_be_named(environment: dict[str, str], tmp_path: Path) -> None:
    file = saved(tmp_path, book_of([("说明", "x")], [HEADER, GOOD]), "a.xlsx")
    assert told(environment, file)["error"]["reason"] == "several_sheets"
    assert told(environment, file, "--sheet", "Sheet2")["new"] == 1
    assert told(environment, file, "--sheet", "Sheet9")["error"]["reason"] == "unknown_sheet"


def test_a_wrong_call_exits_with_2(environment: dict[str, str], tmp_path: Path) -> None:
    assert call(environment, tmp_path / "none.csv").exit_code == 2
    assert call(environment, tmp_path).exit_code == 2
    assert call(environment, saved(tmp_path, "x", "a.pdf")).exit_code == 2
    assert call(environment, saved(tmp_path, "x"), "--no-such").exit_code == 2


def test_piped_it_says_nothing_on_the_way(environment: dict[str, str], tmp_path: Path) -> None:
    assert call(environment, saved(tmp_path, text_of([HEADER, GOOD]))).stderr == ""


def entry(student_no: str = "n1", unit: str = "LAW") -> RosterEntry:
    return RosterEntry(student_no=student_no, name="赵一", unit=unit, stage=Stage.CANDIDATE)


def add(session: Session, *entries: RosterEntry, account_id: int | None = None) -> int:
    actor = None if account_id is None else load_actor(session, account_id)
    return add_members(session, entries=entries, source="test", actor=actor, now=LONG_AGO)


@pytest.mark.parametrize("who", ["secretary_account", "admin_account", "auditor_account", "mei_account"])
def test_only_the_college_puts_people_on_its_roster(session: Session, cast: Cast, who: str) -> None:
    with pytest.raises(Refusal) as refused:
        add(session, entry(), account_id=getattr(cast, who))
    assert refused.value.reason is Reason.NOT_ALLOWED


def test_the_office_of_a_college_does_and_of_another_does_not(session: Session, cast: Cast) -> None:
    assert add(session, entry("n1"), entry("n2", "BIO"), account_id=cast.office_account) == 2
    other = System(session).unit("COL2", UnitKind.COLLEGE)
    System(session).unit("PHY", UnitKind.BRANCH, other)
    for reason, unit in ((Reason.NOT_ALLOWED, "PHY"), (Reason.UNKNOWN, "NOPE")):
        with pytest.raises(Refusal) as refused:
            add(session, entry("n3"), entry("n4", unit), account_id=cast.office_account)
        assert refused.value.reason is reason
    assert session.scalar(select(func.count()).select_from(Member)) == WHOLE_CAST + 2


def test_who_comes_in_between_is_seen_at_the_second_try(
    environment: dict[str, str], engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another import has put the same people there between our look and our writing."""
    from volunteer.cli import importing

    file = saved(tmp_path, text_of([HEADER, GOOD]))
    assert told(environment, file, "--apply")["new"] == 1
    look: Callable[[Session], list[RosterEntry]] = importing.whole_roster
    looks: list[int] = []

    def late(session: Session) -> list[RosterEntry]:
        looks.append(1)
        return [] if len(looks) == 1 else look(session)

    monkeypatch.setattr(importing, "whole_roster", late)
    again = told(environment, file, "--apply")
    assert (again["new"], again["unchanged"], len(looks)) == (0, 1, 2)
    assert len(roster(engine)) == WHOLE_CAST + 1
