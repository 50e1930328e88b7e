"""Pages that are sent as they grow, so that long work shows how far it is, without a script."""

from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar, cast

from flask import Response, stream_template
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy.orm import Session

from volunteer.database import db

T = TypeVar("T")
FLUSH = Markup("<!-- so far -->")


def growing_page(template: str, **context: Any) -> Response:
    """Return a page whose template walks through work, and writes ``FLUSH`` where a part is to be sent.

    Nothing can be refused any more once it grows: the work keeps what went wrong for the template to say.
    """
    # The token's cookie is set by the headers, which go out before the template asks for it.
    generate_csrf()
    pieces = cast("Generator[str]", stream_template(template, flush=FLUSH, **context))
    answer = Response(_parts(pieces), mimetype="text/html")
    # Of nginx: pass it on at once.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def in_its_session(work: Callable[[Session], Iterator[T]]) -> Iterator[T]:
    """Walk through work of a growing page, in the page's own session.

    That of the view is closed once the headers are out; used on, its connection would never come back.
    """
    yield from work(db.session())


def _parts(pieces: Generator[str]) -> Iterator[str]:
    """Join the small pieces of a template up to each ``FLUSH``."""
    held: list[str] = []
    try:
        for piece in pieces:
            held.append(piece)
            if FLUSH in piece:
                yield "".join(held)
                held.clear()
        yield "".join(held)
    finally:
        # Who leaves the page in the middle must not leave the request open.
        pieces.close()
