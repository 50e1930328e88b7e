"""A frozen report on A4, black on white, with boxes to sign and stamp in. The same report, the same bytes."""

from flask_babel import gettext as _

from volunteer.rules.report import Axis, Line
from volunteer.rules.tally import hours_text, hundredths_text
from volunteer.web.drawing import SMALL, WIDTH_MM, Drawing
from volunteer.web.report_words import (
    ENDS,
    WORK,
    Shown,
    axis_title,
    basis_lines,
    figure_rows,
    key_text,
    member_lines,
    sentence,
    signers,
    standing_rows,
    tables,
    title_of,
)
from volunteer.web.show import DASH, pct
from volunteer.web.words import word

FIGURE_MM = 18.0


def report_pdf(shown: Shown, *, with_members: bool) -> bytes:
    """Return the report as a PDF."""
    title = f"{shown.report.unit.name} {word(shown.report.period.kind)}"
    drawing = _Report(title, shown)
    drawing.whole(with_members=with_members)
    return drawing.paper.file()


class _Report(Drawing):
    """The report, part by part."""

    def __init__(self, title: str, shown: Shown) -> None:
        digest = shown.frozen.short if shown.frozen else DASH
        name = f"{title} {shown.report.period.name}"
        super().__init__(title, name, foot=digest, created_at=shown.made_at)
        self.shown = shown

    def whole(self, *, with_members: bool) -> None:
        """Draw everything."""
        report = self.shown.report
        self.new_page()
        self.paper.written(report.unit.name, size=18, align="C", gap=1)
        self.paper.written(title_of(report), size=13, align="C", gap=4)
        self.paper.written(sentence(report), size=12, gap=3)
        self._figures()
        for axis in tables(report):
            self._lines_of(axis)
        if with_members:
            self._members()
        self._texts()
        self._basis()
        self.signatures(signers(report))

    def _figures(self) -> None:
        report = self.shown.report
        if report.members:
            self.heading(_("Where the members stand"))
            cells = standing_rows(report)
            widths = (WIDTH_MM / len(cells),) * len(cells)
            self.grid(widths, [[name for name, _n in cells]], size=SMALL)
            self.grid(widths, [[str(count) for _name, count in cells]])
            self.gap()
        for head, figures in ((_("Work report"), WORK), (_("Ends of probations"), ENDS)):
            self.heading(head)
            rows = [(name, value) for _figure, name, value in figure_rows(report, figures)]
            self.grid((WIDTH_MM - 40, 40), rows, size=9, right=(1,))
            self.gap()

    def _lines_of(self, axis: Axis) -> None:
        self.heading(axis_title(axis))
        head = (
            _("Its name"),
            _("Persons"),
            _("Person-times"),
            _("Records"),
            _("Hours served"),
            _("Hours credited"),
            _("Make-up share"),
        )
        rows = [
            (key_text(self.shown, axis, line.key), *_figures_of(line))
            for line in self.shown.report.lines[axis]
        ]
        widths = (WIDTH_MM - 6 * FIGURE_MM, *(FIGURE_MM,) * 6)
        self.grid(widths, rows, head=head, size=SMALL, right=range(1, 7))
        self.gap()

    def _members(self) -> None:
        self.heading(axis_title(Axis.MEMBER))
        head = (
            _("Name"),
            _("Stands"),
            _("Counted"),
            _("Missing"),
            _("Person-times"),
            _("Served"),
            _("Credited"),
        )
        rows = [
            (
                key_text(self.shown, Axis.MEMBER, one.line.key),
                word(one.stood.key) if one.stood else DASH,
                hours_text(one.stood.counted) if one.stood else DASH,
                hundredths_text(one.stood.missing_hundredths) if one.stood else DASH,
                str(one.line.person_times),
                hours_text(one.line.net),
                hours_text(one.line.credited),
            )
            for one in member_lines(self.shown)
        ]
        widths = (WIDTH_MM - 32 - 5 * FIGURE_MM, 32, *(FIGURE_MM,) * 5)
        self.grid(widths, rows, head=head, size=SMALL, right=range(2, 7))
        self.gap()

    def _texts(self) -> None:
        report = self.shown.report
        for head, text in (
            (_("Shortcomings"), report.shortcomings),
            (_("What comes next"), report.plans),
        ):
            self.heading(head)
            for line in (text or DASH).split("\n"):
                self.room(8)
                self.paper.written(line or " ", size=10, gap=0.6)
            self.gap()

    def _basis(self) -> None:
        self.heading(_("Basis"))
        for line in basis_lines(self.shown):
            self.line(line)
        self.gap()


def _figures_of(line: Line) -> tuple[str, ...]:
    return (
        str(line.headcount),
        str(line.person_times),
        str(line.visits),
        hours_text(line.net),
        hours_text(line.credited),
        pct(line.made_up_pct),
    )
