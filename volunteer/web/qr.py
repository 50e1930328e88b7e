"""QR codes as the path of an SVG, or as a PNG. Upper case only: that takes the small alphanumeric mode."""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET_MODULES = 4
PNG_MODULE_PIXELS = 12
# Trying all eight masks costs four times the rest; one is as readable as another.
MASK = 3


@dataclass(frozen=True, slots=True)
class Drawing:
    """A code as one path in a square of ``size`` modules, the quiet zone included."""

    size: int
    path: str


@lru_cache(maxsize=256)
def drawing(text: str) -> Drawing:
    """Return *text* as a drawing."""
    rows = _made(text).get_matrix()
    parts = [run for y, row in enumerate(rows) for run in _runs(row, y)]
    return Drawing(len(rows), "".join(parts))


def svg(text: str) -> str:
    """Return *text* as an SVG file."""
    found = drawing(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {found.size} {found.size}" '
        f'shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/>'
        f'<path d="{found.path}"/></svg>'
    )


def png(text: str) -> bytes:
    """Return *text* as a PNG file."""
    file = io.BytesIO()
    _made(text).make_image().save(file, "PNG")
    return file.getvalue()


def _made(text: str) -> "qrcode.QRCode[Any]":
    code = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M,
        box_size=PNG_MODULE_PIXELS,
        border=QUIET_MODULES,
        mask_pattern=MASK,
    )
    code.add_data(text)
    code.make(fit=True)
    return code


def _runs(row: list[bool], y: int) -> list[str]:
    """Return the dark stretches of one row as path commands: a tenth of one square a module."""
    found, x = [], 0
    while x < len(row):
        if row[x]:
            start = x
            while x < len(row) and row[x]:
                x += 1
            found.append(f"M{start} {y}h{x - start}v1H{start}z")
        else:
            x += 1
    return found
