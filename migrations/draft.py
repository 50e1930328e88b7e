"""Draft a migration from the difference between the models and the newest revision.

    .venv/bin/python migrations/draft.py first        write 0001 anew; only before the first release
    .venv/bin/python migrations/draft.py next "Give posts a photograph"
    .venv/bin/python migrations/draft.py print        show the difference and write nothing

A draft is read and corrected by hand. It does not see a changed CHECK constraint (the tests do), and it
must not rebuild a table that is guarded (``volunteer/revisions.py``).
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from alembic.operations.ops import UpgradeOps
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Enum, create_engine
from sqlalchemy.pool import StaticPool

from volunteer import models  # noqa: F401 - fills the metadata
from volunteer.database import Instant, Model, RowId, listen
from volunteer.migrate import configuration, head, upgrade
from volunteer.revisions import GUARDED_TABLES

FIRST = "0001"
FIRST_SAYS = "First tables"


def main(arguments: list[str]) -> int:
    """Do what the command line asks for and return the exit code."""
    match arguments:
        case ["first"]:
            guards = "guard(\n" + "".join(f'        "{table}",\n' for table in GUARDED_TABLES) + "    )"
            with scratch(migrated=False) as connection:
                tables = difference(connection, in_batches=False)
                write(FIRST, FIRST_SAYS, f"{tables}\n    {guards}\n    keep_counted()")
        case ["next", message]:
            with scratch() as connection:
                write(f"{int(head() or 0) + 1:04}", message, difference(connection))
        case ["print"]:
            with scratch() as connection:
                print(difference(connection))
        case _:
            print(__doc__)
            return 2
    return 0


@contextmanager
def scratch(*, migrated: bool = True) -> Iterator[Connection]:
    """Give a connection to a database in memory, empty or at the newest revision."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    listen(engine)
    if migrated:
        upgrade(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def difference(connection: Connection, *, in_batches: bool = True) -> str:
    """Return the Python code of an upgrade from what *connection* holds to the models."""
    options = {"target_metadata": Model.metadata, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    upgrades = produce_migrations(context, Model.metadata).upgrade_ops
    code = render_python_code(
        upgrades or UpgradeOps(),
        render_as_batch=in_batches,
        render_item=render_type,
        migration_context=context,
    )
    lines = [line for line in code.splitlines() if not line.lstrip().startswith("# ###")]
    return "\n".join(lines).strip()


def render_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Return how a migration spells our own types, so that it does not change with them; else False."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "sa.BigInteger()"
    if isinstance(item, Enum):
        return f"one_of({', '.join(map(repr, (item.name, *item.enums)))})"
    return "ROW_ID" if repr(item) == repr(RowId) and item._variant_mapping else False


def write(revision: str, message: str, code: str) -> None:
    """Write one migration file, formatted."""
    versions = ScriptDirectory.from_config(configuration()).versions
    for old in Path(versions).glob(f"{revision}_*.py"):
        old.unlink()
    # Opened again, so that it has forgotten the old one.
    ScriptDirectory.from_config(configuration()).generate_revision(revision, message, upgrades=code)
    ruff = [sys.executable, "-m", "ruff"]
    subprocess.run([*ruff, "check", "--quiet", "--fix", versions], check=True)
    subprocess.run([*ruff, "format", "--quiet", versions], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
