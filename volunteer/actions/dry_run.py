"""What a version of the policy would make of the records that there are. Reads only; nothing is booked.

A version holds for what is served from its day on, and for probations that begin then: entering one moves no
hour of the past. This is the other question, which helps to choose the numbers: how it would have been.
Rounding, the least record, the caps and the threshold are judged anew; who came and left when is what it was.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from volunteer.actions.book import Nearby, earned_by, read_between
from volunteer.actions.near import NearVisit
from volunteer.rules.campus import Campus
from volunteer.rules.credit import VisitCredit
from volunteer.rules.kinds import Phase
from volunteer.rules.policy import HoursPolicy
from volunteer.stats.standing import MemberStanding

UNDECIDED = (Phase.IN_WINDOW, Phase.EXTENDED, Phase.DUE_WAITING, Phase.NOT_MET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A member who would stand on the other side of the threshold. Minutes, before and after."""

    member_id: int
    name: str
    unit_name: str
    counted: tuple[int, int]
    threshold: tuple[int, int]


@dataclass(slots=True)
class DryRun:
    """What came out so far; filled in while the members are gone through."""

    members: int
    done: int = 0
    reached: list[Crossing] = field(default_factory=list)
    missed: list[Crossing] = field(default_factory=list)
    credited: Counter[int] = field(default_factory=Counter)
    changed: Counter[int] = field(default_factory=Counter)
    later: int = 0

    @property
    def total(self) -> tuple[int, int]:
        """All credited minutes, before and after."""
        before = sum(self.credited.values())
        return before, before + sum(self.changed.values())


def dry_run(
    session: Session,
    run: DryRun,
    *,
    policy: HoursPolicy,
    member_ids: Sequence[int],
    standings: Mapping[int, MemberStanding],
    campus: Campus,
    only: Callable[[NearVisit], bool] | None = None,
) -> Iterator[int]:
    """Go through the members, fill in *run*, and give how many are done after each.

    Args:
        member_ids: Whose records are counted again.
        standings: Of those who have a probation to reach the threshold in.
        only: Which records are counted by the version; the others, and all thresholds, stay under theirs.
    """
    for member_id in member_ids:
        whole = read_between(session, member_id=member_id, from_day=date.min, to_day=date.max)
        after = earned_by(under(whole, policy, only), campus.zone)
        _add_hours(run, whole, after)
        standing = standings.get(member_id)
        if standing is not None:
            threshold = policy.threshold_min if only is None else standing.standing.threshold
            _add_crossing(run, whole, after, standing, policy, threshold)
        run.done += 1
        yield run.done


def under(whole: Nearby, policy: HoursPolicy, only: Callable[[NearVisit], bool] | None = None) -> Nearby:
    """Return the member's records as if they, or some of them, had been kept under the version."""
    return whole.replacing(
        *(replace(visit, policy=policy) for visit in whole.visits if only is None or only(visit))
    )


def _add_hours(run: DryRun, whole: Nearby, after: Mapping[int, VisitCredit]) -> None:
    for visit in whole.visits:
        before = sum(credited for _, credited in visit.booked.values())
        now = after[visit.id].credited if visit.id in after else 0
        run.credited[visit.unit_id] += before
        run.changed[visit.unit_id] += now - before


def _add_crossing(
    run: DryRun,
    whole: Nearby,
    after: Mapping[int, VisitCredit],
    standing: MemberStanding,
    policy: HoursPolicy,
    threshold: int,
) -> None:
    at = standing.standing
    if standing.starts_on is None or standing.ends_before is None:
        return
    if standing.starts_on >= policy.effective_on:
        run.later += 1
    if at.phase not in UNDECIDED:
        return

    def is_inside(day: date) -> bool:
        assert standing.starts_on is not None and standing.ends_before is not None
        return standing.starts_on <= day < standing.ends_before

    before = sum(
        credited for visit in whole.visits for day, (_, credited) in visit.booked.items() if is_inside(day)
    )
    now = sum(part.credited for credit in after.values() for part in credit.slices if is_inside(part.day))
    # Opening and outside records have minutes of their own, which no version changes.
    counted = at.counted - before + now
    crossing = Crossing(
        member_id=standing.member_id,
        name=standing.name,
        unit_name=standing.unit_name or "",
        counted=(at.counted, counted),
        threshold=(at.threshold, threshold),
    )
    is_met = counted >= threshold
    if is_met and not at.is_met:
        run.reached.append(crossing)
    elif at.is_met and not is_met:
        run.missed.append(crossing)
