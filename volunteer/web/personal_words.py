"""What the tables about a person and their columns are called on her page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from volunteer.stats.stored import Stored
from volunteer.web import show, trail_facts, trail_words, words

TITLES: Mapping[str, Any] = {
    "member": _l("Roster entry"),
    "former_name": _l("Former names and numbers"),
    "membership": _l("Branches"),
    "probation": _l("Probation"),
    "visit": _l("Records"),
    "evidence": _l("Check-ins and check-outs"),
    "witness": _l("Who witnessed"),
    "visit_flag": _l("Flags on records"),
    "roll_call": _l("Roll-calls"),
    "credit": _l("Ledger"),
    "request": _l("Requests"),
    "photo": _l("Photographs with requests"),
    "sign_up": _l("Sign-ups"),
    "approval": _l("Approvals of requests"),
    "objection": _l("Objections"),
    "question": _l("Questions to leaders"),
    "spot_check": _l("Spot checks"),
    "decision_proposal": _l("Proposals of the branch"),
    "decision": _l("Decisions"),
    "over_cap": _l("Days with a lifted cap"),
    "notice_line": _l("Lines on notices"),
    "certificate_request": _l("Requests for certificates"),
    "certificate": _l("Certificates"),
    "certificate_paper": _l("Printed certificates"),
    "certificate_end": _l("Certificates that ended"),
    "device": _l("Phones"),
    "queued_scan": _l("Scans without network"),
    "pass_scan": _l("Own code scanned by leaders"),
    "account": _l("Account"),
    "role_grant": _l("Roles"),
    "proposal": _l("Proposals about the account"),
    "slip": _l("Activation slips"),
    "api_token": _l("Tokens for programs"),
    "upload": _l("Files sent"),
    "letter": _l("Messages sent by mail"),
    "message": _l("Inbox"),
    "mail_address": _l("Mail address"),
    "calendar_link": _l("Calendar link"),
    "erasure": _l("Wishes to be forgotten"),
    "look": _l("Who looked"),
    "audit": _l("Who changed what"),
}
GROUPS: Sequence[tuple[Any, frozenset[str]]] = (
    (_l("Who looked and who changed what"), frozenset({"look", "audit"})),
    (_l("You"), frozenset({"member", "former_name", "membership", "probation", "erasure"})),
    (
        _l("Your service"),
        frozenset({"visit", "evidence", "witness", "visit_flag", "roll_call", "credit", "sign_up"}),
    ),
    (
        _l("What was asked and decided"),
        frozenset(
            {
                "request",
                "approval",
                "photo",
                "objection",
                "question",
                "spot_check",
                "decision_proposal",
                "decision",
                "over_cap",
                "notice_line",
                "certificate_request",
                "certificate",
                "certificate_paper",
                "certificate_end",
            }
        ),
    ),
)
OTHERS = _l("Account and phone")
# Columns that have no word are of use to programs alone: they stand in the files.
HEADINGS: Mapping[str, Any] = {
    "at": _l("When"),
    "until_at": _l("Until"),
    "asked_at": _l("Asked on"),
    "filed_at": _l("Asked on"),
    "proposed_at": _l("Proposed on"),
    "made_at": _l("When"),
    "created_at": _l("Made on"),
    "registered_at": _l("Since"),
    "retired_at": _l("Until"),
    "given_at": _l("Since"),
    "ended_at": _l("Until"),
    "printed_at": _l("Printed"),
    "used_at": _l("Used"),
    "sent_at": _l("Sent"),
    "applied_at": _l("Applied"),
    "student_no": _l("Student number"),
    "name": _l("Name"),
    "login": _l("Login"),
    "unit": _l("Unit"),
    "stage": _l("Stage"),
    "from_on": _l("From"),
    "before_on": _l("Until before"),
    "starts_on": _l("Probation from"),
    "ends_before": _l("due on"),
    "outcome": _l("Outcome"),
    "served_on": _l("Day"),
    "day": _l("Day"),
    "on": _l("Day"),
    "meeting_on": _l("Day of the meeting"),
    "post": _l("Post"),
    "base": _l("Base"),
    "shift": _l("Shift"),
    "state": _l("State"),
    "grade": _l("Grade"),
    "net_min": _l("Served (minutes)"),
    "credited_min": _l("Credited (minutes)"),
    "minutes": _l("Minutes"),
    "side": _l("In or out"),
    "source": _l("Evidence"),
    "verdict": _l("Answer"),
    "device": _l("Phone"),
    "handle": _l("Phone"),
    "flag": _l("Flag"),
    "kind": _l("Kind"),
    "what": _l("What"),
    "act": _l("What"),
    "subject": _l("About"),
    "subject_id": _l("Number"),
    "facts": _l("Details"),
    "reason": _l("Reason"),
    "answer": _l("Answer"),
    "finding": _l("Finding"),
    "text": _l("Question"),
    "starts_at": _l("Start"),
    "ends_at": _l("End"),
    "role": _l("Role"),
    "title": _l("Title"),
    "account": _l("By whom"),
    "actor": _l("By whom"),
    "by_account": _l("By whom"),
    "asked_by": _l("Asked by"),
    "proposed_by": _l("Proposed by"),
    "approved_by": _l("Approved by"),
    "decided_by": _l("Decided by"),
    "confirmed_by": _l("Confirmed by"),
    "answered_by": _l("Answered by"),
    "given_by": _l("Given by"),
    "printed_by": _l("Printed by"),
    "is_present": _l("Found there"),
    "is_upheld": _l("Upheld"),
    "is_right": _l("Found right"),
    "is_granted": _l("Granted"),
    "is_reversal": _l("Taken back"),
    "is_closed": _l("Closed"),
}
_TOLD: Mapping[str, Callable[[str], str]] = {
    "act": trail_words.said,
    "subject": trail_words.subject,
    "facts": trail_facts.details,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A table on the overview, and how many rows it holds about her."""

    key: str
    title: str
    count: int


def grouped(found: Sequence[Stored]) -> list[tuple[str, list[Entry]]]:
    """Return the tables that hold something, under their headings."""
    entries = [Entry(one.key, title(one.key), len(one.rows)) for one in found if one.rows]
    named = frozenset().union(*(keys for _, keys in GROUPS))
    groups = [(str(head), [one for one in entries if one.key in keys]) for head, keys in GROUPS]
    groups.append((str(OTHERS), [one for one in entries if one.key not in named]))
    return [(head, own) for head, own in groups if own]


def title(key: str) -> str:
    """Return what a table is called."""
    return str(TITLES.get(key, key))


def heading(name: str) -> str:
    """Return what a column is called; one for programs by its own name."""
    return str(HEADINGS.get(name, name))


def shown_columns(found: Stored) -> list[str]:
    """Return the columns that a page shows: those that have a word and a value somewhere."""
    return [
        name
        for name in found.columns
        if name in HEADINGS and any(row[name] is not None for row in found.rows)
    ]


def cell(name: str, value: Any) -> str:
    """Return a value of a column as a page shows it."""
    if value is None or value == "":
        return show.DASH
    if name in _TOLD:
        return _TOLD[name](value)
    if isinstance(value, StrEnum):
        return str(words.word(value))
    if isinstance(value, datetime):
        return show.moment(value)
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    return value.isoformat() if isinstance(value, date) else str(value)
