"""Files of members and of shifts: sent, looked at row by row, then applied as a whole or not at all.

A file is kept when it is sent. Its page judges it each time it is opened, against the records of that
moment, and applying judges it once more in the transaction that writes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import uploads
from volunteer.actions.roster import add_members
from volunteer.actions.timetable import look, publish_all
from volunteer.database import StaleRow, db, in_transaction
from volunteer.models import Upload
from volunteer.roster.duties import DutyJudging
from volunteer.roster.faults import BadFile, BadRow
from volunteer.roster.judging import Judged, Judging
from volunteer.roster.sentences import sentence
from volunteer.roster.tables import MEMBERS, SHIFTS, Layout, Row, Table, read_table
from volunteer.rules.kinds import UploadKind
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.timetable import PlannedShift
from volunteer.stats import people, timetable
from volunteer.stats.roster import whole_roster
from volunteer.stats.timetable import PostName
from volunteer.web import access, blanks, downloads, paging, words
from volunteer.web.forms import Form
from volunteer.web.routing import FILE_LIMIT_BYTES, takes_files
from volunteer.web.show import settings
from volunteer.web.streaming import growing_page

bp = Blueprint("importing", __name__)
ENDINGS = (".xlsx", ".xlsm", ".csv")
TOLD_EVERY = 500
BAD_ROWS_A_PAGE = 50
SHOWN_OF_NEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Takes rows and says what they come to."""

    take: Callable[[Row], None]
    outcome: Callable[[], Judged[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is done with files of a kind.

    Attributes:
        judge: Begins to judge a table against the records of now.
        write: Writes what is new and returns how many.
        table: Reads the table of a file whose columns have names of their own.
        more: What else its page shows.
    """

    key: UploadKind
    layout: Layout
    judge: Callable[[Session, Table, Actor, Upload], Judge]
    write: Callable[[Session, Sequence[Any], Upload, Actor], int]
    table: Callable[[Session, Upload], Table] | None = None
    more: Callable[[Session, Upload], Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """How many of the rows were looked at."""

    done: int
    rows: int


@dataclass(slots=True)
class Outcome:
    """What came of looking at a file or of applying it; filled in while the page grows."""

    bad_file: BadFile | None = None
    judged: Judged[Any] | None = None
    refusal: Refusal | None = None
    added: int | None = None
    was_applied: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether the file may be applied and there is something to write."""
        return self.judged is not None and bool(self.judged.new) and not self.judged.bad

    @property
    def bad_page(self) -> paging.Page[BadRow]:
        """The bad rows that the address asks for."""
        return paging.page(self.judged.bad if self.judged else (), BAD_ROWS_A_PAGE)

    @property
    def sample(self) -> Sequence[Any]:
        """The first of what is new."""
        return self.judged.new[:SHOWN_OF_NEW] if self.judged else ()


@bp.route("/registry/import/members", methods=["GET", "POST"])
@access.college
@takes_files
def send_members() -> ResponseReturnValue:
    """Take in a roster."""
    return _send(_MEMBERS)


@bp.get("/registry/import/members/<row:upload_id>")
@access.college
def look_at_members(upload_id: int) -> ResponseReturnValue:
    """Show what a roster would change, with every bad row."""
    return look_at(_MEMBERS, upload_id)


@bp.post("/registry/import/members/<row:upload_id>")
@access.college
def apply_members(upload_id: int) -> ResponseReturnValue:
    """Put the people of a roster on ours, all or none."""
    return apply_file(_MEMBERS, upload_id)


@bp.get("/registry/import/members.xlsx")
@access.college
def blank_members() -> Response:
    """Send an empty roster to fill in, which offers the stages and the asker's branches."""
    branches = people.branches_in_reach(db.session(), access.actor(), access.COLLEGE)
    return downloads.named(blanks.members([code for code, _ in branches]), gettext("roster") + ".xlsx")


@bp.route("/registry/import/shifts", methods=["GET", "POST"])
@access.keeper
@takes_files
def send_shifts() -> ResponseReturnValue:
    """Take in a table of shifts."""
    return _send(_SHIFTS)


@bp.get("/registry/import/shifts/<row:upload_id>")
@access.keeper
def look_at_shifts(upload_id: int) -> ResponseReturnValue:
    """Show which shifts a table would publish, with every bad row."""
    return look_at(_SHIFTS, upload_id)


@bp.post("/registry/import/shifts/<row:upload_id>")
@access.keeper
def apply_shifts(upload_id: int) -> ResponseReturnValue:
    """Publish the shifts of a table, all or none."""
    return apply_file(_SHIFTS, upload_id)


@bp.get("/registry/import/shifts.xlsx")
@access.keeper
def blank_shifts() -> Response:
    """Send an empty table of shifts to fill in, which offers the asker's posts."""
    posts = timetable.posts_to_keep(db.session(), access.actor(), access.KEEPERS)
    return downloads.named(blanks.shifts([post.code for post in posts]), gettext("shifts") + ".xlsx")


def _send(kind: Kind) -> ResponseReturnValue:
    form, actor, now = Form.typed(), access.actor(), clock.utc_now()
    access.reach()
    if form.is_sent and (sent := sent_file(form)) is not None:
        name, content = sent
        sheet = str(form.values.get("sheet", "")).strip()[: uploads.SHEET_LENGTH] or None
        number = in_transaction(
            lambda session: uploads.keep(
                session, kind=kind.key, name=name, sheet=sheet, content=content, actor=actor, now=now
            )
        )
        return redirect(f"/registry/import/{kind.key.value}/{number}", 303)
    page = render_template(
        f"registry/import_{kind.key.value}.html",
        form=form,
        columns=[kind.layout.heading(column) for column in kind.layout.chinese],
        limit=FILE_LIMIT_BYTES // 1_000_000,
    )
    return page, 422 if form.errors else 200


def sent_file(form: Form) -> tuple[str, bytes] | None:
    """Return name and content of the file, or fill in what is wrong with it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        form.errors["file"] = gettext("Choose a file first.")
        return None
    name = PurePath(file.filename.replace("\\", "/")).name
    if not name.lower().endswith(ENDINGS):
        form.errors["file"] = gettext("This is neither xlsx nor csv. Save the table as one of them.")
        return None
    printable = "".join(letter for letter in name if letter.isprintable())
    return printable[-uploads.NAME_LENGTH :], file.stream.read()


def look_at(kind: Kind, upload_id: int) -> ResponseReturnValue:
    """Show what a file would change, with every bad row."""
    actor, outcome = access.actor(), Outcome()
    upload = uploads.own_upload(db.session(), upload_id=upload_id, kind=kind.key, actor=actor)
    return _page(kind, upload, outcome, _looking(kind, upload, actor, outcome))


def _looking(kind: Kind, upload: Upload, actor: Actor, outcome: Outcome) -> Iterator[Step]:
    """Judge the file and tell how far it is."""
    if upload.content is None:
        outcome.was_applied = True
        return
    yield Step(0, 0)
    try:
        table = _table(db.session(), kind, upload)
    except BadFile as bad:
        outcome.bad_file = bad
        return
    judge = kind.judge(db.session(), table, actor, upload)
    for number, row in enumerate(table.rows):
        if number % TOLD_EVERY == 0:
            yield Step(number, len(table.rows))
        judge.take(row)
    outcome.judged = judge.outcome()
    yield Step(len(table.rows), len(table.rows))


def apply_file(kind: Kind, upload_id: int) -> ResponseReturnValue:
    """Write what a file brings, all or nothing, and show what came of it."""
    actor, outcome = access.actor(), Outcome()
    upload = uploads.own_upload(db.session(), upload_id=upload_id, kind=kind.key, actor=actor)
    return _page(kind, upload, outcome, _applying(kind, upload_id, actor, outcome))


def _applying(kind: Kind, upload_id: int, actor: Actor, outcome: Outcome) -> Iterator[Step]:
    """Judge and write in one transaction, so that nobody comes in between."""
    yield Step(0, 0)
    now = clock.utc_now()

    def work(session: Session) -> None:
        upload = uploads.own_upload(session, upload_id=upload_id, kind=kind.key, actor=actor, is_locked=True)
        outcome.was_applied = upload.content is None
        if outcome.was_applied:
            return
        table = _table(session, kind, upload)
        judge = kind.judge(session, table, actor, upload)
        for row in table.rows:
            judge.take(row)
        outcome.judged = judge.outcome()
        if not outcome.judged.bad:
            outcome.added = kind.write(session, outcome.judged.new, upload, actor)
            uploads.note_applied(session, upload, added=outcome.added, now=now)

    try:
        in_transaction(work)
    except BadFile as bad:
        outcome.bad_file = bad
    except Refusal as refusal:
        outcome.refusal = refusal
    except (OperationalError, StaleRow) as error:
        current_app.logger.error("database away: %s", error)
        outcome.refusal = Refusal(Reason.DATABASE_AWAY)
    if outcome.refusal is not None:
        outcome.added = None


def _page(kind: Kind, upload: Upload, outcome: Outcome, steps: Iterator[Step]) -> Response:
    """Return the page of a file, which grows with the steps."""
    return growing_page(
        "registry/import_outcome.html",
        kind=kind.key,
        name=upload.name,
        here_=f"/registry/import/{kind.key.value}/{upload.id}",
        back=f"/registry/import/{kind.key.value}",
        steps=steps,
        outcome=outcome,
        heading=kind.layout.heading,
        more=kind.more(db.session(), upload) if kind.more else {},
        fault=lambda wrong: sentence(wrong, gettext),
    )


def _table(session: Session, kind: Kind, upload: Upload) -> Table:
    if kind.table is not None:
        return kind.table(session, upload)
    is_text = upload.name.lower().endswith(".csv")
    return read_table(upload.content or b"", is_text=is_text, sheet=upload.sheet, layout=kind.layout)


def _judge_members(session: Session, table: Table, actor: Actor, _upload: Upload) -> Judge:
    branches = {code for code, _ in people.branches_in_reach(session, actor, access.COLLEGE)}
    judging = Judging(table, branches=branches, roster=whole_roster(session))
    return Judge(take=judging.take, outcome=judging.outcome)


def _write_members(session: Session, new: Sequence[Any], upload: Upload, actor: Actor) -> int:
    return add_members(session, entries=new, source=upload.digest, actor=actor, now=clock.utc_now())


def _judge_shifts(session: Session, table: Table, actor: Actor, _upload: Upload) -> Judge:
    now = clock.utc_now()
    posts = timetable.posts_to_keep(session, actor, access.KEEPERS)
    judging = DutyJudging(table, posts=by_code_or_name(posts), zone=settings().zone)
    return Judge(
        take=judging.take,
        outcome=lambda: judging.outcome(
            lambda planned: look(session, planned=planned, now=now),
            lambda codes: timetable.known_codes(session, codes),
            words.span_text,
        ),
    )


def _write_shifts(session: Session, new: Sequence[PlannedShift], upload: Upload, actor: Actor) -> int:
    campus, now = settings().campus, clock.utc_now()
    return publish_all(session, planned=new, source=upload.digest, actor=actor, campus=campus, now=now)


def by_code_or_name(posts: Sequence[PostName]) -> dict[str, str]:
    """Return the code of each post by its code, and by its name where only one bears it."""
    names = [post.name for post in posts]
    by_name = {post.name: post.code for post in posts if names.count(post.name) == 1}
    return by_name | {post.code: post.code for post in posts}


_MEMBERS = Kind(key=UploadKind.MEMBERS, layout=MEMBERS, judge=_judge_members, write=_write_members)
_SHIFTS = Kind(key=UploadKind.SHIFTS, layout=SHIFTS, judge=_judge_shifts, write=_write_shifts)
