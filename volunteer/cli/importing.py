"""``volunteer import``: people or records of other platforms from a spreadsheet. Dry, unless asked."""

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.outside import SOURCE_LENGTH, add_outside, keep_source
from volunteer.actions.roster import add_members
from volunteer.cli.data import opened
from volunteer.database import in_transaction
from volunteer.models import Unit
from volunteer.roster.faults import BadFile, BadRow
from volunteer.roster.judging import Judged, judge
from volunteer.roster.sentences import sentence
from volunteer.roster.sheet import OUTSIDE, OutsideColumn, Sheet, proposed, read_sheet
from volunteer.roster.tables import MEMBERS, Layout, Row, Table, read_table
from volunteer.roster.workbook import UNPACKED_LIMIT
from volunteer.rules.names import clean_line
from volunteer.rules.outside import OutsideEntry
from volunteer.rules.roster import RosterEntry
from volunteer.stats.outside import source_named
from volunteer.stats.roster import branch_codes, whole_roster
from volunteer.web.outside import judging

FILE_NAME_LENGTH = 120


@click.group("import")
def import_() -> None:
    """Take over data from files."""


@import_.command("members")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_applied", is_flag=True, help="Write. Without it nothing is written.")
@click.option("--sheet", help="The sheet of a workbook that has several.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def members(file: Path, sheet: str | None, *, is_applied: bool, as_json: bool) -> None:
    """Put the people of FILE (xlsx or csv) on the roster: all of them or none.

    The columns are found by their names: 学号 student_no, 姓名 name, 支部代码 unit, 发展阶段 stage,
    预备期起 probation_start. People who stand on the roster in the same way already are left as they are.
    Each bad row is told with its row, column and reason; any of them makes the exit status 1.
    """
    content = _content(file)
    with opened() as (_, session):
        try:
            table = read_table(content, is_text=file.suffix.lower() == ".csv", sheet=sheet)
        except BadFile as bad:
            _tell_bad_file(bad, as_json=as_json)
            sys.exit(1)
        if is_applied:
            judged = in_transaction(lambda writer: _apply(writer, table, hashlib.sha256(content).hexdigest()))
        else:
            judged = _judge(session, table)
    _tell(judged, is_applied=is_applied, as_json=as_json, layout=MEMBERS)
    sys.exit(1 if judged.bad else 0)


@import_.command("outside")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="The platform; how its columns are called is remembered.")
@click.option("--unit", "unit_code", required=True, help="Whose members the rows are about.")
@click.option("--column", "columns", multiple=True, metavar="KEY=HEADING", help="What a heading means.")
@click.option("--apply", "is_applied", is_flag=True, help="Write. Without it nothing is written.")
@click.option("--sheet", help="The sheet of a workbook that has several.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def outside(
    file: Path,
    source: str,
    unit_code: str,
    columns: Sequence[str],
    sheet: str | None,
    *,
    is_applied: bool,
    as_json: bool,
) -> None:
    """Ask for the rows of another platform's FILE (xlsx or csv) as outside records: all of them or none.

    Headings are understood as they usually are, as last time, or as --column says: one of student_no, name,
    what, date, start, end, hours, minutes. Two people then approve the file on the pages.
    """
    content = _content(file)
    with opened() as (settings, session):
        unit = session.execute(select(Unit.id, Unit.path).where(Unit.code == unit_code)).one_or_none()
        if unit is None:
            raise click.ClickException(f"no unit {unit_code}")
        name = clean_line(source, "source", longest=SOURCE_LENGTH)
        try:
            found, mapped = _mapped_sheet(session, file, content, sheet, unit.id, name, columns)
            table = Table(places=found.places(mapped), rows=found.rows)
        except BadFile as bad:
            _tell_bad_file(bad, as_json=as_json)
            sys.exit(1)
        now = clock.utc_now()
        today = settings.campus.day(now)

        def work(writer: Session) -> Judged[OutsideEntry]:
            judge = judging(
                writer, table.places, unit_path=unit.path, source=name, today=today, zone=settings.zone
            )
            with _progress(table) as rows:
                for row in rows:
                    judge.take(row)
            judged: Judged[OutsideEntry] = judge.outcome()
            if is_applied and judged.new and not judged.bad:
                by: dict[str, Any] = {"unit_id": unit.id, "actor": None, "now": now}
                headings = {column.value: heading for column, heading in mapped.items()}
                number = keep_source(writer, name=name, mapping=headings, **by)
                add_outside(
                    writer,
                    entries=judged.new,
                    source=(number, name),
                    name=f"{name} {file.name}"[-FILE_NAME_LENGTH:],
                    digest=hashlib.sha256(content).hexdigest(),
                    campus=settings.campus,
                    **by,
                )
            return judged

        judged = in_transaction(work) if is_applied else work(session)
    _tell(judged, is_applied=is_applied, as_json=as_json, layout=OUTSIDE)
    sys.exit(1 if judged.bad else 0)


