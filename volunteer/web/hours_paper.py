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
from volunteer.web.drawing import HEAD, SMALL, WIDTH_MM, Drawing
from volunteer.web.show import DASH, day, moment, stretch
from volunteer.web.words import word


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
    drawing = _Hours(title, sheet)
    drawing.whole()
    return drawing.paper.file()


class _Hours(Drawing):
    """The sheet, from the top down."""

    def __init__(self, title: str, sheet: HoursSheet) -> None:
        one = sheet.one
        heads = "; ".join(f"{head.number} {head.short}" for head in sheet.heads[:2])
        super().__init__(
            title,
            f"{title} {one.name} {one.student_no}",
            foot=f"{one.name} {one.student_no} · {heads or DASH}",
            created_at=sheet.as_of or datetime.fromisoformat("2000-01-01T00:00:00+00:00"),
        )
        self.sheet = sheet

    def whole(self) -> None:
        """Draw everything."""
        self.new_page()
        self.paper.written(self.title, size=18, align="C", gap=3)
        self._who()
        self._result()
        self._sums()
        self._losses()
        self._visits()
        self._basis()
        self.signatures((_("Member"), _("Branch committee"), _("College committee (stamp)")))

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
        self.grid((36, 53, 36, 53), rows, strong=(0, 2))
        self.gap(1.5)
        for row in self.sheet.decisions:
            what = word(row.outcome) if row.outcome else _("Extended by %(n)s months", n=row.months)
            self.line(
                _(
                    "Branch meeting of %(day)s: %(what)s; proposed by %(a)s, entered by %(b)s",
                    day=day(row.meeting_on),
                    what=what,
                    a=row.proposed_by,
                    b=row.approved_by,
                )
            )
        self.gap()

    def _result(self) -> None:
        one, at = self.sheet.one, self.sheet.one.standing
        self.heading(_("Result"))
        if one.starts_on is None:
            self.line(_("No probation: all credited hours of all time, %(h)s h.", h=hours_text(one.credited)))
            self.gap()
            return
        met = _("reached") if at.is_met else _("not reached")
        cells = (
            (_("Counted for the probation"), _("%(h)s h", h=hours_text(at.counted))),
            (_("Threshold"), _("%(h)s h", h=hours_text(at.threshold))),
            (_("Missing"), _("%(h)s h", h=hundredths_text(at.missing_hundredths))),
            (_("Threshold is"), met),
        )
        self.grid((WIDTH_MM / 4,) * 4, [tuple(text for text, _v in cells)], size=SMALL, strong=())
        self.grid((WIDTH_MM / 4,) * 4, [tuple(value for _t, value in cells)], size=HEAD, strong=())
        self.gap(1.5)
        if one.pending:
            self.line(_("Pending and not contained: %(h)s h.", h=hours_text(one.pending)))
        self.line(
            _(
                "The software shows whether the hours are reached. What follows from that the branch meeting"
                " decides."
            )
        )
        self.gap()

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
        self.heading(_("Minutes that were not credited, of all time"))
        self.line(
            _("; ").join(
                f"{word(reason)} {_('%(n)s min', n=lost[reason])}" for reason in Lost if reason in lost
            )
        )
        self.gap()

    def _visits(self) -> None:
        self.heading(_("All records"))
        inside = self.sheet.breakdown.by_visit()
        rows = [
            (
                str(record.served_on),
                " · ".join(part for part in (record.post_name, record.base_name) if part),
                stretch(record.came_at, record.left_at),
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
            self.line(_("No record yet."))
            return
        head = (_("Day"), _("Post"), _("Time"), _("Grade"), _("Served"), _("Counted"))
        self.grid((22, 60, 25, 33, 19, 19), rows, head=head, size=SMALL, right=(4, 5))
        self.gap()

    def _basis(self) -> None:
        policy, as_of = self.sheet.policy, self.sheet.as_of
        heads = "; ".join(f"{head.unit_name} {head.number} {head.short}" for head in self.sheet.heads)
        basis = _("probation window") if self.sheet.one.starts_on else _("all records of all time")
        self.heading(_("Basis"))
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
            self.line(line)
        self.gap()

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
        self.heading(title)
        self.grid((WIDTH_MM - 84, 28, 28, 28), rows, head=head, right=(1, 2, 3), size=9)
        self.gap()
