"""JSON as we accept it: no NaN, no NUL, no half characters, no depth that breaks the reader."""

import json
from typing import Any, NoReturn

from flask.json.provider import DefaultJSONProvider


class StrictJSONProvider(DefaultJSONProvider):
    """Refuses with ``ValueError``, which Flask answers with 400, what no column of ours can hold."""

    sort_keys = False
    compact = True

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            value = _DECODER.decode(s if isinstance(s, str) else s.decode(json.detect_encoding(s)))
            if (b"\\u" if isinstance(s, bytes) else "\\u") in s:  # type: ignore[operator]
                _check_text(value)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        return value

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, **kwargs) if kwargs else _ENCODER.encode(obj)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Made once: the module's own functions make one a call.
_ENCODER = json.JSONEncoder(default=DefaultJSONProvider.default, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _check_text(value: Any) -> None:
    """Refuse escapes that spell NUL or half of a surrogate pair; raw bytes cannot spell either."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("half of a surrogate pair") from error
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError("NUL in text")
