"""What the facts of a line of the trail are called, and how their values read."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from volunteer.rules.kinds import DecisionKind, ProposalKind, Role
from volunteer.web import show, words

LONGEST = 40
FACTS: Mapping[str, Any] = {
    "added": _l("added"),
    "approved_by": _l("approved by account"),
    "checked_in": _l("checked in"),
    "checksum": _l("checksum"),
    "count": _l("headcount"),
    "counted": _l("counted"),
    "days": _l("days"),
    "digest": _l("checksum"),
    "display": _l("screen"),
    "draw": _l("draw"),
    "ends_at": _l("until"),
    "ends_on": _l("until"),
    "erasure": _l("wish"),
    "file": _l("file"),
    "granted": _l("approved"),
    "head": _l("head"),
    "is_right": _l("right"),
    "is_workday": _l("working day"),
    "link": _l("link"),
    "meeting_on": _l("meeting"),
    "member_id": _l("member"),
    "month": _l("month"),
    "notice": _l("notice"),
    "number": _l("number"),
    "objection_id": _l("objection"),
    "on": _l("day"),
    "period": _l("period"),
    "pictures": _l("pictures"),
    "printing": _l("printing"),
    "proposal": _l("proposal"),
    "question": _l("question"),
    "reason": _l("reason"),
    "request": _l("request"),
    "role": _l("role"),
    "rows": _l("rows"),
    "seed": _l("seed"),
    "slip": _l("slip"),
    "source": _l("checksum of the file"),
    "starts_on": _l("from"),
    "step": _l("approval"),
    "to": _l("now"),
    "token": _l("token"),
    "was": _l("before"),
    "what": _l("matter"),
}
# The closed lists that a fact of the name comes from.
_CLOSED: Mapping[str, Mapping[str, StrEnum]] = {
    "role": {one.value: one for one in Role},
    "what": {one.value: one for one in (*DecisionKind, *ProposalKind)},
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d\S*")


def details(facts: str | None) -> str:
    """Return the facts of a line as text; what is long, such as a hash, is cut."""
    if not facts or not facts.startswith("{"):
        return facts or ""
    held: Mapping[str, object] = json.loads(facts)
    told = ((FACTS.get(name, name), _read(name, value)) for name, value in held.items() if value is not None)
    return str(gettext(", ")).join(f"{word} {text}" for word, text in told)


def _read(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    text = str(value)
    if text in _CLOSED.get(name, ()):
        return words.word(_CLOSED[name][text])
    if _INSTANT.fullmatch(text):
        return show.moment(datetime.fromisoformat(text))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
