"""``volunteer replay``: run a scenario on a database of its own."""

import json
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import click
from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.exc import ArgumentError

from volunteer.config import scratch_settings
from volunteer.database import listen
from volunteer.migrate import upgrade
from volunteer.replay import BadScenario, replay
from volunteer.replay.lines import moment

SHOWN = 20


@click.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--until", metavar="TIME", help="Stop before the first event after this time (RFC 3339).")
@click.option("--database", metavar="URL", help="Where to run it; by default a temporary SQLite file.")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def replay_command(file: Path, until: str | None, database: str | None, *, as_json: bool) -> None:
    """Run the scenario FILE through the same actions as the web.

    Prints the first 20 differences and exits with 1 if an expectation fails. A PostgreSQL database gets a
    schema of its own for the run, which is dropped afterwards; a SQLite file must be new.
    """
    campus = scratch_settings().campus
    try:
        limit = moment(until, "--until") if until else None
        with fresh_engine(database) as engine:
            upgrade(engine)
            found = list(islice(replay(file, engine=engine, campus=campus, until=limit), SHOWN))
    except BadScenario as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        keys = ("place", "key", "wanted", "got")
        rows = [{key: getattr(one, key) for key in keys} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
    else:
        for difference in found:
            click.echo(str(difference))
        if not found:
            click.echo(f"{file.name}: as expected")
    sys.exit(1 if found else 0)


@contextmanager
def fresh_engine(url: str | None) -> Iterator[Engine]:
    """Give an engine on an empty database: a temporary file, a new file, or a schema of its own."""
    if url is None:
        with tempfile.TemporaryDirectory(prefix="volunteer-") as folder:
            engine = _engine(f"sqlite:///{folder}/replay.db", is_scratch=True)
            yield engine
            engine.dispose()
        return
    engine = _engine(url)
    if engine.dialect.name == "sqlite":
        if inspect(engine).get_table_names():
            raise click.UsageError("the SQLite file is not empty; name a new one")
        yield engine
        engine.dispose()
        return
    engine.dispose()
    yield from _in_schema(url)


def _in_schema(url: str) -> Iterator[Engine]:
    schema = f"replay_{secrets.token_hex(6)}"
    outside = create_engine(url, isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    engine = create_engine(url, connect_args={"options": f"-csearch_path={schema}"})
    try:
        yield engine
    finally:
        engine.dispose()
        with outside.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        outside.dispose()


def _engine(url: str, *, is_scratch: bool = False) -> Engine:
    try:
        engine = create_engine(url)
    except ArgumentError as error:
        raise click.UsageError(f"--database: {error}") from error
    listen(engine)
    if is_scratch and engine.dialect.name == "sqlite":
        # Nothing of it has to survive anything.
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return engine
