"""What papers are drawn with: parts from the top down, tables with their head again, a foot on each page."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from volunteer.web.pdf import LINE_HEIGHT, MM_A_POINT, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, Paper

MARGIN_MM = 16
FOOT_MM = 16
WIDTH_MM = PAGE_WIDTH_MM - 2 * MARGIN_MM
SMALL, NORMAL, HEAD = 8.5, 10, 12
CELL_MM = 1.2
BOX_MM = 30


class Drawing:
    """A paper, part by part, from the top down; a part that does not fit begins on a new page."""

    def __init__(self, title: str, name: str, *, foot: str, created_at: datetime) -> None:
        """Open it.

        Args:
            name: What a viewer shows.
            foot: What stands at the foot of each page, before its number.
            created_at: The library stamps the moment of the print, unless it is told another.
        """
        self.title = title
        self.foot = foot
        self.paper = Paper(name, margin=MARGIN_MM)
        self.paper.set_creation_date(created_at)
        self.pages = 0

    def new_page(self) -> None:
        """Begin a page."""
        self.paper.add_page()
        self.pages += 1
        self.paper.set_y(PAGE_HEIGHT_MM - FOOT_MM)
        foot = f"{self.title} · {self.foot} · "
        self.paper.written(foot + _("page %(n)s", n=self.pages), size=8, align="C")
        self.paper.set_y(MARGIN_MM)

    def heading(self, text: str) -> None:
        """Write the head of a part, with room for what follows."""
        self.room(22)
        self.paper.written(text, size=HEAD, gap=1)

    def line(self, text: str) -> None:
        """Write a line of small print."""
        self.room(12)
        self.paper.written(text, size=9, gap=0.6)

    def gap(self, height: float = 3) -> None:
        """Leave some room."""
        self.paper.set_y(self.paper.get_y() + height)

    def grid(
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
            if self.room(height + (8 if is_first else 0)) or is_first:
                if head:
                    self._row(head, widths, size, right, range(len(head)))
                is_first = False
            self._row(row, widths, size, right, strong)

    def room(self, height: float) -> bool:
        """Begin a new page where *height* does not fit on this one, and say whether that was so."""
        if self.paper.get_y() + height <= PAGE_HEIGHT_MM - FOOT_MM - 2:
            return False
        self.new_page()
        return True

    def signatures(self, names: Sequence[str]) -> None:
        """Draw boxes side by side to sign and stamp in."""
        self.room(BOX_MM + 4)
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
