"""The facts of a refusal as they are kept with it, so that its sentence can be said again."""

import json
from collections.abc import Mapping
from datetime import datetime

LONGEST = 200


def packed(facts: Mapping[str, object]) -> str | None:
    """Return the plain facts as JSON; moments, whose names end in ``_at``, with their offset."""
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in facts.items()
        if isinstance(value, str | int | datetime)
    }
    text = json.dumps(plain, ensure_ascii=False) if plain else None
    # A sentence without facts is still true.
    return text if text is None or len(text) <= LONGEST else None


def unpacked(text: str | None) -> dict[str, object]:
    """Return what :func:`packed` kept."""
    facts: dict[str, object] = json.loads(text) if text else {}
    for name, value in facts.items():
        if name.endswith("_at") and isinstance(value, str):
            facts[name] = datetime.fromisoformat(value)
    return facts