def _mapped_sheet(
    session: Session,
    file: Path,
    content: bytes,
    sheet: str | None,
    unit_id: int,
    name: str,
    columns: Sequence[str],
) -> tuple[Sheet, dict[OutsideColumn, str]]:
    """Return the sheet, and its headings as they are understood."""
    saved = source_named(session, unit_id, name)
    headings = {OutsideColumn(key): text for key, text in (saved.mapping if saved else {}).items()}
    said = dict(pair.partition("=")[::2] for pair in columns)
    if said.keys() - set(OutsideColumn) or not all(said.values()):
        raise click.UsageError(f"--column KEY=HEADING, and KEY one of {', '.join(OutsideColumn)}")
    given = {OutsideColumn(key): text for key, text in said.items()}
    is_text = file.suffix.lower() == ".csv"
    found = read_sheet(content, is_text=is_text, sheet=sheet, saved=headings | given)
    return found, proposed(found.headings, headings) | given


def _content(file: Path) -> bytes:
    if file.suffix.lower() not in (".xlsx", ".xlsm", ".csv"):
        raise click.UsageError("FILE must be xlsx or csv")
    with file.open("rb") as stream:
        return stream.read(UNPACKED_LIMIT + 1)


def _judge(session: Session, table: Table) -> Judged[RosterEntry]:
    branches, roster = set(branch_codes(session)), whole_roster(session)
    with _progress(table) as rows:
        return judge(table, rows, branches=branches, roster=roster)


def _apply(session: Session, table: Table, digest: str) -> Judged[RosterEntry]:
    """Judge and write in one transaction, so that nobody comes in between."""
    judged = _judge(session, table)
    if judged.new and not judged.bad:
        add_members(session, entries=judged.new, source=digest, actor=None, now=clock.utc_now())
    return judged


def _progress(table: Table) -> AbstractContextManager[Iterable[Row]]:
    # On standard error: what is printed to a file or another program stays clean.
    return click.progressbar(
        table.rows, label="Reading rows", file=sys.stderr, hidden=not sys.stderr.isatty()
    )


def _tell_bad_file(bad: BadFile, *, as_json: bool) -> None:
    message = sentence(bad)
    if as_json:
        error = {"reason": bad.fault, "message": message}
        outcome = {"applied": False, "new": 0, "unchanged": 0, "bad": [], "error": error}
        click.echo(json.dumps(outcome, ensure_ascii=False))
    else:
        click.echo(f"Error: {message}", err=True)


def _tell(judged: Judged[Any], *, is_applied: bool, as_json: bool, layout: Layout) -> None:
    is_written = is_applied and not judged.bad
    if as_json:
        outcome = {
            "applied": is_written,
            "new": len(judged.new),
            "unchanged": judged.unchanged,
            "bad": [
                {
                    "row": bad.row,
                    "column": bad.column,
                    "reason": bad.fault,
                    "message": sentence(bad),
                }
                for bad in judged.bad
            ],
            "error": None,
        }
        click.echo(json.dumps(outcome, ensure_ascii=False))
        return
    for bad in judged.bad:
        click.echo(f"row {bad.row}, {_heading(bad, layout)}: {sentence(bad)}")
    click.echo(f"{len(judged.new)} new, {judged.unchanged} unchanged, {len(judged.bad)} bad")
    if is_written:
        click.echo("Written." if judged.new else "There was nothing to write.")
    elif judged.bad:
        click.echo("Nothing was written. Mend the rows above and try again.")
    else:
        click.echo("Nothing was written: this was a dry run. Add --apply to write.")


def _heading(bad: BadRow, layout: Layout) -> str:
    heading = layout.heading(bad.column)
    return f"column {heading}" if heading == bad.column else heading
