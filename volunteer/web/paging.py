"""A list a page at a time, by a link that can be shared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
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

    def first(self, size: int) -> int:
        """Return how many rows stand before this page."""
        return (self.number - 1) * size

    def holding(self, rows: Sequence[T]) -> "Page[T]":
        """Return the page with its rows, fetched for it alone."""
        return replace(self, rows=rows)


def page(rows: Sequence[T], size: int) -> Page[T]:
    """Return the page that the address asks for; beyond the end it is the last one."""
    shown: Page[T] = asked(len(rows), size)
    return shown.holding(rows[shown.first(size) :][:size])


def asked(total: int, size: int) -> Page[Any]:
    """Return the page that the address asks for of so many rows, still without them."""
    return of(total, size, number=number())


def of(total: int, size: int, *, number: int) -> Page[Any]:
    """Return that page of so many rows, still without them; beyond the end it is the last one."""
    last = max(1, -(-total // size))
    return Page(rows=(), total=total, number=min(number, last), last=last)


def number() -> int:
    """Return the number of the page that the address asks for; what is none is the first."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
