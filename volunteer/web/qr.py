"""QR codes as the path of an SVG, or as a PNG. Upper case only: that takes the small alphanumeric mode."""

import io
from collections.abc import Iterator
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
    rows = matrix(text)
    # A tenth of what one square a module takes.
    parts = [
        f"M{start} {y}h{end - start}v1H{start}z"
        for y, row in enumerate(rows)
        for start, end in dark_runs(row)
    ]
    return Drawing(len(rows), "".join(parts))


def matrix(text: str) -> list[list[bool]]:
    """Return *text* as rows of modules, dark or not, the quiet zone included."""
    return _made(text).get_matrix()


def dark_runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Give the dark stretches of one row: the first module, and the one after the last."""
    start = None
    for x, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = x
        elif not is_dark and start is not None:
            yield start, x
            start = None


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
