"""What notices and their papers say in the same words: how long, by which grades, what came of objections."""

from collections.abc import Sequence

from flask_babel import gettext as _

from volunteer.rules.kinds import Grade, NoticeKind, RequestKind
from volunteer.rules.notices import marks_in
from volunteer.rules.tally import hours_text
from volunteer.stats.notices import LineRow, NoticeRow, ObjectionRow
from volunteer.web.show import day
from volunteer.web.words import word


def period(notice: NoticeRow) -> str:
    """Return from when to when it is shown, and what to do with an objection."""
    text: str = _(
        "Shown from %(a)s up to and including %(b)s. Whoever doubts a record says so to the committee, or"
        " objects to it in the system, within this time.",
        a=day(notice.starts_on),
        b=day(notice.last_on),
    )
    return text


def made_of(marks: str) -> str:
    """Return hours by grade: ``B 1.50, E 0.50``; a dash for none."""
    found = marks_in(marks)
    named = [(key.value, key.value) for key in Grade] + [(key.value, word(key)) for key in RequestKind]
    parts = [f"{name} {hours_text(found[key])}" for key, name in named if key in found]
    return _(", ").join(parts) or "–"


def outcome(row: ObjectionRow) -> str:
    """Return what came of an objection."""
    if row.resolved_at is not None:
        what = _("upheld: the record is void") if row.is_upheld else _("not upheld: the record stands")
        return f"{what}{_(': ')}{row.answer}"
    if row.accepted_at is not None:
        return str(_("being looked into; the record does not count meanwhile"))
    return str(_("waits for the committee to accept it"))


def text_to_paste(notice: NoticeRow, lines: Sequence[LineRow]) -> str:
    """Return the notice as plain text, for the chat of the unit. Names, hours, and no number of anybody."""
    head = f"{notice.unit_name} · {word(notice.kind)}"
    if notice.kind is NoticeKind.HOURS:
        about = _(
            "As of %(day)s, hours credited within the probation (threshold %(h)s):",
            day=day(notice.starts_on),
            h=hours_text(notice.threshold_min),
        )
    else:
        about = _("The college is asked to issue certificates of voluntary service to:")
    people = [
        _("%(n)s. %(name)s, %(h)s h", n=line.number, name=line.name, h=hours_text(line.minutes))
        for line in lines
    ]
    return "\n".join([head, about, *people, period(notice)])
