"""``volunteer backup`` and ``volunteer restore``."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from sqlalchemy import Table, create_engine

from volunteer import clock
from volunteer.backup import BadBackup, Summary, Watched, write
from volunteer.backup import restore as put_back
from volunteer.cli.data import opened
from volunteer.cli.serving import settings_or_exit
from volunteer.database import db, listen
from volunteer.migrate import upgrade


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database to FILE while people go on working.

    The secrets are not in it: keep them apart.
    """
    with opened():
        try:
            summary = write(db.engine, file, now=clock.utc_now(), watched=_watched("Writing"))
        except FileExistsError as error:
            raise click.ClickException(f"{file} is there already; choose another name") from error
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    _tell(summary)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE into an empty database, SQLite or PostgreSQL.

    The whole file is read and checked before anything is written.
    """
    url = settings_or_exit().database_url
    upgrade(url)
    engine = create_engine(url)
    listen(engine)
    try:
        summary = put_back(engine, file, watched=_watched("Restoring"))
    except BadBackup as error:
        raise click.ClickException(f"{error}. Nothing was changed.") from error
    finally:
        engine.dispose()
    _tell(summary)


def _watched(label: str) -> Watched:
    def watched(tables: Iterable[Table], count: int) -> Iterator[Table]:
        # On standard error: what is printed to a file or another program stays clean.
        with click.progressbar(
            tables, length=count, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            yield from bar

    return watched


def _tell(summary: Summary) -> None:
    rows = sum(summary.rows.values())
    click.echo(f"{rows} rows in {len(summary.rows)} tables, revision {summary.revision}")
