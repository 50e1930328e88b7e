"""Files to take along, with names that people can read."""

import unicodedata
from urllib.parse import quote

from flask import Response

_UNFIT = frozenset('\\/:*?"<>|')


def named(answer: Response, name: str) -> Response:
    """Let the browser keep *answer* under *name*, Chinese letters included (RFC 5987, RFC 6266).

    What file systems do not take becomes a dash. Old programs get the letters that ASCII has.
    """
    clean = "".join("-" if letter in _UNFIT or ord(letter) < 32 else letter for letter in name)
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", clean) if letter.isascii() and letter.isprintable()
    )
    stem, _, ending = plain.rpartition(".")
    plain = f"{stem.strip(' -.') or 'file'}.{ending}"
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean)}"
    )
    return answer
