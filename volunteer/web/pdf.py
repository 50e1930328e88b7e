"""Paper: A4 pages black on white, in a font that has Chinese names; only the letters used are embedded."""

import re
from collections.abc import Sequence
from typing import Any

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
from fpdf import FPDF
from fpdf.fonts import TTFFont

from volunteer.web import qr

PAGE_WIDTH_MM = 210
PAGE_HEIGHT_MM = 297
# Of the type's height; Chinese lines need more air than Latin ones.
LINE_HEIGHT = 1.45
MM_A_POINT = 25.4 / 72
# Where a line may break: between any two Chinese signs, but for marks that belong to one of them; in other
# writing between words and after a hyphen.
_PIECES = re.compile(
    r"\n|[^\S\n]+"
    r"|[（「『《〈“(\[]*[\u2e80-\U0010ffff](?:[，。、；：？！）」』》〉…·%”),.;:?!\]]+(?=[\s\u2e80-\U0010ffff]|$))?"
    r"|(?:[^\s\u2e80-\U0010ffff-]|-(?![A-Za-z]))+-*|-+"
)


class Paper(FPDF):
    """A document whose text may hold any name. Lengths are millimetres, sizes of type points."""

    def __init__(self, title: str, *, margin: float = 18) -> None:
        """Open an empty document; *title* is what a viewer shows."""
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.set_margin(margin)
        self.set_auto_page_break(False)
        self.set_title(title)
        self.set_creator("Fifty Hours")
        self.add_font("sans", fname=str(pylopdf_fonts_zh_cn.sans_path()))
        self.set_font("sans", size=12)
        self._lines: dict[tuple[str, float, float], Sequence[str]] = {}
        self._widths: dict[tuple[str, float], float] = {}
        self._known = _letters_of(self.fonts["sans"]) | {ord("\n")}

    def file(self) -> bytes:
        """Return the finished document. The paper is used up: its fonts are closed."""
        found = bytes(self.output())
        self.close_fonts()
        return found

    def close_fonts(self) -> None:
        """Close the files of the fonts, which the library would leave open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def written(
        self,
        text: str,
        *,
        size: float,
        align: str = "L",
        width: float = 0,
        x: float | None = None,
        gap: float = 0,
    ) -> None:
        """Write *text* in lines of *width* from the present height on, then *gap* below it.

        Args:
            width: Of a line; 0 is up to the right margin.
            x: The left end; the left margin if not given.
        """
        self.set_x(self.l_margin if x is None else x)
        for line in self.broken(text, size=size, width=width):
            self.cell(width, size * MM_A_POINT * LINE_HEIGHT, line, align=align, new_x="LEFT", new_y="NEXT")
        # Back to the left margin, too.
        self.set_y(self.get_y() + gap)

    def fitting_size(self, text: str, *, sizes: Sequence[float], lines: int, width: float = 0) -> float:
        """Return the first of *sizes* in which *text* needs at most *lines*, else the last."""
        fitting = (size for size in sizes if self.lines_of(text, size=size, width=width) <= lines)
        return next(fitting, sizes[-1])

    def lines_of(self, text: str, *, size: float, width: float = 0) -> int:
        """Return how many lines *text* takes in that width."""
        return len(self.broken(text, size=size, width=width))

    def broken(self, text: str, *, size: float, width: float = 0) -> Sequence[str]:
        """Return the lines of *text*, and leave its font set.

        To break them is most of the work of a page, and what a thousand pages share is the same on each.
        """
        self.set_font("sans", size=size)
        width = width or self.w - self.r_margin - self.x
        known = text, size, width
        if known not in self._lines:
            self._lines[known] = self._break(self.spelled(text), width - 2 * self.c_margin)
        return self._lines[known]

    def _break(self, text: str, room: float) -> Sequence[str]:
        lines, used = [""], 0.0
        for part in (part for piece in _PIECES.findall(text) for part in self._parts(piece, room)):
            width = self._width(part)
            if part == "\n" or (lines[-1] and not part.isspace() and used + width > room):
                lines.append("")
                used = 0.0
            # No line but the first begins with a blank.
            if part != "\n" and (lines[-1] or len(lines) == 1 or not part.isspace()):
                lines[-1] += part
                used += width
        return [line.rstrip() for line in lines]

    def _parts(self, piece: str, room: float) -> Sequence[str]:
        """Return *piece* whole, or cut where it is wider than a line, as a hash is."""
        if piece.isspace() or self._width(piece) <= room:
            return [piece]
        parts = [""]
        for sign in piece:
            if parts[-1] and self.get_string_width(parts[-1] + sign) > room:
                parts.append("")
            parts[-1] += sign
        return parts

    def _width(self, part: str) -> float:
        known = part, self.font_size_pt
        if known not in self._widths:
            self._widths[known] = 0.0 if part == "\n" else self.get_string_width(part)
        return self._widths[known]

    def spelled(self, text: str) -> str:
        """Return *text* as the fonts can print it: a sign that neither has is told by its number.

        A blank in place of a letter would make one person's name another's.
        """
        if all(ord(letter) in self._known for letter in text):
            return text
        if "second" not in self.fonts:
            self.add_font("second", fname=str(pylopdf_fonts_jp.sans_path()))
            self.set_fallback_fonts(["second"])
            self._known |= _letters_of(self.fonts["second"])
        return "".join(letter if ord(letter) in self._known else f"[U+{ord(letter):04X}]" for letter in text)

    def qr(self, text: str, *, x: float, y: float, side: float) -> None:
        """Draw *text* as a QR code in a square that includes the quiet zone."""
        rows = qr.matrix(text)
        module, top = side / len(rows) * self.k, (self.h - y) * self.k
        # One path filled at once: side by side, single squares would show seams on a screen.
        squares = [
            f"{x * self.k + start * module:.3f} {top - (row + 1) * module:.3f} "
            f"{(end - start) * module:.3f} {module:.3f} re"
            for row, cells in enumerate(rows)
            for start, end in qr.dark_runs(cells)
        ]
        self.set_fill_color(0)
        self._out(" ".join(squares) + " f")


def _letters_of(font: Any) -> frozenset[int]:
    return frozenset(font.cmap)
