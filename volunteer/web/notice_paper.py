"""A notice on A4, to be put up on the board of the unit; black on white."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from volunteer.rules.kinds import NoticeKind
from volunteer.rules.notices import PRINTED_SIGNS
from volunteer.rules.tally import hours_text
from volunteer.stats.notices import LineRow, NoticeRow, ObjectionRow
from volunteer.web.drawing import WIDTH_MM, Drawing
from volunteer.web.notice_words import made_of, outcome, period
from volunteer.web.show import DASH, day, moment
from volunteer.web.words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSheet:
    """All that stands on the paper."""

    notice: NoticeRow
    lines: Sequence[LineRow]
    objections: Sequence[ObjectionRow]
    heads: str
    printed_by: str
    printed_at: datetime


def notice_pdf(sheet: NoticeSheet) -> bytes:
    """Return the notice as a PDF."""
    drawing = _Notice(sheet)
    drawing.whole()
    return drawing.paper.file()


class _Notice(Drawing):
    """The notice, from the top down."""

    def __init__(self, sheet: NoticeSheet) -> None:
        notice = sheet.notice
        super().__init__(
            word(notice.kind),
            f"{word(notice.kind)} {notice.unit_name} {notice.starts_on}",
            foot=f"{notice.unit_name} · {notice.checksum[:PRINTED_SIGNS]}",
            created_at=sheet.printed_at,
        )
        self.sheet = sheet

    def whole(self) -> None:
        """Draw everything."""
        notice = self.sheet.notice
        self.new_page()
        self.paper.written(self.title, size=18, align="C", gap=1)
        self.paper.written(notice.unit_name, size=12, align="C", gap=3)
        if notice.withdrawn_at is not None:
            self.grid((WIDTH_MM,), [(_withdrawn(notice),)], strong=(0,))
            self.gap()
        self.line(period(notice))
        self.gap()
        self._people()
        self._objections()
        self._basis()

    def _people(self) -> None:
        is_hours = self.sheet.notice.kind is NoticeKind.HOURS
        rows = [
            (
                str(line.number),
                line.name,
                line.student_no,
                hours_text(line.minutes),
                (_("yes") if line.minutes >= self.sheet.notice.threshold_min else _("no"))
                if is_hours
                else DASH,
                made_of(line.marks),
            )
            for line in self.sheet.lines
        ]
        head = (
            _("No."),
            _("Name"),
            _("Student number"),
            _("Hours"),
            _("Reached"),
            _("By grade, hours"),
        )
        self.grid((12, 36, 32, 25, 18, WIDTH_MM - 123), rows, head=head, right=(0, 3), size=9)
        self.gap()

    def _objections(self) -> None:
        self.heading(_("Objections while this was shown"))
        if not self.sheet.objections:
            self.line(_("None."))
        else:
            rows = [
                (row.name, f"{row.served_on} {row.post_name}", row.reason, outcome(row))
                for row in self.sheet.objections
            ]
            head = (_("About"), _("Record"), _("Objection"), _("Outcome"))
            self.grid((30, 50, 48, WIDTH_MM - 128), rows, head=head, size=9)
        self.gap()

    def _basis(self) -> None:
        notice, sheet = self.sheet.notice, self.sheet
        self.heading(_("Basis"))
        for line in (
            _(
                "Hours credited within each member's probation, as of %(at)s; policy version of %(policy)s,"
                " threshold %(h)s h.",
                at=moment(notice.opened_at),
                policy=notice.policy_on,
                h=hours_text(notice.threshold_min),
            ),
            _("Checksum of what was frozen: %(sum)s.", sum=notice.checksum),
            _("Ledger head (branch, number, first signs): %(heads)s.", heads=sheet.heads or DASH),
            _(
                "Put up by %(who)s; printed by %(by)s at %(at)s. For this unit only; do not pass it on.",
                who=notice.opened_by,
                by=sheet.printed_by,
                at=moment(sheet.printed_at),
            ),
        ):
            self.line(line)


def _withdrawn(notice: NoticeRow) -> str:
    text: str = _(
        "Taken down on %(d)s by %(who)s: %(why)s",
        d=day(notice.withdrawn_at),
        who=notice.withdrawn_by or DASH,
        why=notice.withdrawn_reason or DASH,
    )
    return text
