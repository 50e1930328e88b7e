"""``volunteer import``: people from a spreadsheet. A dry run, unless asked to write."""

import hashlib
import json
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions.roster import add_members
from volunteer.cli.data import opened
from volunteer.database import in_transaction
from volunteer.roster.faults import BadFile, BadRow
from volunteer.roster.judging import Judged, judge
from volunteer.roster.sentences import sentence
from volunteer.roster.tables import MEMBERS, Row, Table, read_table
from volunteer.roster.workbook import UNPACKED_LIMIT
from volunteer.rules.roster import RosterEntry
from volunteer.stats.roster import branch_codes, whole_roster


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
    if file.suffix.lower() not in (".xlsx", ".xlsm", ".csv"):
        raise click.UsageError("FILE must be xlsx or csv")
    with file.open("rb") as stream:
        content = stream.read(UNPACKED_LIMIT + 1)
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
    _tell(judged, is_applied=is_applied, as_json=as_json)
    sys.exit(1 if judged.bad else 0)


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


def _tell(judged: Judged[RosterEntry], *, is_applied: bool, as_json: bool) -> None:
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
        click.echo(f"row {bad.row}, {_heading(bad)}: {sentence(bad)}")
    click.echo(f"{len(judged.new)} new, {judged.unchanged} unchanged, {len(judged.bad)} bad")
    if is_written:
        click.echo("Written." if judged.new else "There was nothing to write.")
    elif judged.bad:
        click.echo("Nothing was written. Mend the rows above and try again.")
    else:
        click.echo("Nothing was written: this was a dry run. Add --apply to write.")


def _heading(bad: BadRow) -> str:
    heading = MEMBERS.heading(bad.column)
    return f"column {heading}" if heading == bad.column else heading
