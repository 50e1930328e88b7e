"""Sheets of other platforms: sent, mapped, looked at row by row, asked for and approved as one file."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import uploads
from volunteer.actions.batches import approve_batch, reject_batch
from volunteer.actions.outside import SOURCE_LENGTH, add_outside, keep_source
from volunteer.database import db, in_transaction
from volunteer.models import Upload
from volunteer.roster.elsewhere import Known, OutsideJudging, Person
from volunteer.roster.faults import BadFile
from volunteer.roster.sheet import OUTSIDE, OutsideColumn, Sheet, proposed, read_sheet
from volunteer.roster.tables import Table
from volunteer.rules.kinds import UploadKind
from volunteer.rules.names import clean_line
from volunteer.rules.policy import policy_on
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.stats import outside, units
from volunteer.stats.outside import BatchRow
from volunteer.stats.policies import policies
from volunteer.web import access, importing, paging, words
from volunteer.web.forms import Form
from volunteer.web.importing import Judge, Kind
from volunteer.web.numbers import number
from volunteer.web.routing import FILE_LIMIT_BYTES, takes_files
from volunteer.web.show import settings

bp = Blueprint("outside", __name__)
LINES_A_PAGE = 50
USUAL_SOURCES = ("i志愿", "志愿汇", "志愿中国", "志愿云")


@bp.route("/registry/import/outside", methods=["GET", "POST"])
@access.committee
@takes_files
def send() -> ResponseReturnValue:
    """Take in a sheet of another platform for a unit."""
    form, actor, now = Form.typed(), access.actor(), clock.utc_now()
    access.reach()
    own = units.own_units(db.session(), actor, access.REVIEWERS)
    if form.is_sent:
        unit = next((one for one in own if one.code == form.values.get("unit")), None)
        source, sent = _source_in(form), importing.sent_file(form)
        if unit is None:
            form.errors["unit"] = gettext("Please choose one of the list.")
        if not form.errors and sent is not None and unit is not None and source is not None:
            name, content = sent
            sheet = str(form.values.get("sheet", "")).strip()[: uploads.SHEET_LENGTH] or None
            home = unit.id
            kept = in_transaction(
                lambda session: uploads.keep(
                    session,
                    kind=UploadKind.OUTSIDE,
                    name=name,
                    sheet=sheet,
                    content=content,
                    actor=actor,
                    now=now,
                    source=source,
                    unit_id=home,
                )
            )
            return redirect(f"/registry/import/outside/{kept}", 303)
    known = outside.sources_of(db.session(), [one.id for one in own])
    page = render_template(
        "registry/import_outside.html",
        form=form,
        units=[(one.code, one.name) for one in own],
        sources=[*dict.fromkeys([*known, *USUAL_SOURCES])],
        limit=FILE_LIMIT_BYTES // 1_000_000,
        waiting=outside.batches(db.session(), actor, access.REVIEWERS, limit=20),
    )
    return page, 422 if form.errors else 200


@bp.get("/registry/import/outside/<row:upload_id>")
@access.committee
def look(upload_id: int) -> ResponseReturnValue:
    """Show how the columns are understood, what the rows would bring, and every bad one."""
    return importing.look_at(_OUTSIDE, upload_id)


@bp.post("/registry/import/outside/<row:upload_id>")
@access.committee
def apply(upload_id: int) -> ResponseReturnValue:
    """Ask for the rows of a sheet, all or none."""
    return importing.apply_file(_OUTSIDE, upload_id)


@bp.post("/registry/import/outside/<row:upload_id>/columns")
@access.committee
def map_columns(upload_id: int) -> ResponseReturnValue:
    """Remember which heading of the platform is meant by each column."""
    actor, now = access.actor(), clock.utc_now()
    upload = uploads.own_upload(db.session(), upload_id=upload_id, kind=UploadKind.OUTSIDE, actor=actor)
    access.reach()
    chosen = {
        column.value: text
        for column in OutsideColumn
        if (text := request.form.get(column.value, "").strip()[:60])
    }
    unit_id, source = _home_of(upload)
    in_transaction(
        lambda session: keep_source(
            session, unit_id=unit_id, name=source, mapping=chosen, actor=actor, now=now
        )
    )
    flash(gettext("Remembered for %(s)s.", s=source), "done")
    return redirect(f"/registry/import/outside/{upload_id}", 303)


@bp.get("/outside-files")
@access.reader
def files() -> ResponseReturnValue:
    """List the files that were taken in, those that wait first."""
    rows = outside.batches(db.session(), access.actor(), access.READERS)
    return render_template(
        "registry/outside_files.html",
        page=paging.page(rows, 20),
        may_send=bool(access.roles() & access.REVIEWERS),
    )


@bp.get("/outside-files/<row:batch_id>")
@access.reader
def one_file(batch_id: int) -> ResponseReturnValue:
    """Show the rows of a file, with what may be decided about all of them."""
    batch = file_in_reach(batch_id, access.READERS)
    page = paging.asked(batch.rows, LINES_A_PAGE)
    lines = outside.lines_of(db.session(), batch_id, first=page.first(LINES_A_PAGE), limit=LINES_A_PAGE)
    return render_template(
        "registry/outside_file.html",
        batch=batch,
        page=page.holding(lines),
        may_decide=_may_decide(batch),
        is_sender=batch.sent_by_id == access.me().id,
    )


@bp.post("/outside-files/<row:batch_id>/approve")
@access.committee
def approve(batch_id: int) -> ResponseReturnValue:
    """Approve every row that waits."""
    file_in_reach(batch_id, access.REVIEWERS)
    actor, campus, now, seen = access.actor(), settings().campus, clock.utc_now(), request.form.get("seen")
    return _decided(
        batch_id,
        lambda session: approve_batch(
            session,
            batch_id=batch_id,
            actor=actor,
            campus=campus,
            now=now,
            seen=number(seen) if seen else None,
        ),
    )


@bp.post("/outside-files/<row:batch_id>/reject")
@access.committee
def reject(batch_id: int) -> ResponseReturnValue:
    """Turn down every row that waits, with a reason."""
    file_in_reach(batch_id, access.REVIEWERS)
    actor, now, reason = access.actor(), clock.utc_now(), request.form.get("reason", "")
    return _decided(
        batch_id,
        lambda session: reject_batch(session, batch_id=batch_id, actor=actor, reason=reason, now=now),
    )


def _decided(batch_id: int, act: Any) -> ResponseReturnValue:
    try:
        count = in_transaction(act)
    except Refusal as refusal:
        if refusal.reason in (Reason.UNKNOWN, Reason.NOT_ALLOWED):
            raise
        flash(words.sentence(refusal), "warn")
    else:
        flash(ngettext("%(num)s row is decided.", "%(num)s rows are decided.", count), "done")
    return redirect(f"/outside-files/{batch_id}", 303)


def file_in_reach(batch_id: int, roles: frozenset[Any]) -> BatchRow:
    """Return the file, if its unit is in reach.

    Raises:
        Refusal: ``UNKNOWN``.
    """
    found = outside.batches(db.session(), access.actor(), roles, batch_id=batch_id)
    if not found:
        raise Refusal(Reason.UNKNOWN)
    access.reach()
    return found[0]


def _may_decide(batch: BatchRow) -> bool:
    """Whether the asker may give the next approval; who may is settled once more by the act itself."""
    account = access.me()
    has_part = account.id == batch.sent_by_id or batch.own or batch.first_by_me
    return bool(access.roles() & access.REVIEWERS) and batch.waiting > 0 and not has_part


def _source_in(form: Form) -> str | None:
    try:
        return clean_line(str(form.values.get("source", "")), "source", longest=SOURCE_LENGTH)
    except Refusal as refusal:
        form.errors["source"] = words.sentence(refusal)
        return None


def _home_of(upload: Upload) -> tuple[int, str]:
    """Return the unit and the platform of a sheet."""
    if upload.unit_id is None or upload.source is None:
        raise ValueError(f"a sheet of no platform: {upload.id}")
    return upload.unit_id, upload.source


def _read(session: Session, upload: Upload) -> tuple[Sheet, dict[OutsideColumn, str]]:
    """Return the sheet and how its columns are understood."""
    unit_id, source = _home_of(upload)
    saved = outside.source_named(session, unit_id, source)
    headings = {OutsideColumn(key): text for key, text in (saved.mapping if saved else {}).items()}
    sheet = read_sheet(
        upload.content or b"",
        is_text=upload.name.lower().endswith(".csv"),
        sheet=upload.sheet,
        saved=headings,
    )
    return sheet, proposed(sheet.headings, headings)


def _table(session: Session, upload: Upload) -> Table:
    sheet, mapped = _read(session, upload)
    return Table(places=sheet.places(mapped), rows=sheet.rows)


def _more(session: Session, upload: Upload) -> Mapping[str, Any]:
    """Return what the page shows beside the rows: the columns, and which heading is meant by each."""
    if upload.content is None:
        return {}
    try:
        sheet, mapped = _read(session, upload)
    except BadFile:
        return {}
    headings = [*dict.fromkeys(heading for heading in sheet.headings if heading)]
    return {"headings": headings, "mapped": mapped, "columns": list(OutsideColumn), "source": upload.source}


def judging(
    session: Session, places: Mapping[str, int], *, unit_path: str, source: str, today: date, zone: ZoneInfo
) -> Judge:
    """Begin to judge a sheet for a unit, against the records of now."""
    people = [
        Person(member_id=one.member_id, student_no=one.student_no, name=one.name, is_closed=one.is_closed)
        for one in outside.people_of(session, unit_path)
    ]
    judge = OutsideJudging(places, people=people, source=source, zone=zone, today=today)
    return Judge(take=judge.take, outcome=lambda: judge.outcome(lambda ids, days: known(session, ids, days)))


def known(session: Session, member_ids: Collection[int], days: Collection[date]) -> Known:
    """Return what the records hold about the members of a sheet; four statements, however many they are."""
    used, versions = outside.outside_minutes(session, member_ids), policies(session)

    def left_min(member_id: int, on: date) -> int:
        return policy_on(on, versions).outside_max_min - used.get(member_id, 0)

    return Known(
        taken=outside.taken_by(session, member_ids, days),
        refs=outside.known_refs(session, member_ids),
        left_min=left_min,
    )


def _judge(session: Session, table: Table, actor: Actor, upload: Upload) -> Judge:
    unit_id, name = _home_of(upload)
    own = units.units_in_reach(session, actor, access.REVIEWERS)
    unit = next((one for one in own if one.id == unit_id), None)
    if unit is None:
        raise Refusal(Reason.NOT_ALLOWED)
    today, zone = settings().campus.day(clock.utc_now()), settings().zone
    return judging(session, table.places, unit_path=unit.path, source=name, today=today, zone=zone)


def _write(session: Session, new: Sequence[Any], upload: Upload, actor: Actor) -> int:
    unit_id, name = _home_of(upload)
    now = clock.utc_now()
    _, mapped = _read(session, upload)
    headings = {column.value: heading for column, heading in mapped.items()}
    source_id = keep_source(session, unit_id=unit_id, name=name, mapping=headings, actor=actor, now=now)
    return add_outside(
        session,
        entries=new,
        source=(source_id, name),
        unit_id=unit_id,
        name=f"{name} {upload.name}"[-uploads.NAME_LENGTH :],
        digest=upload.digest,
        actor=actor,
        campus=settings().campus,
        now=now,
    )


_OUTSIDE = Kind(
    key=UploadKind.OUTSIDE,
    layout=OUTSIDE,
    judge=_judge,
    write=_write,
    table=_table,
    more=_more,
)
