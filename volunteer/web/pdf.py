"""Paper: A4 pages black on white, in a font that has Chinese names; only the letters used are embedded."""

from collections.abc import Sequence
from typing import Any

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode
from fpdf.fonts import TTFFont

from volunteer.web import qr

PAGE_WIDTH_MM = 210
PAGE_HEIGHT_MM = 297
# Of the type's height; Chinese lines need more air than Latin ones.
LINE_HEIGHT = 1.45
MM_A_POINT = 25.4 / 72


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
        self.set_font("sans", size=size)
        self.multi_cell(
            width,
            size * MM_A_POINT * LINE_HEIGHT,
            self.spelled(text),
            align=align,
            wrapmode=_wrapping(text),
            new_x="LMARGIN",
            new_y="NEXT",
        )
        self.set_y(self.get_y() + gap)

    def fitting_size(self, text: str, *, sizes: Sequence[float], lines: int, width: float = 0) -> float:
        """Return the first of *sizes* in which *text* needs at most *lines*, else the last."""
        fitting = (size for size in sizes if self.lines_of(text, size=size, width=width) <= lines)
        return next(fitting, sizes[-1])

    def lines_of(self, text: str, *, size: float, width: float = 0) -> int:
        """Return how many lines *text* takes in that width."""
        self.set_font("sans", size=size)
        needed = self.multi_cell(
            width,
            text=self.spelled(text),
            wrapmode=_wrapping(text),
            dry_run=True,
            output=MethodReturnValue.LINES,
        )
        return len(needed)  # type: ignore[arg-type]

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


def _wrapping(text: str) -> WrapMode:
    """Chinese breaks between any two signs, English between words."""
    return WrapMode.WORD if text.isascii() else WrapMode.CHAR
