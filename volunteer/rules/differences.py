"""What is different between two reports of the same unit and period, down to the records."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from volunteer.rules.kinds import Figure
from volunteer.rules.report import Axis, Line, Report, Stood, Visited

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[T]):
    """Something before and after; None: it was not there, or is not there any more."""

    key: str
    before: T | None
    after: T | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that changed from one report to another."""

    figures: Sequence[Change[int]]
    lines: Mapping[Axis, Sequence[Change[Line]]]
    members: Sequence[Change[Stood]]
    visits: Sequence[Change[Visited]]
    is_policy_other: bool
    are_texts_other: bool

    @property
    def is_none(self) -> bool:
        """Whether all figures, lines and records are the same."""
        return not (self.figures or self.members or self.visits or any(self.lines.values()))


def differences(before: Report, after: Report) -> Differences:
    """Compare two reports. The ledger may have grown by other periods; its heads are not compared."""
    return Differences(
        figures=_changes(before.figures.items(), after.figures.items(), lambda pair: pair[0], _value),
        lines={
            axis: _changes(before.lines[axis], after.lines[axis], lambda line: line.key, _same)
            for axis in Axis
        },
        members=_changes(before.members, after.members, lambda one: str(one.member_id), _same),
        visits=_changes(before.visits, after.visits, lambda visit: str(visit.id), _same),
        is_policy_other=(before.policy_on, before.threshold) != (after.policy_on, after.threshold),
        are_texts_other=(before.shortcomings, before.plans) != (after.shortcomings, after.plans),
    )


def _changes(
    before: Iterable[S], after: Iterable[S], key: Callable[[S], str], value: Callable[[S], T]
) -> list[Change[T]]:
    """Return what differs, in the order of what was there before and then of what came."""
    was = {key(one): value(one) for one in before}
    now = {key(one): value(one) for one in after}
    return [
        Change(key=name, before=was.get(name), after=now.get(name))
        for name in (*was, *(now.keys() - was.keys()))
        if was.get(name) != now.get(name)
    ]


def _value(pair: tuple[Figure, int]) -> int:
    return pair[1]


def _same(one: T) -> T:
    return one
