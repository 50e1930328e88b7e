"""The hours sheet of one member on A4, as enclosure for the branch committee; black on white.

The same data give the same bytes: what stands for the time is the time of the data, not of the printer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from volunteer.rules.kinds import Lost
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.tally import hours_text, hundredths_text
from volunteer.stats.breakdown import Breakdown, Sum
from volunteer.stats.conversion import DecisionRow, TransferRow
from volunteer.stats.ledger import HeadRow
from volunteer.stats.records import Record, TypedRecord
from volunteer.stats.standing import MemberStanding
from volunteer.web.pdf import LINE_HEIGHT, MM_A_POINT, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, Paper
from volunteer.web.show import DASH, clock_time, day, moment
from volunteer.web.words import word

MARGIN_MM = 16
FOOT_MM = 16
WIDTH_MM = PAGE_WIDTH_MM - 2 * MARGIN_MM
SMALL, NORMAL, HEAD = 8.5, 10, 12
CELL_MM = 1.2
BOX_MM = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursSheet:
    """All that stands on the sheet. ``moved`` makes it the hand-over sheet of that move."""

    one: MemberStanding
    policy: HoursPolicy
    breakdown: Breakdown
    records: Sequence[Record]
    typed: Sequence[TypedRecord]
    decisions: Sequence[DecisionRow]
    heads: Sequence[HeadRow]
    as_of: datetime | None
    printed_by: str
    moved: TransferRow | None = None


def hours_sheet_pdf(sheet: HoursSheet) -> bytes:
    """Return the sheet as a PDF."""
    title = _("Hand-over sheet of volunteer service hours") if sheet.moved else _("Hours sheet")
    drawing = _Drawing(title, sheet)
    drawing.whole()
    return drawing.paper.file()


class _Drawing:
    """The sheet, part by part, from the top down; a part that does not fit begins on a new page."""

    def __init__(self, title: str, sheet: HoursSheet) -> None:
        self.title = title
        self.sheet = sheet
        self.paper = Paper(f"{title} {sheet.one.name} {sheet.one.student_no}", margin=MARGIN_MM)
        # The library stamps the moment of the print, unless it is told another.
        self.paper.set_creation_date(sheet.as_of or datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
        self.pages = 0

    def whole(self) -> None:
        """Draw everything."""
        self._new_page()
        self.paper.written(self.title, size=18, align="C", gap=3)
        self._who()
        self._result()
        self._sums()
        self._losses()
        self._visits()
        self._basis()
        self._signatures()

    def _who(self) -> None:
        one, moved = self.sheet.one, self.sheet.moved
        rows = [
            (_("Name"), one.name, _("Student number"), one.student_no),
            (_("Branch"), one.unit_name or DASH, _("Stage"), word(one.stage)),
        ]
        if one.starts_on:
            extended = f" · {_('extended')}" if one.is_extended else ""
            rows.append(
                (_("Probation from"), day(one.starts_on), _("Due on"), f"{day(one.ends_before)}{extended}")
            )
        if moved:
            to = moved.to_name or _("out of the college")
            rows.append((_("Moved from"), moved.from_name, _("To"), f"{to}{_(', ')}{day(moved.on)}"))
        self._grid((36, 53, 36, 53), rows, strong=(0, 2))
        self._gap(1.5)
        for row in self.sheet.decisions:
            what = word(row.outcome) if row.outcome else _("Extended by %(n)s months", n=row.months)
            self._line(
                _(
                    "Branch meeting of %(day)s: %(what)s; proposed by %(a)s, entered by %(b)s",
                    day=day(row.meeting_on),
                    what=what,
                    a=row.proposed_by,
                    b=row.approved_by,
                )
            )
        self._gap()

    def _result(self) -> None:
        one, at = self.sheet.one, self.sheet.one.standing
        self._heading(_("Result"))
        if one.starts_on is None:
            self._line(
                _("No probation: all credited hours of all time, %(h)s h.", h=hours_text(one.credited))
            )
            self._gap()
            return
        met = _("reached") if at.is_met else _("not reached")
        cells = (
            (_("Counted for the probation"), _("%(h)s h", h=hours_text(at.counted))),
            (_("Threshold"), _("%(h)s h", h=hours_text(at.threshold))),
            (_("Missing"), _("%(h)s h", h=hundredths_text(at.missing_hundredths))),
            (_("Threshold is"), met),
        )
        self._grid((WIDTH_MM / 4,) * 4, [tuple(text for text, _v in cells)], size=SMALL, strong=())
        self._grid((WIDTH_MM / 4,) * 4, [tuple(value for _t, value in cells)], size=HEAD, strong=())
        self._gap(1.5)
        if one.pending:
            self._line(_("Pending and not contained: %(h)s h.", h=hours_text(one.pending)))
        self._line(
            _(
                "The software shows whether the hours are reached. What follows from that the branch meeting"
                " decides."
            )
        )
        self._gap()

    def _sums(self) -> None:
        parts = self.sheet.breakdown
        quarter, half = _("%(year)s, quarter %(n)s"), _("%(year)s, half-year %(n)s")
        self._sum_grid(
            _("By grade of evidence"), ((word(key), found) for key, found in parts.by_mark().items())
        )
        self._sum_grid(
            _("By quarter"),
            ((quarter % {"year": key[0], "n": key[1]}, found) for key, found in parts.by_quarter().items()),
        )
        self._sum_grid(
            _("By half-year"),
            ((half % {"year": key[0], "n": key[1]}, found) for key, found in parts.by_half_year().items()),
        )
        self._sum_grid(
            _("By post and base"),
            (
                (f"{post} · {base or _('on campus')}", found)
                for (post, base), found in parts.by_place().items()
            ),
        )
        if len(parts.by_unit()) > 1:
            self._sum_grid(_("By branch at the time of service"), parts.by_unit().items())

    def _losses(self) -> None:
        lost = self.sheet.one.lost
        if not lost:
            return
        self._heading(_("Minutes that were not credited, of all time"))
        self._line(
            _("; ").join(
                f"{word(reason)} {_('%(n)s min', n=lost[reason])}" for reason in Lost if reason in lost
            )
        )
        self._gap()

    def _visits(self) -> None:
        self._heading(_("All records"))
        inside = self.sheet.breakdown.by_visit()
        rows = [
            (
                str(record.served_on),
                " · ".join(part for part in (record.post_name, record.base_name) if part),
                f"{clock_time(record.came_at)}–{clock_time(record.left_at)}",
                f"{record.grade.value} {word(record.state)}",
                hours_text(record.net),
                hours_text(inside.get(record.id, Sum(0, 0)).credited),
            )
            for record in sorted(self.sheet.records, key=lambda record: (record.served_on, record.id))
        ] + [
            (str(line.day), line.what or DASH, DASH, word(line.kind), DASH, hours_text(line.credited))
            for line in sorted(self.sheet.typed, key=lambda line: line.day)
        ]
        if not rows:
            self._line(_("No record yet."))
            return
        head = (_("Day"), _("Post"), _("Time"), _("Grade"), _("Served"), _("Counted"))
        self._grid((22, 60, 25, 33, 19, 19), rows, head=head, size=SMALL, right=(4, 5))
        self._gap()

    def _basis(self) -> None:
        policy, as_of = self.sheet.policy, self.sheet.as_of
        heads = "; ".join(f"{head.unit_name} {head.number} {head.short}" for head in self.sheet.heads)
        basis = _("probation window") if self.sheet.one.starts_on else _("all records of all time")
        self._heading(_("Basis"))
        for line in (
            _(
                "Credited hours by %(basis)s; policy version of %(day)s; data as of %(at)s; printed by"
                " %(who)s.",
                basis=basis,
                day=policy.effective_on,
                at=moment(as_of),
                who=self.sheet.printed_by,
            ),
            _("Ledger head (branch, number, first signs): %(heads)s.", heads=heads or DASH),
            _(
                "Whoever holds this sheet can have the ledger checked against the head: nothing before it was"
                " changed."
            ),
            _(
                "Opening and outside records were typed and approved by two people; they belong to no post of"
                " ours."
            ),
        ):
            self._line(line)
        self._gap()

    def _signatures(self) -> None:
        self._room(BOX_MM + 4)
        names = (_("Member"), _("Branch committee"), _("College committee (stamp)"))
        width, y = WIDTH_MM / len(names), self.paper.get_y()
        self.paper.set_line_width(0.2)
        for place, name in enumerate(names):
            x = MARGIN_MM + place * width
            self.paper.rect(x, y, width, BOX_MM)
            self.paper.set_y(y + 2)
            self.paper.written(name, size=SMALL, x=x + 2, width=width - 4)
            self.paper.set_y(y + BOX_MM - 7)
            self.paper.written(_("Year      Month      Day"), size=SMALL, x=x + 2, width=width - 4, align="R")
        self.paper.set_y(y + BOX_MM)

    # --- what all parts are made of ---

    def _heading(self, text: str) -> None:
        self._room(22)
        self.paper.written(text, size=HEAD, gap=1)

    def _line(self, text: str) -> None:
        self._room(12)
        self.paper.written(text, size=9, gap=0.6)

    def _gap(self, height: float = 3) -> None:
        self.paper.set_y(self.paper.get_y() + height)

    def _sum_grid(self, title: str, sums: Iterable[tuple[str, Sum]]) -> None:
        found = list(sums)
        if not found:
            return
        total = Sum(sum(one.net for _name, one in found), sum(one.credited for _name, one in found))
        rows = [
            (name, hours_text(one.net), hours_text(one.credited), str(one.credited))
            for name, one in (*found, (_("In all"), total))
        ]
        # Hours are cut to two decimals, so that only the minutes add up to the last one.
        head = ("", _("Served"), _("Counted"), _("Counted, minutes"))
        self._heading(title)
        self._grid((WIDTH_MM - 84, 28, 28, 28), rows, head=head, right=(1, 2, 3), size=9)
        self._gap()

    def _grid(
        self,
        widths: Sequence[float],
        rows: Sequence[Sequence[str]],
        *,
        head: Sequence[str] = (),
        size: float = NORMAL,
        right: Sequence[int] = (),
        strong: Sequence[int] = (),
    ) -> None:
        """Draw a table; its head comes again on every page that it reaches."""
        is_first = True
        for row in rows:
            height = self._height_of(row, widths, size)
            # Where it breaks off a new page begins, with the head again.
            if self._room(height + (8 if is_first else 0)) or is_first:
                if head:
                    self._row(head, widths, size, right, range(len(head)))
                is_first = False
            self._row(row, widths, size, right, strong)

    def _row(
        self,
        cells: Sequence[str],
        widths: Sequence[float],
        size: float,
        right: Sequence[int],
        shaded: Sequence[int],
    ) -> None:
        height, y, x = self._height_of(cells, widths, size), self.paper.get_y(), float(MARGIN_MM)
        self.paper.set_line_width(0.2)
        self.paper.set_fill_color(238)
        for place, (text, width) in enumerate(zip(cells, widths, strict=True)):
            self.paper.rect(x, y, width, height, style="DF" if place in shaded else "D")
            self.paper.set_y(y + CELL_MM / 2)
            self.paper.written(
                text,
                size=size,
                x=x + CELL_MM,
                width=width - 2 * CELL_MM,
                align="R" if place in right else "L",
            )
            x += width
        self.paper.set_y(y + height)

    def _height_of(self, cells: Sequence[str], widths: Sequence[float], size: float) -> float:
        lines = max(self._lines(text, width, size) for text, width in zip(cells, widths, strict=True))
        return lines * size * MM_A_POINT * LINE_HEIGHT + CELL_MM

    def _lines(self, text: str, width: float, size: float) -> int:
        return self.paper.lines_of(text, size=size, width=width - 2 * CELL_MM)

    def _room(self, height: float) -> bool:
        """Begin a new page where *height* does not fit on this one, and say whether that was so."""
        if self.paper.get_y() + height <= PAGE_HEIGHT_MM - FOOT_MM - 2:
            return False
        self._new_page()
        return True

    def _new_page(self) -> None:
        self.paper.add_page()
        self.pages += 1
        one = self.sheet.one
        heads = "; ".join(f"{head.number} {head.short}" for head in self.sheet.heads[:2])
        self.paper.set_y(PAGE_HEIGHT_MM - FOOT_MM)
        foot = f"{self.title} · {one.name} {one.student_no} · {heads or DASH} · "
        self.paper.written(foot + _("page %(n)s", n=self.pages), size=8, align="C")
        self.paper.set_y(MARGIN_MM)
