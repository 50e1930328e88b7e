"""When something about a record is worth a look: each threshold once. A flag never deducts a minute.

The figures are added up elsewhere; here they are judged. All comparisons are of whole numbers.
"""

from datetime import date

OLD_CODE_FROM_S = 30
OLD_CODE_TIMES = 3
OTHERS_FROM = 3

SHARE_TIMES = 2
SHARE_POINTS = 10
SHARE_FROM_MIN = 600

RUSH_PCT = 40
RUSH_FROM_MIN = 600

HASTY_BELOW_S = 5

ROUND_TO_S = 30 * 60
ROUND_FROM = 3

PAIR_FROM = 5

CASES_FROM = 30


def is_old_code(age_s: int, others: int, others_sum_s: int) -> bool:
    """Whether a live code was much older when it came in than those of the others at the shift.

    Args:
        others: How many live scans of other members there are.
        others_sum_s: Their ages added up.
    """
    return (
        age_s >= OLD_CODE_FROM_S and others >= OTHERS_FROM and age_s * others > OLD_CODE_TIMES * others_sum_s
    )


def is_share_high(part: int, whole: int, usual_part: int, usual_whole: int) -> bool:
    """Whether a share of made-up minutes is far above the usual: twice it and ten points more.

    Args:
        whole: All minutes served; of less than ten hours a share says little.
    """
    if whole < SHARE_FROM_MIN:
        return False
    if usual_whole == 0:
        return part * 100 >= SHARE_POINTS * whole
    is_twice = part * usual_whole >= SHARE_TIMES * usual_part * whole
    points = (part * usual_whole - usual_part * whole) * 100
    return is_twice and points >= SHARE_POINTS * whole * usual_whole


def is_in_last_tenth(day: date, starts_on: date, ends_before: date) -> bool:
    """Whether *day* lies in the last tenth of the half-open days of a probation."""
    length = (ends_before - starts_on).days
    return starts_on <= day < ends_before and (day - starts_on).days * 10 >= length * 9


def is_rush(last_min: int, whole_min: int) -> bool:
    """Whether more than 40 % of the hours were served in the last tenth of the period."""
    return whole_min >= RUSH_FROM_MIN and last_min * 100 > RUSH_PCT * whole_min


def is_hasty(seconds: int) -> bool:
    """Whether an approval came less than five seconds after one could begin to look."""
    return seconds < HASTY_BELOW_S


def are_round(claims: int, round_claims: int) -> bool:
    """Whether all that a member ever claimed begins and ends at full and half hours."""
    return claims >= ROUND_FROM and round_claims == claims


def is_reciprocal(given: int, received: int) -> bool:
    """Whether two people approve each other's requests."""
    return given > 0 and received > 0


def is_same_pair(together: int, witnessed: int) -> bool:
    """Whether the own records of a keeper are always witnessed by the same other one."""
    return witnessed >= PAIR_FROM and together == witnessed


def never_refuses(cases: int, granted: int, failed_checks: int) -> bool:
    """Whether somebody approved all of 30 cases or more, and a spot check found one of them wrong."""
    return cases >= CASES_FROM and granted == cases and failed_checks > 0
