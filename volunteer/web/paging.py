"""A list a page at a time, by a link that can be shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """The rows of one page, and the way to its neighbours."""

    rows: Sequence[T]
    total: int
    number: int
    last: int

    def link(self, number: int) -> str:
        """Return the address of another page of the same list."""
        return "?" + urlencode({**request.args.to_dict(), "page": number})


def page(rows: Sequence[T], size: int) -> Page[T]:
    """Return the page that the address asks for; beyond the end it is the last one."""
    last = max(1, -(-len(rows) // size))
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    number = min(max(number, 1), last)
    return Page(rows=rows[(number - 1) * size : number * size], total=len(rows), number=number, last=last)
