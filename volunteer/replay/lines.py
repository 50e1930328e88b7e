"""The grammar of a scenario: which keys each event has, and when it happens."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from volunteer.rules.policy import POLICY_KEYS

_SCAN = "device client_ref code code_age_s offline_since printed"
# What an event must have | what it may have besides.
GRAMMAR = {
    "unit": "code name kind | parent branch_kind",
    "term": "code name starts_on ends_before |",
    "workday": "on is_workday |",
    "policy": f"effective_on | {' '.join(sorted(POLICY_KEYS))}",
    "member": "student_no name unit stage | probation_start",
    "account": "login name | member",
    "grant": "login role | unit post title",
    "base": "code name | kind unit host contact address agreement_from agreement_to plaque_on status",
    "post": "code name unit | base category compensation place content insurance_note",
    "shift": "code post start end | breaks capacity by",
    "prolong_shift": "shift end | by reason",
    "cancel_shift": "shift | by reason",
    "check_in": f"member post | {_SCAN}",
    "check_out": f"member post | {_SCAN}",
    "witness": "by member shift |",
    "attest_end": "by shift end members |",
    "take_in": "by member post |",
    "take_out": "by member post |",
    "confirm_taken": "member shift |",
    "request_correction": "id member shift end reason |",
    "request_make_up": "id member shift start end reason |",
    "approve": "id by | end reason",
    "reject": "id by | end reason",
    "confirm": "member shift by | reason",
    "return_visit": "member shift by | reason",
    "object": "id member shift reason | by",
    "accept_objection": "id by |",
    "opening_record": "id member on minutes what reason by |",
    "outside_record": "id member on minutes what reason by |",
    "resolve": "id by upheld reason |",
    "over_cap": "member on by approved_by reason |",
    "extend": "member months meeting_on by approved_by |",
    "decide": "member outcome meeting_on by approved_by |",
    "transfer": "member to on by |",
    "expect": "| member visit rollup unit key from to due_from due_to net credited counted pending met status"
    " phase starts_on ends_before lost hours state grade flags deadline headcount person_times"
    " makeup_share_pct"
    " due met_rate_pct order",
}
_ALWAYS = frozenset({"do", "at", "refused"})


class BadScenario(ValueError):
    """A line that is not of the grammar; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line: what, when, and the rest as written."""

    place: str
    do: str
    at: datetime
    refused: str | None
    keys: Mapping[str, Any]

    def text(self, key: str) -> str:
        """Return a key that must be text."""
        value = self.keys[key]
        if not isinstance(value, str):
            raise BadScenario(f"{self.place}: {key} must be text, not {value!r}")
        return value

    def moment(self, key: str) -> datetime:
        """Return a key that must be a moment with an offset."""
        return moment(self.text(key), f"{self.place}: {key}")

    def day(self, key: str) -> date:
        """Return a key that must be a day."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError as error:
            raise BadScenario(f"{self.place}: {key}: {error}") from error

    def maybe_day(self, key: str) -> date | None:
        """Return a day that may be missing."""
        return self.day(key) if self.keys.get(key) is not None else None


def read_lines(path: Path) -> Iterator[Event]:
    """Yield the events of a scenario file.

    Raises:
        BadScenario: Not JSON, an unknown event or key, a missing key, or a time that goes back.
    """
    now: datetime | None = None
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadScenario(f"{path.name}: {error}") from error
    # Not splitlines(): it would also cut at U+2028 and the like within a text.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        event = _event(line, f"{path.name}:{number}", now)
        now = event.at
        yield event


def moment(text: str, what: str) -> datetime:
    """Return an RFC 3339 moment with its offset, in UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadScenario(f"{what}: {error}") from error
    if parsed.tzinfo is None:
        raise BadScenario(f"{what}: no offset in {text}")
    return parsed.astimezone(UTC)


def _event(line: str, place: str, before: datetime | None) -> Event:
    try:
        keys = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadScenario(f"{place}: {error}") from error
    if not isinstance(keys, dict) or keys.get("do") not in GRAMMAR:
        raise BadScenario(f"{place}: unknown event {keys.get('do') if isinstance(keys, dict) else line!r}")
    do = keys["do"]
    must, _, may = GRAMMAR[do].partition("|")
    allowed = _ALWAYS | set(must.split()) | set(may.split())
    if unknown := sorted(keys.keys() - allowed):
        raise BadScenario(f"{place}: {do} knows no {', '.join(unknown)}")
    if missing := [key for key in must.split() if key not in keys]:
        raise BadScenario(f"{place}: {do} lacks {', '.join(missing)}")
    at = moment(keys["at"], f"{place}: at") if "at" in keys else before
    if at is None:
        raise BadScenario(f"{place}: the first line needs a time")
    if before is not None and at < before:
        raise BadScenario(f"{place}: the time goes back from {before} to {at}")
    return Event(place=place, do=do, at=at, refused=keys.get("refused"), keys=keys)
