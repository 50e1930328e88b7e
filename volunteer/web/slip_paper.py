"""Activation slips on paper: eight on an A4 page, with lines to cut along. Black on white."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from volunteer.rules.slips import grouped
from volunteer.web.pdf import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, Paper
from volunteer.web.show import day

COLUMNS, ROWS = 2, 4
WIDTH_MM, HEIGHT_MM = PAGE_WIDTH_MM / COLUMNS, PAGE_HEIGHT_MM / ROWS
# Printers leave some millimetres of the sheet blank.
INSIDE_MM = 8
QR_MM = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSlip:
    """What stands on one slip. ``login`` is a member's student number."""

    name: str
    login: str
    unit_name: str
    code: str
    expires_at: datetime


def slips_pdf(slips: Sequence[PaperSlip], *, public_url: str) -> bytes:
    """Return the slips as a PDF.

    The code in the QR stands behind ``#``: browsers do not send that part, so no log of a proxy or of ours
    ever has it.
    """
    paper = Paper(gettext("Activation slips"), margin=0)
    for number, slip in enumerate(slips):
        place = number % (COLUMNS * ROWS)
        if place == 0:
            paper.add_page()
            _cut_lines(paper)
        row, column = divmod(place, COLUMNS)
        _slip(paper, slip, x=column * WIDTH_MM + INSIDE_MM, y=row * HEIGHT_MM + INSIDE_MM, url=public_url)
    return bytes(paper.output())


def _cut_lines(paper: Paper) -> None:
    paper.set_draw_color(150)
    paper.set_line_width(0.2)
    paper.set_dash_pattern(dash=2, gap=2)
    paper.line(WIDTH_MM, 0, WIDTH_MM, PAGE_HEIGHT_MM)
    for row in range(1, ROWS):
        paper.line(0, row * HEIGHT_MM, PAGE_WIDTH_MM, row * HEIGHT_MM)
    paper.set_dash_pattern()


def _slip(paper: Paper, slip: PaperSlip, *, x: float, y: float, url: str) -> None:
    width, beside = WIDTH_MM - 2 * INSIDE_MM, WIDTH_MM - 2 * INSIDE_MM - QR_MM - 2
    paper.qr(f"{url}/activate#{slip.code}", x=x + width - QR_MM + 3, y=y - 3, side=QR_MM)
    paper.set_y(y)
    paper.written(gettext("Fifty Hours, activation slip"), size=8, width=beside, x=x, gap=1)
    size = paper.fitting_size(slip.name, sizes=(18, 15, 12, 10), lines=1, width=beside)
    paper.written(slip.name, size=size, width=beside, x=x)
    paper.written(slip.login, size=11, width=beside, x=x)
    size = paper.fitting_size(slip.unit_name, sizes=(9, 8), lines=2, width=beside)
    paper.written(slip.unit_name, size=size, width=beside, x=x)
    paper.set_y(max(paper.get_y(), y + QR_MM - 4) + 0.5)
    paper.written(grouped(slip.code), size=20, width=width, x=x, gap=0.5)
    lines = (
        gettext("1. Scan the code, or open %(where)s and type the twelve signs.", where=f"{url}/activate"),
        gettext("2. Choose a password of your own. Show this slip to nobody."),
        gettext(
            "Works once, until %(day)s. Sign in with %(login)s from then on.",
            day=day(slip.expires_at),
            login=slip.login,
        ),
    )
    for line in lines:
        paper.written(line, size=8.5, width=width, x=x)
