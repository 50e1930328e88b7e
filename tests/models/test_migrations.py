"""The migrations make what the models say, on both engines, whole or not at all."""

import ast
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from tests import engines
from tests.models.rows import TABLES, fill_committed
from volunteer import migrate
from volunteer.config import shipped
from volunteer.database import Model
from volunteer.revisions import GUARDED_TABLES, GUARDS

VERSIONS = sorted(path.name for path in (shipped("migrations") / "versions").glob("*.py"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def new_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Give empty databases, on which nothing was migrated."""
    opened: list[Engine] = []
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""

    def new() -> Engine:
        name = f"empty_{tmp_path.name}_{len(opened)}".lower()
        url = f"sqlite:///{tmp_path / name}.db"
        opened.append(
            engines.open_engine(engines.new_database(server, name, template="template1") if server else url)
        )
        return opened[-1]

    yield new
    for engine in opened:
        engine.dispose()
        if server:
            engines.drop_database(server, str(engine.url.database))


def structure(engine: Engine) -> dict[str, Any]:
    """Return all that the database knows of its own tables, in an order of its own."""
    inspector = sa.inspect(engine)
    found: dict[str, Any] = {}
    for table in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        found[table] = {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in sorted(inspector.get_columns(table), key=lambda column: column["name"])
            ],
            "key": inspector.get_pk_constraint(table),
            "checks": ordered(inspector.get_check_constraints(table)),
            "uniques": ordered(inspector.get_unique_constraints(table)),
            "indexes": ordered(inspector.get_indexes(table)),
            "references": ordered(inspector.get_foreign_keys(table)),
        }
    return found


def ordered(items: list[Any]) -> list[str]:
    return sorted(re.sub(r"\s+", " ", plain(item)) for item in items)


def plain(item: Any) -> str:
    """Return a text that is the same for the same thing: a partial index reads as its condition."""
    return str(sorted((key, plain(value)) for key, value in item.items()) if isinstance(item, dict) else item)


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_the_migrations_make_every_constraint_of_the_models(new_engine: Callable[[], Engine]) -> None:
    migrated, made = new_engine(), new_engine()
    migrate.upgrade(migrated)
    Model.metadata.create_all(made)
    assert structure(migrated) == structure(made)


def test_revisions_are_numbered_one_after_the_other() -> None:
    scripts = ScriptDirectory.from_config(migrate.configuration())
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    assert revisions == [f"{number:04}" for number in range(1, len(VERSIONS) + 1)]
    assert [name[:4] for name in VERSIONS] == revisions
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in VERSIONS)


def guards(engine: Engine) -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
    }[engine.dialect.name]
    with engine.connect() as connection:
        return set(connection.exec_driver_sql(query).scalars())


def test_guards_stand_after_every_revision(new_engine: Callable[[], Engine]) -> None:
    engine = new_engine()
    scripts = ScriptDirectory.from_config(migrate.configuration())
    for script in list(scripts.walk_revisions())[::-1]:
        migrate.upgrade(engine, script.revision)
        there = set(sa.inspect(engine).get_table_names()).intersection(GUARDED_TABLES)
        wanted = {f"{table}_{suffix}" for table in there for suffix in GUARDS[engine.dialect.name]}
        assert wanted <= guards(engine), script.revision
    assert there == set(GUARDED_TABLES)


@pytest.mark.parametrize("name", VERSIONS)
def test_no_migration_rebuilds_a_guarded_table(name: str) -> None:
    source = (shipped("migrations") / "versions" / name).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("batch_alter_table"):
            table = ast.literal_eval(node.args[0])
            recreate = [ast.literal_eval(word.value) for word in node.keywords if word.arg == "recreate"]
            assert table not in GUARDED_TABLES or recreate == ["never"], ast.unparse(node)


def test_a_database_is_current_once_it_is_upgraded(new_engine: Callable[[], Engine]) -> None:
    engine = new_engine()
    assert migrate.current(engine) is None
    assert not migrate.is_current(engine)
    migrate.upgrade(engine)
    assert migrate.is_current(engine)
    assert migrate.current(engine) == migrate.head() == VERSIONS[-1][:4]


def test_an_upgrade_repeated_keeps_every_row(engine: Engine) -> None:
    fill_committed(engine)
    before = counts(engine)
    migrate.upgrade(engine)
    assert counts(engine) == before
    assert all(before.values())


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(TABLES[name])) or 0
            for name in TABLES
        }


def test_two_upgrades_at_once_make_one(new_engine: Callable[[], Engine]) -> None:
    url = new_engine().url.render_as_string(hide_password=False)
    failed: list[BaseException] = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        try:
            migrate.upgrade(url)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    engine = engines.open_engine(url)
    assert migrate.is_current(engine)
    engine.dispose()


def test_an_address_is_enough_and_its_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / '100% 五十' / 'state' / 'volunteer.db'}"
    migrate.upgrade(url)
    engine = engines.open_engine(url)
    assert migrate.is_current(engine)
    engine.dispose()


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Add a made-up next migration, whose upgrade does what it is told."""
    folder = tmp_path / "migrations"
    shutil.copytree(shipped("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "shipped", lambda name: tmp_path / name)

    def add(body: str) -> None:
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        number = len(VERSIONS) + 1
        (folder / "versions" / f"{number:04}_later.py").write_text(
            f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{number:04}"\n'
            f'down_revision = "{number - 1:04}"\n\n\ndef upgrade():\n{lines}',
            encoding="utf-8",
        )

    return add


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    engine: Engine, later: Callable[[str], None]
) -> None:
    later('op.create_table("half", sa.Column("id", sa.Integer))\nop.execute("UPDATE term SET name = NULL")')
    fill_committed(engine)
    before = structure(engine)
    with pytest.raises(sa.exc.IntegrityError):
        migrate.upgrade(engine)
    assert structure(engine) == before
    assert migrate.current(engine) == VERSIONS[-1][:4]


def test_a_table_that_others_refer_to_can_be_rebuilt(
    new_engine: Callable[[], Engine], later: Callable[[str], None]
) -> None:
    later(
        'with op.batch_alter_table("member", recreate="auto") as member:\n'
        '    member.alter_column("initials", nullable=True, existing_type=sa.String(60))'
    )
    engine = new_engine()
    migrate.upgrade(engine, VERSIONS[-1][:4])
    fill_committed(engine)
    before = counts(engine), guards(engine)
    migrate.upgrade(engine)
    assert (counts(engine), guards(engine)) == before
    columns = {column["name"]: column for column in sa.inspect(engine).get_columns("member")}
    assert columns["initials"]["nullable"]


def test_a_migration_that_leaves_a_reference_to_nothing_is_undone(
    tmp_path: Path, sqlite_template: Path, later: Callable[[str], None]
) -> None:
    later('op.execute("DELETE FROM term")\nop.execute("DELETE FROM post")')
    path = tmp_path / "broken.db"
    shutil.copyfile(sqlite_template, path)
    engine = engines.open_engine(f"sqlite:///{path}")
    fill_committed(engine)
    before = counts(engine)
    with pytest.raises(migrate.BrokenReference):
        migrate.upgrade(engine)
    assert counts(engine) == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()
