"""The other commands: a wrong call is 2, what did not go well is 1, and each has its help."""

import csv
import io
import json
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from tests.actions.stage import Stage
from tests.cast import LONG_AGO, Cast
from volunteer.cli import COMMANDS, main
from volunteer.database import writing
from volunteer.models import Account, ApiToken, Display, PolicyVersion, RoleGrant, Seal, Visit
from volunteer.revisions import GUARDS, SUMMING, guards_of, summing_of
from volunteer.rules.campus import Campus

SECRET = "0123456789abcdef" * 4


@pytest.fixture
def environment(engine: Engine, tmp_path: Path) -> dict[str, str]:
    """Settings for the test's database."""
    return {
        "VOLUNTEER_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "VOLUNTEER_STATE_DIR": str(tmp_path),
        "VOLUNTEER_SECRET_KEY": SECRET,
        "VOLUNTEER_MASTER_SECRET": SECRET,
    }


def call(environment: dict[str, str], *args: object, input: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], env=environment, input=input)


@pytest.fixture
def served(engine: Engine, committed_cast: Cast, campus: Campus) -> int:
    """Our member served three hours; the id of her record."""
    with Session(engine) as session, writing(session):
        return Stage(session, committed_cast, campus).serve("mei", "09:00", "12:00")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_its_help(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert (result.exit_code, "Usage: " in result.output) == (0, True)


@pytest.mark.parametrize("name", ["migrate", "recount", "init", "serve"])
def test_without_a_secret_nothing_starts(name: str, tmp_path: Path) -> None:
    nothing = dict.fromkeys(("VOLUNTEER_SECRET_KEY", "VOLUNTEER_MASTER_SECRET", "VOLUNTEER_DEMO"))
    result = CliRunner().invoke(main, [name], env={**nothing, "VOLUNTEER_STATE_DIR": str(tmp_path)})
    assert result.exit_code == 2
    assert "VOLUNTEER_SECRET_KEY" in result.output


def test_migrate_may_be_said_twice(environment: dict[str, str]) -> None:
    assert [call(environment, "migrate").exit_code for _ in range(2)] == [0, 0]


def test_init_makes_one_administrator_and_the_usual_policy_and_refuses_a_filled_database(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("correct horse battery\n", encoding="utf-8")
    assert call(environment, "init", "--password-file", password).exit_code == 0
    with engine.connect() as connection:
        assert connection.execute(select(RoleGrant.role, RoleGrant.unit_id)).all() == [("admin", None)]
        assert connection.execute(select(PolicyVersion.threshold_min)).all() == [(3000,)]
        assert str(connection.scalar(select(Account.password_hash))).startswith("$argon2id$")
    result = call(environment, "init", "--password-file", password)
    assert (result.exit_code, "already has accounts" in result.output) == (1, True)


def test_a_short_password_is_refused_and_leaves_nothing(
    environment: dict[str, str], engine: Engine, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("short", encoding="utf-8")
    assert call(environment, "init", "--password-file", password).exit_code == 1
    with engine.connect() as connection:
        assert connection.execute(select(Account.id)).all() == []


def test_recount_finds_nothing_and_exits_with_0(environment: dict[str, str], served: int) -> None:
    result = call(environment, "recount")
    assert (result.exit_code, result.output) == (0, "0 differences\n")
    assert json.loads(call(environment, "recount", "--json").output) == []


def test_recount_names_what_differs_and_mends_it_when_asked(
    environment: dict[str, str], served: int, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(update(Visit).values(net_min=100, credited_min=100))
    result = call(environment, "recount", "--json")
    assert result.exit_code == 1
    assert [(row["visit"], row["is"]) for row in json.loads(result.output)] == [(served, [180, 180])]
    assert call(environment, "recount", "--fix").exit_code == 0
    assert call(environment, "recount").output == "0 differences\n"
    with engine.connect() as connection:
        assert connection.scalar(select(Visit.net_min)) == 180
        assert connection.scalar(text("SELECT sum(net_min) FROM credit")) == 180


def test_recount_proves_the_kept_sums_as_well(
    environment: dict[str, str], served: int, engine: Engine
) -> None:
    call(environment, "housekeep")
    assert call(environment, "recount").output == "0 differences\n"
    with engine.begin() as connection:
        year = "SELECT id FROM kept_period WHERE from_on = '2026-01-01'"
        connection.execute(text(f"UPDATE kept_sum SET net = net + 1 WHERE period_id = ({year})"))
        wrong = connection.scalar(text(f"SELECT count(*) FROM kept_sum WHERE period_id = ({year})"))
    result = call(environment, "recount", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == [{"from": "2026-01-01", "to": "2027-01-01", "wrong_sums": wrong}]
    assert call(environment, "recount", "--fix").exit_code == 0
    assert call(environment, "recount").output == "0 differences\n"


def test_recount_proves_what_the_windows_keep_as_well(
    environment: dict[str, str], served: int, engine: Engine
) -> None:
    on = " ON probation" if engine.dialect.name == "postgresql" else ""
    names = [name for name in SUMMING[engine.dialect.name] if name.startswith("probation")]
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")
        wrong = "UPDATE probation SET counted_min = 3000 WHERE counted_min = 180 RETURNING member_id"
        member = connection.execute(text(wrong)).scalar_one()
        # Others use this database after us.
        for statement in summing_of(engine.dialect.name):
            if any(f" {name} " in statement for name in names):
                connection.exec_driver_sql(statement)
    result = call(environment, "recount")
    told = f"member {member}: 3000 minutes kept in the window, ledger 180\n1 differences\n"
    assert (result.exit_code, result.output) == (1, told)
    told_so = json.loads(call(environment, "recount", "--json").output)
    assert told_so == [{"member": member, "was": 3000, "is": 180}]
    assert call(environment, "recount", "--fix").exit_code == 0
    assert call(environment, "recount").output == "0 differences\n"


def test_a_token_is_shown_once_and_kept_as_a_digest(
    environment: dict[str, str], committed_cast: Cast, engine: Engine
) -> None:
    result = call(environment, "token", "mei")
    shown = result.output.strip()
    with engine.connect() as connection:
        row = connection.execute(select(ApiToken.account_id, ApiToken.digest)).one()
    assert result.exit_code == 0
    assert row.account_id == committed_cast.mei_account
    assert len(shown) > 30
    assert shown not in row.digest
    assert call(environment, "token", "nobody").exit_code == 1


def export(environment: dict[str, str], form: str, unit: str = "COL", start: str = "2026-03-01") -> Result:
    return call(
        environment,
        "export",
        "hours",
        "--unit",
        unit,
        "--from",
        start,
        "--to",
        "2026-04-01",
        "--format",
        form,
    )


def test_the_export_lists_everybody_zero_rows_included(environment: dict[str, str], served: int) -> None:
    rows = list(csv.reader(io.StringIO(export(environment, "csv").output)))
    assert rows[1][:2] == ["student_no", "name"]
    by_number = {row[0]: row[3:] for row in rows[2:]}
    assert by_number["2023010001"] == ["1", "180", "180", "0", "3.00"]
    assert by_number["2023020001"] == ["0", "0", "0", "0", "0.00"]
    told = json.loads(export(environment, "json").output)
    assert [row["student_no"] for row in told] == [row[0] for row in rows[2:]]
    assert [row["net_min"] for row in told if row["student_no"] == "2023010001"] == [180]


def test_the_export_as_a_sheet_holds_the_same_figures_as_numbers(
    environment: dict[str, str], served: int
) -> None:
    result = export(environment, "xlsx")
    assert result.exit_code == 0
    lines = CalamineWorkbook.from_filelike(io.BytesIO(result.stdout_bytes)).get_sheet_by_index(0).to_python()
    rows = list(csv.reader(io.StringIO(export(environment, "csv").output)))
    assert [str(cell) for cell in lines[1]] == rows[1]
    mei = next(line for line in lines if line[0] == "2023010001")
    assert mei[3:] == [1, 180, 180, 0, 3.0]
    assert "COL 2026-03-01..2026-04-01" in lines[0][0] and "2025-01-01" in lines[0][0]


def test_an_export_of_nothing_is_refused(environment: dict[str, str], committed_cast: Cast) -> None:
    assert export(environment, "csv", unit="NOWHERE").exit_code == 1
    assert export(environment, "csv", start="2026-04-01").exit_code == 2
    assert export(environment, "csv", start="April").exit_code == 2
    assert export(environment, "pdf").exit_code == 2


def test_posters_of_a_unit_are_drawn_into_one_file_and_missing_ones_are_made(
    environment: dict[str, str], committed_cast: Cast, engine: Engine, tmp_path: Path
) -> None:
    with engine.begin() as connection:
        connection.execute(
            update(Display).where(Display.site_id == committed_cast.site).values(revoked_at=LONG_AGO)
        )
    result = call(environment, "posters", "--unit", "LAW", tmp_path / "all.pdf")
    assert (result.exit_code, "3 posters in" in result.output) == (0, True)
    with pypdfium2.PdfDocument(tmp_path / "all.pdf") as document:
        assert len(document) == 3
    assert call(environment, "posters", "--unit", "NOWHERE", tmp_path / "x.pdf").exit_code == 1
    assert call(environment, "posters", "--unit", "BIO", tmp_path / "x.pdf").exit_code == 1
    assert not (tmp_path / "x.pdf").exists()


def test_housekeeping_seals_what_was_served_and_then_finds_nothing_to_do(
    environment: dict[str, str], served: int
) -> None:
    first = json.loads(call(environment, "housekeep", "--json").output)
    assert (first["sealed"], first["signed"]) == (1, 1)
    again = json.loads(call(environment, "housekeep", "--json").output)
    assert set(again.values()) == {0}
    assert "0 sealed" in call(environment, "housekeep").output


def test_a_sealed_ledger_holds_and_knows_its_heads(
    environment: dict[str, str], engine: Engine, served: int
) -> None:
    assert "0 lines sealed, 1 waiting" in call(environment, "verify-ledger").output
    call(environment, "housekeep")
    with engine.connect() as connection:
        head = connection.scalar(select(Seal.hash))
    result = call(environment, "verify-ledger", "--head", head)
    assert (result.exit_code, "The head is a link of its chain." in result.output) == (0, True)
    result = call(environment, "verify-ledger", "--head", "0" * 64)
    assert (result.exit_code, "no link of any chain" in result.output) == (1, True)


def test_a_changed_ledger_exits_with_1_and_names_the_line(
    environment: dict[str, str], engine: Engine, served: int
) -> None:
    call(environment, "housekeep")
    dialect = engine.dialect.name
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        for trigger in GUARDS[dialect]:
            of = " ON credit" if dialect == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER credit_{trigger}{of}")
        connection.exec_driver_sql("UPDATE credit SET credited_min = credited_min - 1")
        # Others use this database after us.
        for statement in guards_of("credit", dialect):
            connection.exec_driver_sql(statement)
    result = call(environment, "verify-ledger")
    assert (result.exit_code, "entry 1 (ledger line 1) was changed" in result.output) == (1, True)
    told = json.loads(call(environment, "verify-ledger", "--json").output)
    assert (told["holds"], told["faults"][0]["kind"]) == (False, "changed")


@pytest.mark.parametrize("name", ["recount", "housekeep", "verify-ledger"])
def test_a_database_that_was_never_migrated_is_told_so(
    environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    empty = environment | {"VOLUNTEER_DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"}
    result = call(empty, name)
    assert (result.exit_code, "run `volunteer migrate` first" in result.output) == (1, True)


def test_a_college_goes_into_a_file_and_comes_back_elsewhere(
    environment: dict[str, str], served: int, tmp_path: Path
) -> None:
    file = tmp_path / "college.zip"
    written = call(environment, "backup", file)
    assert (written.exit_code, "rows in" in written.output) == (0, True)
    assert call(environment, "backup", file).exit_code == 1
    elsewhere = environment | {"VOLUNTEER_DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.db'}"}
    assert call(elsewhere, "restore", file).output == written.output
    assert call(elsewhere, "recount").output == "0 differences\n"
    again = call(elsewhere, "restore", file)
    assert (again.exit_code, "holds rows already" in again.output) == (1, True)
