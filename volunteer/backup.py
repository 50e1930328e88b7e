"""The whole database as one file, and back: the same file for SQLite and PostgreSQL.

A backup is a zip with the rows of each table as JSON lines, and a manifest with the checksum of each. It is
taken in one read transaction, so that people go on working meanwhile. The secrets are not in it.
"""

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Date, Engine, Enum, LargeBinary, Table, func, insert, select

from volunteer import models  # noqa: F401 - fills the metadata
from volunteer.database import Instant, Model
from volunteer.migrate import current, head

PROGRAM = "fifty-hours"
FORMAT = 1
MANIFEST = "manifest.json"
AT_ONCE = 1_000
LONGEST_LINE = 32_000_000
Watched = Callable[[Iterable[Table], int], Iterable[Table]]


class BadBackup(ValueError):
    """The file is not a whole backup that this version can take; the message says why."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds: rows by table, and the revision of the schema."""

    revision: str
    rows: Mapping[str, int]


def write(
    engine: Engine, path: Path, *, now: datetime, watched: Watched = lambda tables, _: tables
) -> Summary:
    """Write the backup to *path*, which must not be there yet; half a file is never left.

    Raises:
        FileExistsError: There is a file already.
    """
    if path.exists():
        raise FileExistsError(path)
    part = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive, _steady(engine) as connection:
            found = {
                table.name: _write_table(archive, connection, table)
                for table in watched(_tables(), len(_tables()))
            }
            manifest = {
                "program": PROGRAM,
                "format": FORMAT,
                "revision": current(engine),
                "at": now.astimezone(UTC).isoformat(),
                "tables": found,
            }
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Summary(str(manifest["revision"]), {name: one["rows"] for name, one in found.items()})


def check(path: Path, *, watched: Watched = lambda tables, _: tables) -> Summary:
    """Read the whole backup and return what it holds.

    Raises:
        BadBackup: Damaged, of another program, or of another revision.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive)
        for table in watched(_tables(), len(_tables())):
            digest, rows = hashlib.sha256(), 0
            for line in _lines(archive, table):
                digest.update(line)
                rows += 1
            told = manifest["tables"][table.name]
            if {"rows": rows, "sha256": digest.hexdigest()} != told:
                raise BadBackup(f"{table.name} is not what was written")
    return Summary(manifest["revision"], {name: one["rows"] for name, one in manifest["tables"].items()})


def restore(engine: Engine, path: Path, *, watched: Watched = lambda tables, _: tables) -> Summary:
    """Put a checked backup into a migrated database without a row; all of it or nothing.

    Raises:
        BadBackup: As :func:`check`; the database holds rows, or is at another revision.
    """
    summary = check(path)
    if current(engine) != summary.revision:
        raise BadBackup("the database is at another revision: migrate an empty one first")
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        for table in _tables():
            if connection.execute(select(table).limit(1)).first() is not None:
                raise BadBackup(f"the database holds rows already ({table.name}): restore into an empty one")
        with _opened(path) as archive:
            for table in watched(_tables(), len(_tables())):
                _read_table(archive, connection, table)
    return summary


def _tables() -> list[Table]:
    """Return all tables, each after those that it refers to."""
    return list(Model.metadata.sorted_tables)


@contextmanager
def _steady(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one moment of the database, whatever others write."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    rows = connection.execute(
        select(table).order_by(*table.primary_key.columns).execution_options(yield_per=AT_ONCE)
    )
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
        for row in rows:
            line = json.dumps([_plain(value) for value in row], ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            file.write(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def _read_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> None:
    columns = list(table.columns)
    rows: list[dict[str, Any]] = []

    def put() -> None:
        if rows:
            connection.execute(insert(table), rows)
            rows.clear()

    for line in _lines(archive, table):
        values = json.loads(line)
        rows.append(
            {column.key: _typed(column.type, value) for column, value in zip(columns, values, strict=True)}
        )
        if len(rows) == AT_ONCE:
            put()
    put()
    if connection.dialect.name == "postgresql" and "id" in table.columns:
        # Or the next row would get a number that is taken.
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, func.max(table.c.id))))


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Instant):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return kind.enum_class(value) if isinstance(kind, Enum) and kind.enum_class else value


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadBackup(f"{path.name} is damaged, or no backup") from error


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest of a backup of ours, of this revision, with all tables."""
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        is_ours = (manifest["program"], manifest["format"]) == (PROGRAM, FORMAT)
        names = set(manifest["tables"])
    except (KeyError, ValueError, TypeError) as error:
        raise BadBackup("no backup of this program") from error
    if not is_ours:
        raise BadBackup("no backup of this program")
    if manifest["revision"] != head():
        raise BadBackup(
            f"the backup is of revision {manifest['revision']}, this version of the program is at {head()}"
        )
    if names != {table.name for table in _tables()}:
        raise BadBackup("the backup has other tables than this version of the program")
    return manifest


def _lines(archive: zipfile.ZipFile, table: Table) -> Iterator[bytes]:
    file: IO[bytes]
    try:
        with archive.open(f"{table.name}.jsonl") as file:
            while line := file.readline(LONGEST_LINE):
                yield line
    except KeyError as error:
        raise BadBackup(f"{table.name} is missing") from error
