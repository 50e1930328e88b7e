"""A sentence for each flag, with the facts behind it."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext

from volunteer.rules.kinds import Flag
from volunteer.rules.tally import hours_text, share_pct
from volunteer.stats.signs import Sign


def told(sign: Sign) -> str:
    """Return what there is to look at, in the language of the page."""
    return str(_SENTENCES[sign.flag](*sign.numbers, sign.text or "–"))


def _share(part: int, whole: int) -> str:
    share = share_pct(part, whole)
    return "–" if share is None else f"{share:.1f} %"


def _late(last: int, whole: int, *_: object) -> Any:
    return gettext(
        "%(a)s of %(b)s h (%(p)s) lie in the last tenth of the probation.",
        a=hours_text(last),
        b=hours_text(whole),
        p=_share(last, whole),
    )


def _made_up(part: int, whole: int, usual: int, all_of_it: int, _who: str) -> Any:
    return gettext(
        "%(a)s of %(b)s h are made up: %(p)s, and %(u)s is usual.",
        a=hours_text(part),
        b=hours_text(whole),
        p=_share(part, whole),
        u=_share(usual, all_of_it),
    )


_SENTENCES: Mapping[Flag, Callable[..., Any]] = {
    Flag.SHARED_DEVICE: lambda n, *_: gettext(
        "The same phone scanned for %(n)s other members of this shift.", n=n
    ),
    Flag.SEVERAL_DEVICES: lambda n, *_: gettext("This record was scanned with %(n)s different phones.", n=n),
    Flag.CLAIM_CONTRADICTS_SCAN: lambda *facts: gettext(
        "The claimed time overlaps a scan elsewhere (record %(ids)s).", ids=facts[-1]
    ),
    Flag.OPENED_ON_THE_SPOT: lambda *_: gettext("The shift was opened on the spot, not published ahead."),
    Flag.PROLONGED: lambda _n, minutes, *_: gettext(
        "The shift was prolonged by %(m)s min while it ran.", m=minutes
    ),
    Flag.DISPLAY_SILENT: lambda *_: gettext("The screen gave no sign of life when the code was scanned."),
    Flag.SLOW_TICKET: lambda *facts: gettext(
        "%(t)s passed between scan and check-in: somebody may have passed the code on.", t=facts[-1]
    ),
    Flag.HEADCOUNT_DIFFERS: lambda *facts: gettext(
        "Somebody counted another number of people than were checked in: %(f)s.", f=facts[-1]
    ),
    Flag.ABSENT_AT_ROLL_CALL: lambda *_: gettext(
        "Called by name while the shift ran, and not found at the post."
    ),
    Flag.SAME_PAIR: lambda together, _all, _c, _d, who: gettext(
        "All %(n)s own records of this keeper were witnessed by %(who)s.", n=together, who=who
    ),
    Flag.NEW_DEVICE: lambda _n, minutes, *_: gettext(
        "The phone was registered %(h)s h before the scan, and another one before it.", h=minutes // 60
    ),
    Flag.BROKEN_QUEUE: lambda *facts: gettext(
        "What the phone saved offline does not follow on what it sent before (%(f)s).", f=facts[-1]
    ),
    Flag.UNSIGNED_QUEUE: lambda *_: gettext("Saved offline without the phone's key: it proves less."),
    Flag.OLD_CODE: lambda age, others, total, *_: gettext(
        "The code was %(a)s s old when it came in; those of %(n)s other scans were %(b)s s on average.",
        a=age,
        n=others,
        b=total // max(others, 1),
    ),
    Flag.MADE_UP_SHARE: _made_up,
    Flag.LATE_RUSH: _late,
    Flag.HASTY_APPROVAL: lambda seconds, _b, _c, _d, who: gettext(
        "%(who)s approved within %(n)s s: too short to look at it.", who=who, n=seconds
    ),
    Flag.ROUND_TIMES: lambda claims, *_: gettext(
        "All %(n)s claims of this member begin and end at full or half hours.", n=claims
    ),
    Flag.RECIPROCAL: lambda given, received, _c, _d, who: gettext(
        "%(who)s approved %(a)s requests of this member, who approved %(b)s of %(who)s.",
        who=who,
        a=given,
        b=received,
    ),
    Flag.NEVER_REFUSES: lambda cases, *_: gettext(
        "All of %(n)s cases were approved, and a spot check found one of them wrong.", n=cases
    ),
}
