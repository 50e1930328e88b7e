"""What the keys of the policy are called, in which group they stand, and how their values read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from volunteer.rules.policy import LIMITS, HoursPolicy
from volunteer.rules.tally import hours_text
from volunteer.schemas.college import IN_HOURS
from volunteer.schemas.fields import hours_written
from volunteer.web.words import word

# Groups in the order of the form, each with its keys.
GROUPS: Sequence[tuple[Any, Sequence[str]]] = (
    (_l("What is asked"), ("threshold_min", "extension_months_min", "extension_months_max")),
    (_l("What a record earns"), ("min_record_min", "rounding_unit_min", "day_cap_min", "day_cap_max_min")),
    (_l("Scanning"), ("checkin_early_min", "checkout_grace_min", "offline_max_age_h")),
    (
        _l("What comes later"),
        ("record_deadline_workdays", "makeup_budget_pct", "opening_max_min", "outside_max_min"),
    ),
    (_l("Signing up for shifts"), ("sign_up_ahead_days", "sign_ups_at_once", "withdraw_before_h")),
    (_l("Notices and certificates"), ("notice_workdays", "certificate_notice_days")),
    (
        _l("Who is shown as near, behind or at risk"),
        ("near_pct", "at_risk_week_min", "behind_min", "behind_after_days"),
    ),
)
LABELS: Mapping[str, Any] = {
    "threshold_min": _l("Threshold of the probation"),
    "stages": _l("For whom"),
    "extension_months_min": _l("Shortest extension"),
    "extension_months_max": _l("Longest extension"),
    "min_record_min": _l("Shortest record that counts"),
    "rounding_unit_min": _l("Rounded down to full"),
    "day_cap_min": _l("Cap of a day"),
    "day_cap_max_min": _l("Cap of a day with an approval"),
    "checkin_early_min": _l("Check-in before the shift"),
    "checkout_grace_min": _l("Check-out after the shift"),
    "offline_max_age_h": _l("Scans without network are taken for"),
    "confirmation": _l("Records of scans"),
    "record_deadline_workdays": _l("Deadline for requests"),
    "makeup_budget_pct": _l("Make-up budget, of the threshold"),
    "opening_max_min": _l("Hours from before the start, at most"),
    "outside_max_min": _l("Hours from elsewhere, at most"),
    "notice_workdays": _l("Notice of hours in the unit"),
    "certificate_notice_days": _l("Notice before a certificate"),
    "near_pct": _l("Near: from this share of the threshold"),
    "at_risk_week_min": _l("At risk: more than this is missing a week"),
    "behind_min": _l("Behind: this far under the straight line"),
    "behind_after_days": _l("Behind: not within the first"),
    "sign_up_ahead_days": _l("Sign-up opens before the shift"),
    "sign_ups_at_once": _l("Coming shifts of one member, at most"),
    "withdraw_before_h": _l("Withdrawing ends before the shift"),
}
_UNITS: Mapping[str, Any] = {
    "hours": _l("hours"),
    "_min": _l("minutes"),
    "_h": _l("hours"),
    "_pct": _l("per cent"),
    "_workdays": _l("working days"),
    "_days": _l("days"),
    "_at_once": _l("shifts"),
    "months": _l("months"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One key in which two versions differ, as people read it."""

    label: str
    before: str
    after: str


def unit_of(key: str) -> str:
    """Return the unit in which people enter the key."""
    if key in IN_HOURS:
        return str(_UNITS["hours"])
    if "months" in key:
        return str(_UNITS["months"])
    return next(str(text) for ending, text in _UNITS.items() if key.endswith(ending))


def limits_of(key: str) -> str:
    """Return what may be entered for the key: from 1 to 60 minutes."""
    low, high = LIMITS[key]
    if key in IN_HOURS:
        return str(gettext("%(low)s to %(high)s hours", low=hours_written(low), high=hours_written(high)))
    return str(gettext("%(low)s to %(high)s %(unit)s", low=low, high=high, unit=unit_of(key)))


def read(key: str, policy: HoursPolicy) -> str:
    """Return the value of a key with its unit: 50.00 hours."""
    value = getattr(policy, key)
    if key == "stages":
        return str(gettext(", ")).join(word(stage) for stage in value)
    if key == "confirmation":
        return word(value)
    shown = hours_text(value) if key in IN_HOURS else value
    return f"{shown} {unit_of(key)}"


def changes(before: HoursPolicy, after: HoursPolicy) -> list[Change]:
    """Return in what *after* differs, in the order of the labels."""
    return [
        Change(label=str(label), before=read(key, before), after=read(key, after))
        for key, label in LABELS.items()
        if getattr(before, key) != getattr(after, key)
    ]


def written(policy: HoursPolicy) -> dict[str, Any]:
    """Return the values as the form shows them."""
    values: dict[str, Any] = {
        key: hours_written(getattr(policy, key)) if key in IN_HOURS else str(getattr(policy, key))
        for key in LIMITS
    }
    return values | {
        "confirmation": policy.confirmation.value,
        "stages": [one.value for one in policy.stages],
    }
