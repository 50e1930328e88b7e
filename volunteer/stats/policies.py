"""The versions of the hours policy, carried along in other statements as one JSON column."""

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, Date, ScalarSelect, case, func, literal, select
from sqlalchemy.orm import Session

from volunteer.database import table_of
from volunteer.models import PolicyVersion
from volunteer.rules.kinds import Confirmation, Stage
from volunteer.rules.policy import HoursPolicy, policy_on
from volunteer.stats.json_rows import json_rows

_POLICY_KEYS = tuple(HoursPolicy.__dataclass_fields__)


def policies(session: Session) -> tuple[HoursPolicy, ...]:
    """Return all versions, in the order in which they were entered."""
    text = session.execute(select(policies_column())).scalar_one()
    return tuple(policy for _, policy in parsed_policies(text))


def versions_by_id(session: Session) -> dict[int, HoursPolicy]:
    """Return all versions by their ids."""
    return dict(parsed_policies(session.execute(select(policies_column())).scalar_one()))


@lru_cache(maxsize=256)
def parsed_policies(text: str) -> tuple[tuple[int, HoursPolicy], ...]:
    """Return the policy versions with their ids. Cached by content: versions never change."""
    return tuple((fields[0], _policy(fields[1:])) for fields in sorted(json.loads(text)))


def policy_in_force(text: str, day: date) -> tuple[int, HoursPolicy]:
    """Return id and value of the version in force on *day*."""
    versions = parsed_policies(text)
    wanted = policy_on(day, [policy for _, policy in versions])
    return next((number, policy) for number, policy in versions if policy is wanted)


def policy_days(*keys: str) -> CTE:
    """Return *keys* of each version, and when it is in force: ``from_on``, ``before_on`` or NULL.

    As :func:`policy_on` has it: the earliest version is that of all days before it as well.
    """
    columns = table_of(PolicyVersion).c
    in_order = (columns.effective_on, columns.id)
    is_first = func.row_number().over(order_by=in_order) == 1
    return select(
        *(columns[key] for key in keys),
        case((is_first, literal(date.min, Date)), else_=columns.effective_on).label("from_on"),
        func.lead(columns.effective_on).over(order_by=in_order).label("before_on"),
    ).cte("policy_days")


def policies_column() -> ScalarSelect[str]:
    """Return the scalar that carries all policy versions."""
    columns = table_of(PolicyVersion).c
    return select(json_rows(columns.id, *(columns[key] for key in _POLICY_KEYS))).scalar_subquery()


def _policy(fields: Sequence[Any]) -> HoursPolicy:
    values = dict(zip(_POLICY_KEYS, fields, strict=True))
    values["effective_on"] = date.fromisoformat(values["effective_on"])
    values["stages"] = tuple(Stage(stage) for stage in values["stages"].split(",") if stage)
    values["confirmation"] = Confirmation(values["confirmation"])
    return HoursPolicy(**values)
