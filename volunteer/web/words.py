"""What keys are called, in the language of the page: a sentence for every refusal, a word for every state.

The source is English; the catalogues translate. A reason is one key, its sentence may differ by case.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from string import Formatter
from typing import Any

from flask_babel import format_datetime
from flask_babel import lazy_gettext as _l

from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span
from volunteer.rules.tally import hours_text
from volunteer.web.word_lists import WORDS

SENTENCES: Mapping[Reason, Any] = {
    Reason.CODE_UNKNOWN: _l("Not one of our codes. Scan the one at the post or type its 8 digits."),
    Reason.CODE_EXPIRED: _l("This code has changed. Scan the screen again."),
    Reason.CODE_FROM_FUTURE: _l("The display's clock is off. Ask the leader to refresh it."),
    Reason.OUTSIDE_SHIFT: _l("No shift here now. Ask the leader to open one."),
    Reason.ALREADY_CHECKED_IN: _l("You are still checked in at {post}. Check out there first."),
    Reason.NOT_CHECKED_IN: _l("No check-in found. Check in now; ask for a make-up for earlier time."),
    Reason.SAME_CODE_AGAIN: _l("You have used this code already; it counts once."),
    Reason.CHOOSE_POST: _l("Several posts are open here. Choose yours."),
    Reason.TOO_OLD: _l("Too late for this step. Ask for a make-up."),
    Reason.WRONG_ACCOUNT: _l("Sign in as the one who scanned."),
    Reason.CLIENT_REF_REUSED: _l("This record differs from the one uploaded before. Tell the post's leader."),
    Reason.SIGNATURE_WRONG: _l(
        "This record was changed after it was saved, or another phone saved it. Ask for a make-up."
    ),
    Reason.NOT_A_MEMBER: _l("You are not on the roster. Contact your branch."),
    Reason.SAME_PERSON: _l("Another person must do this step."),
    Reason.NOT_ALLOWED: _l("Not within your role. Ask your branch committee or the college."),
    Reason.PROBATION_CLOSED: _l("The probation is closed."),
    Reason.DEADLINE_PASSED: _l("The 10 working days are over. The college decides."),
    Reason.BUDGET_USED: _l("This goes over the make-up budget. The college decides."),
    Reason.BEYOND_SHIFT: _l("Times must lie within the shift."),
    Reason.SHIFT_IN_PAST: _l("Publish a shift before it starts."),
    Reason.SHIFT_STARTED: _l("The shift has begun. It can only be prolonged, by two hours at most."),
    Reason.SHIFT_OVERLAPS: _l("It overlaps another shift of this post."),
    Reason.EXTENSION_OUT_OF_RANGE: _l("An extension is 6 to 12 months."),
    Reason.EXTENSION_REPEATED: _l("Probation can be extended only once."),
    Reason.NOT_DUE: _l("Not due yet. Record the decision of the meeting after the due date."),
    Reason.THRESHOLD_NOT_MET: _l(
        "The hours are not reached: conversion cannot be recorded, extension or cancellation can."
    ),
    Reason.UNKNOWN: _l("Not found. Perhaps the address is mistyped, or it belongs to another branch."),
    Reason.ALREADY_EXISTS: _l("This is there already."),
    Reason.BAD_FIELD: _l("Please check what is entered here."),
    Reason.CHANGED_MEANWHILE: _l(
        "Somebody else was quicker, so nothing was changed by you. Look at how it stands now."
    ),
    Reason.ON_PROBATION: _l(
        "Your branch still needs to see whose hours these are. Ask again once the probation is decided."
    ),
    Reason.STAGE_ORDER: _l(
        "One step follows another: activist, candidate, probationary member. To full membership leads the"
        " meeting's decision."
    ),
    Reason.ALREADY_CREDITED: _l(
        "Hours are credited under this number and papers may name it, so it stays. Only a number without"
        " credited hours can be mended."
    ),
    Reason.SIGN_UP_CLOSED: _l("Signing up for this shift is not open."),
    Reason.SIGN_UP_OVERLAPS: _l("You have signed up for another shift at this time. Withdraw there first."),
    Reason.SIGN_UPS_USED: _l(
        "You have signed up for as many coming shifts as one person may. Withdraw from one, or wait until one"
        " is over."
    ),
    Reason.WITHDRAW_TOO_LATE: _l(
        "Too late to withdraw. Tell the leader of the post that you cannot come, so that others know."
    ),
    Reason.NOT_SIGNED_IN: _l("Please sign in first."),
    Reason.WRONG_PASSWORD: _l("Login or password is not right."),
    Reason.SLIP_UNKNOWN: _l("No slip has this code. Compare it with your slip, sign by sign."),
    Reason.SLIP_USED: _l(
        "This slip has done its work: the password is set. Sign in with it. If it is forgotten, or it was"
        " not you, ask your branch committee for a new slip."
    ),
    Reason.SLIP_EXPIRED: _l("This slip has expired. Ask your branch committee for a new one."),
    Reason.SLIP_REPLACED: _l(
        "This slip is no longer valid; most often a later one has replaced it. Take the newest, or ask your"
        " branch committee for another."
    ),
    Reason.LINK_GONE: _l("This link opens nothing. Ask the leader of the post for a new one."),
    Reason.DISPLAY_REVOKED: _l(
        "This screen was closed by a leader; its codes are worthless. Ask for a new link."
    ),
    Reason.TOO_MANY_TRIES: _l("Too many wrong tries. Wait a few minutes, then try again."),
    Reason.TICKET_GONE: _l("More than five minutes have passed. Scan the screen again."),
    Reason.CSRF_STALE: _l(
        "This page was open too long. Load it again and repeat the step; nothing was changed."
    ),
    Reason.TOO_LARGE: _l("This is too large."),
    Reason.WRONG_TYPE: _l("This kind of content is not understood here."),
    Reason.DATABASE_AWAY: _l(
        "The records cannot be reached just now. Nothing was changed; try again shortly."
    ),
}

# The case of a sentence is chosen by the fact "case" that the rule gave.
CASES: Mapping[tuple[Reason, str], Any] = {
    (Reason.SIGN_UP_CLOSED, "begun"): _l(
        "This shift has begun or is over. If you are at the post, scan the code there."
    ),
    (Reason.SIGN_UP_CLOSED, "cancelled"): _l("This shift was cancelled. Choose another one."),
    (Reason.SIGN_UP_CLOSED, "ahead"): _l("Signing up for this shift opens on {on} at {at}."),
    (Reason.SIGN_UP_CLOSED, "nobody"): _l(
        "One does not sign up for shifts of this post. Come and scan the code there."
    ),
    (Reason.SIGN_UP_CLOSED, "unit"): _l("The shifts of this post are for the members of {unit}."),
    (Reason.CODE_UNKNOWN, "digits"): _l("The code has 8 digits. Type all of them, as the screen shows them."),
    (Reason.CODE_UNKNOWN, "not_shown"): _l(
        "No screen of {post} shows these digits now. Check the post, and type the digits of this moment."
    ),
    (Reason.BAD_FIELD, "after_start"): _l(
        "The college scans its hours from {day} on: opening records lie before. For service since then ask"
        " for a make-up."
    ),
    (Reason.BAD_FIELD, "period"): _l(
        "No days are called so. Choose a year, an academic year or a term of the list, or two days."
    ),
    (Reason.BAD_FIELD, "two_days"): _l("Both days are needed, written as 2026-03-16, from 2000 to 2100."),
    (Reason.BAD_FIELD, "period_ends_first"): _l(
        "These days end before they begin. Choose the first day first."
    ),
    (Reason.BAD_FIELD, "period_too_long"): _l("These are more than five years. Choose fewer days."),
    (Reason.BAD_FIELD, "sort"): _l("This list has no such order. Choose one that it offers."),
    (Reason.BAD_FIELD, "mark"): _l("This list cannot be narrowed by that. Choose what it offers."),
    (Reason.BAD_FIELD, "whose"): _l("Choose the service of our members, or that at our posts."),
    (Reason.SLIP_UNKNOWN, "signs"): _l(
        "The code has 12 letters and digits; 0, 1, I, L, O and U are not among them. Type it as it stands on"
        " the slip."
    ),
    (Reason.ON_PROBATION, "undecided"): _l(
        "The probation was over on {day}, and the branch meeting has not decided yet. Ask again once it has."
    ),
    (Reason.SAME_PERSON, "own_row"): _l(
        "A row of this file is about yourself, so somebody else decides about the file."
    ),
    (Reason.PROBATION_CLOSED, "in_file"): _l(
        "{name} has left, or the candidacy was cancelled. Turn that row down alone, then approve the rest."
    ),
    (Reason.SAME_PERSON, "own_account"): _l(
        "Nobody does this for an own account. Ask another person of the college."
    ),
    (Reason.SAME_PERSON, "printed_by_you"): _l(
        "You printed the slip that opened this account, so somebody else must give it a role: nobody alone"
        " may come to act as two."
    ),
    (Reason.SAME_PERSON, "own_proposal"): _l("You proposed this. Another person must approve it."),
    (Reason.ALREADY_EXISTS, "printed"): _l(
        "These slips were printed already. Open the page again to print new ones; the earlier ones are then"
        " worthless."
    ),
    (Reason.ALREADY_EXISTS, "proposed"): _l(
        "Proposed already and waiting for the college: {what}, {day}. One thing at a time: let the college"
        " enter it or turn it down, or let who proposed it take it back."
    ),
    (Reason.CHANGED_MEANWHILE, "settled"): _l(
        "Something came of this proposal before: {state}. The page shows how it stands now."
    ),
    (Reason.ALREADY_EXISTS, "lifted"): _l("The cap of {day} is lifted already; there is nothing to add."),
    (Reason.NOT_ALLOWED, "proposer"): _l(
        "Who proposed this holds that office no longer. Turn it down, and let who holds it now propose it."
    ),
    (Reason.NOT_DUE, "nothing_credited"): _l(
        "Nothing is credited yet, so there is nothing to certify. Serve first, then ask."
    ),
    (Reason.NOT_DUE, "notice"): _l(
        "The notice runs up to and including {day}. Issue the certificate after that."
    ),
    (Reason.NOT_DUE, "objection"): _l(
        "An objection to one of these records is open. Answer it first; then issue the certificate."
    ),
    (Reason.BAD_FIELD, "nobody_listed"): _l(
        "Nobody would stand on this list. Choose another one, or choose somebody."
    ),
    (Reason.CHANGED_MEANWHILE, "notice_over"): _l(
        "The notice was over on {day}; what was shown cannot be taken back any more."
    ),
    (Reason.CHANGED_MEANWHILE, "request_settled"): _l(
        "This request has gone on meanwhile: {state}. The page shows how it stands now."
    ),
    (Reason.CHANGED_MEANWHILE, "since_notice"): _l(
        "The record came out otherwise since it was shown. Show it again: what is certified is what was"
        " shown."
    ),
    (Reason.CHANGED_MEANWHILE, "superseded"): _l(
        "A newer certificate has taken the place of this one. Revoke that one instead."
    ),
    (Reason.SAME_PERSON, "handler"): _l("You put this to notice. Another person of the college issues it."),
    (Reason.NOT_DUE, "ahead"): _l(
        "The meeting of {day} is still to come. Propose its decision once it has been held."
    ),
    (Reason.THRESHOLD_NOT_MET, "extended"): _l(
        "{minutes} of {threshold} h are credited, and the probation was extended once: conversion cannot be"
        " recorded, cancellation can. If service is missing, the member asks for it; the post's leader, the"
        " branch committee or the college put the record right."
    ),
    (Reason.BUDGET_USED, "record"): _l(
        "Of such hours {minutes_left} h are left to this member, and nobody can approve more. Enter less, or"
        " ask for the service itself as a make-up."
    ),
    (Reason.ALREADY_EXISTS, "question"): _l(
        "A question about this record waits for its answer already. It shows on the pages of the post's"
        " leaders."
    ),
    (Reason.ALREADY_EXISTS, "drawn"): _l(
        "The sample of this month is drawn, and it is drawn once. Enter what was found instead."
    ),
    (Reason.BAD_FIELD, "not_over"): _l("Choose a month that is over: until then records are added to it."),
    (Reason.BAD_FIELD, "nothing_served"): _l(
        "Nothing was served in this month, so there is nothing to draw."
    ),
    (Reason.BAD_FIELD, "no_day"): _l("Please give a date, as 2026-03-02."),
    (Reason.BAD_FIELD, "no_kind"): _l("There is no such report. Choose one of the list."),
    (Reason.BAD_FIELD, "no_period"): _l("There is no such period. Choose one of the list, or two days."),
    (Reason.BAD_FIELD, "ends_first"): _l("The last day lies before the first one."),
    (Reason.BAD_FIELD, "not_begun"): _l("This begins only on {day}; there is nothing to report yet."),
    (Reason.CHANGED_MEANWHILE, "flagged"): _l("Something speaks for a closer look by now. Open the record."),
    (Reason.ALREADY_EXISTS, "tokens"): _l("Five tokens at a time are enough. Revoke one first."),
    (Reason.BAD_FIELD, "password_length"): _l("At least ten characters, at most 200."),
    (Reason.BAD_FIELD, "password_login"): _l("Not your login or student number."),
    (Reason.BAD_FIELD, "password_plain"): _l("At least five different characters, and no row of digits."),
    (Reason.BAD_FIELD, "password_again"): _l("The two are not the same. Type both again."),
    (Reason.BAD_FIELD, "recount_ahead"): _l(
        "This version takes effect on {day}. Until then nothing is counted by it."
    ),
    (Reason.CHANGED_MEANWHILE, "recount_waits"): _l(
        "Another recount waits for its second person. Decide that one first."
    ),
    (Reason.WRONG_TYPE, "photo"): _l(
        "One of the files is no picture that can be taken here. Choose pictures as JPEG, PNG or WebP; a"
        " screenshot of it will do."
    ),
    (Reason.TOO_LARGE, "photo"): _l(
        "One of the pictures has too many pixels. Take it again with the usual camera, or a screenshot of it."
    ),
    (Reason.BAD_FIELD, "photos_many"): _l("At most {most} pictures a request."),
    (Reason.BAD_FIELD, "over_a_day"): _l(
        "A shift lasts at most 24 hours; {span} is longer. Publish two shifts that touch."
    ),
    (Reason.BAD_FIELD, "break_outside"): _l("The break {pause} must lie within the shift {span}."),
    (Reason.LINK_GONE, "used"): _l(
        "This link has been opened already, and it works once. Ask the leader of the post for a new one."
    ),
    (Reason.LINK_GONE, "expired"): _l("This link has expired. Ask the leader of the post for a new one."),
    (Reason.LINK_GONE, "withdrawn"): _l("This link was withdrawn. Ask the leader of the post for a new one."),
    (Reason.CODE_UNKNOWN, "no_pass"): _l(
        "This is no member's own code. Ask for the one under Me, Own code, on the member's phone."
    ),
    (Reason.CODE_UNKNOWN, "pass_device"): _l(
        "No phone of a member is registered for this code. Let the member open the own code again, with a"
        " network."
    ),
    (Reason.SIGNATURE_WRONG, "pass"): _l(
        "This code was not made by the phone that it names. Take the member in by number, and tell the"
        " committee."
    ),
    (Reason.CODE_EXPIRED, "pass"): _l("This code has changed. Scan the member's phone again."),
    (Reason.CODE_FROM_FUTURE, "pass"): _l(
        "The clock of the member's phone is ahead. Let the member open the own code again, with a network."
    ),
    (Reason.TOO_OLD, "pass"): _l("Scanned more than 72 hours ago. Witness it on the list instead."),
    (Reason.OUTSIDE_SHIFT, "pass"): _l("The shift runs {starts_at}–{ends_at}; it is witnessed only then."),
    (Reason.SAME_CODE_AGAIN, "pass"): _l("This code was scanned already; wait for the next one."),
    (Reason.NOT_CHECKED_IN, "pass"): _l(
        "The member has not checked in here. First the code of the post, then the own code."
    ),
    (Reason.SAME_PERSON, "pass"): _l("This is your own code. Another leader must scan it."),
    (Reason.OUTSIDE_SHIFT, "host_early"): _l("Say so at the end of the shift, from {opens_at}."),
    (Reason.OUTSIDE_SHIFT, "host_late"): _l("This was possible until {ends_at}."),
    (Reason.OUTSIDE_SHIFT, "count"): _l("People are counted while the shift runs, {starts_at}–{ends_at}."),
    (Reason.BAD_FIELD, "term_overlaps"): _l(
        "These days overlap “{name}”, {first} to {last}. A day belongs to one term: change that one first."
    ),
    (Reason.BAD_FIELD, "not_ahead"): _l(
        "Not before {earliest}: what was recorded keeps the rule under which it was made."
    ),
    (Reason.OUTSIDE_SHIFT, "early"): _l("Too early. Check-in opens at {opens_at}."),
    (Reason.OUTSIDE_SHIFT, "over"): _l("The shift ended at {ends_at}. If you served, ask for a make-up."),
    (Reason.OUTSIDE_SHIFT, "none"): _l("No shift here today. Ask the leader to open one."),
    (Reason.OUTSIDE_SHIFT, "not_running"): _l("Only a running shift can be prolonged."),
    (Reason.OUTSIDE_SHIFT, "running"): _l("The shift runs until {ends_at}. Close it after that."),
    (Reason.OUTSIDE_SHIFT, "grace_over"): _l("Too late to check out. Use “I forgot to check out”."),
}

# A sentence that names facts takes the place of the bare one when the rule gave all of them.
WITH_FACTS: Mapping[Reason, tuple[Any, ...]] = {
    Reason.SHIFT_OVERLAPS: (
        _l("It overlaps the shift {other} of this post. Choose other times, or cancel that one."),
    ),
    Reason.SIGN_UP_OVERLAPS: (
        _l("You have signed up for {post}, {span}, at the same time. Withdraw there first."),
    ),
    Reason.SIGN_UPS_USED: (
        _l(
            "You have signed up for {most} coming shifts, the most that one person may. Withdraw from one, or"
            " wait until one is over."
        ),
    ),
    Reason.WITHDRAW_TOO_LATE: (
        _l(
            "Too late to withdraw: this was possible until {on} {at}. Tell the leader of the post that you"
            " cannot come, so that others know."
        ),
    ),
    Reason.TOO_LARGE: (
        _l("This is larger than {limit} MB, the most that is taken here. Send less at once."),
    ),
    Reason.TOO_OLD: (_l("Older than {hours} h. Ask for a make-up."),),
    Reason.DEADLINE_PASSED: (
        _l("The 10 working days ended on {day}. The college decides."),
        _l("This was possible until {at}. Now the member has to ask, and two people decide."),
    ),
    Reason.BUDGET_USED: (
        _l("This goes over the make-up budget ({minutes_left} h left). The college decides."),
    ),
    Reason.BEYOND_SHIFT: (_l("Times must lie within {starts_at}–{ends_at}."),),
    Reason.TOO_MANY_TRIES: (_l("Too many wrong tries. Wait {retry_after_s} min, then try again."),),
    Reason.NOT_ALLOWED: (
        _l("Not before {day}: until then there is service, or the last move. Choose a later day."),
    ),
    Reason.EXTENSION_OUT_OF_RANGE: (_l("An extension is {low} to {high} months."),),
    Reason.ON_PROBATION: (
        _l(
            "The probation runs until {day}: until then the branch needs to see whose hours these are. Ask"
            " again from that day on."
        ),
    ),
    Reason.STAGE_ORDER: (
        _l(
            "From {stage} the roster does not lead to {to}. One step follows another: activist, candidate,"
            " probationary member."
        ),
    ),
    Reason.NOT_DUE: (_l("Not due until {day}. Record the decision of the meeting after that."),),
    Reason.THRESHOLD_NOT_MET: (
        _l(
            "{minutes} of {threshold} h are credited: conversion cannot be recorded, extension or"
            " cancellation can. If service is missing, the member asks for it; the post's leader, the branch"
            " committee or the college put the record right."
        ),
        _l(
            "{minutes} h are credited, too few: conversion cannot be recorded, extension or cancellation can."
        ),
    ),
    Reason.BAD_FIELD: (
        _l("This has a character that nobody can see ({character}). Type it again."),
        _l("At most {longest} characters, and not empty."),
        _l("At least {shortest} characters."),
    ),
}


def sentence(refusal: Refusal) -> str:
    """Return what happened and what to do now, in the language of the page."""
    facts = {name: shown(value, name) for name, value in refusal.facts.items()}
    return _template(refusal).format_map(defaultdict(lambda: "–", facts))


def _template(refusal: Refusal) -> str:
    case = CASES.get((refusal.reason, str(refusal.facts.get("case"))))
    if case is not None:
        return str(case)
    for template in map(str, WITH_FACTS.get(refusal.reason, ())):
        if {name for _, name, _, _ in Formatter().parse(template) if name} <= refusal.facts.keys():
            return template
    return str(SENTENCES[refusal.reason])


def shown(value: object, name: str = "") -> str:
    """Return a fact as a sentence shows it: campus times, minutes as hours, waits as whole minutes."""
    if isinstance(value, datetime):
        return str(format_datetime(value, "HH:mm"))
    if isinstance(value, Span):
        return span_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and name in ("minutes", "minutes_left", "threshold"):
        return hours_text(value)
    if isinstance(value, int) and name == "retry_after_s":
        return str(-(-value // 60))
    if isinstance(value, StrEnum):
        return word(value)
    return str(value)


def span_text(span: Span) -> str:
    """Return campus day and times: 2026-03-16 09:00–12:00; the second day too where it is another."""
    start, end = (str(format_datetime(moment, "yyyy-MM-dd HH:mm")) for moment in (span.start, span.end))
    return f"{start}–{end[11:] if end[:10] == start[:10] else end}"


def word(key: StrEnum | None) -> str:
    """Return the word for a value of a closed list; a dash for none."""
    return "–" if key is None else str(WORDS[key])
