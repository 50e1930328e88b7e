"""The cards of the desk: what waits, the riskiest first, each with its evidence and who may not decide it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from volunteer.actions.calendar import calendar_of
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Grade, RequestState, Side, VisitState
from volunteer.rules.risk import Risk, risk_of
from volunteer.rules.roles import Actor
from volunteer.rules.workdays import WorkCalendar, deadline_after, workdays_left
from volunteer.stats import cards as details
from volunteer.stats import desk, onsite
from volunteer.stats.cards import CardEnd, Neighbours, QuestionRow
from volunteer.stats.desk import OpenObjection, OpenRequest, PendingVisit
from volunteer.stats.kept import workdays_and_periods
from volunteer.stats.onsite import Told
from volunteer.stats.photos import PhotoRow, photos_of
from volunteer.stats.signs import Sign, signs_of

Case = PendingVisit | OpenRequest | OpenObjection


class Kind(StrEnum):
    """What a card is about."""

    VISIT = "visit"
    REQUEST = "request"
    OBJECTION = "objection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One case that waits, and why it stands where it stands."""

    kind: Kind
    case: Case
    risk: Risk
    signs: Sequence[Sign]
    deadline_on: date | None
    days_left: int | None
    blocked: str | None
    ends: Sequence[CardEnd] = ()
    neighbours: Neighbours | None = None
    before: str | None = None
    questions: Sequence[QuestionRow] = ()
    photos: Sequence[PhotoRow] = ()
    told: Told | None = None

    @property
    def key(self) -> str:
        """A name for it within the page."""
        return f"{self.kind}-{self.case.id}"

    @property
    def is_quiet(self) -> bool:
        """Whether it may be confirmed with others at once: nothing speaks for a closer look."""
        case = self.case
        if not isinstance(case, PendingVisit) or self.signs or self.blocked:
            return False
        return case.may_confirm and case.returned is None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that waits, the riskiest first; ``own`` counts what is the asker's and others decide."""

    cards: Sequence[Card]
    own: int
    kinds: Counter[Kind] = field(default_factory=Counter)


def desk_of(session: Session, actor: Actor, *, campus: Campus, now: datetime) -> Desk:
    """Return what waits in the reach of the account, without the details of the cards."""
    cases: list[tuple[Kind, Case]] = [
        *((Kind.VISIT, case) for case in desk.pending_visits(session, actor)),
        *((Kind.REQUEST, case) for case in desk.open_requests(session, actor)),
        *((Kind.OBJECTION, case) for case in desk.open_objections(session, actor)),
    ]
    others = [(kind, case) for kind, case in cases if case.member_id != actor.member_id]
    today, calendar = campus.day(now), calendar_of(workdays_and_periods(session), campus)
    ids = {case.visit_id for _, case in others if case.visit_id is not None}
    signs = signs_of(session, ids, today=today)
    found = [_card(kind, case, signs, actor, today, calendar, campus) for kind, case in others]
    found.sort(key=lambda card: (-card.risk.points, card.deadline_on or date.max, card.kind, card.case.id))
    return Desk(found, len(cases) - len(others), Counter(card.kind for card in found))


def with_details(session: Session, cards: Sequence[Card]) -> list[Card]:
    """Return the cards of one page with what stands on them."""
    shifts = {card.case.shift_id for card in cards if card.case.shift_id is not None}
    visits = {card.case.visit_id for card in cards if card.case.visit_id is not None}
    members = {card.case.member_id for card in cards}
    ends = details.ends_of_shifts(session, shifts)
    history = details.history_of(session, members)
    questions = details.questions_about(session, visits)
    pictures = photos_of(session, [card.case.id for card in cards if card.kind is Kind.REQUEST])
    told = onsite.told_of(session, shifts)
    return [
        replace(
            card,
            ends=[end for end in ends if end.visit_id == card.case.visit_id],
            neighbours=_neighbours(card.case, ends),
            before=_before(card.case, history),
            questions=questions.get(card.case.visit_id or 0, ()),
            photos=pictures.get(card.case.id, ()) if card.kind is Kind.REQUEST else (),
            told=told.get(card.case.shift_id or 0),
        )
        for card in cards
    ]


def _card(
    kind: Kind,
    case: Case,
    signs: Mapping[int, Sequence[Sign]],
    actor: Actor,
    today: date,
    calendar: WorkCalendar,
    campus: Campus,
) -> Card:
    own = signs.get(case.visit_id or 0, ())
    deadline = _deadline(case, calendar, campus)
    left = None if deadline is None else workdays_left(today, deadline, calendar)
    risk = risk_of(
        flags=[sign.flag for sign in own],
        days_left=left,
        minutes=case.pending,
        made_up_min=case.made_up,
        served_min=case.served,
        is_objection=kind is Kind.OBJECTION,
    )
    return Card(
        kind=kind,
        case=case,
        risk=risk,
        signs=own,
        deadline_on=deadline,
        days_left=left,
        blocked=_blocked(case, actor),
    )


def _deadline(case: Case, calendar: WorkCalendar, campus: Campus) -> date | None:
    """Return the last day: of approval, of acceptance, or of recording what was served."""
    match case:
        case OpenRequest():
            return case.deadline_on
        case OpenObjection():
            return None if case.is_in_force else case.accept_by_on
    return deadline_after(campus.day(case.ends_at), case.deadline_workdays, calendar).day


def _blocked(case: Case, actor: Actor) -> Any:
    """Return why this reviewer does not decide it, or None."""
    match case:
        case PendingVisit() if case.is_recorder:
            return gettext("You recorded this yourself. Another person decides.")
        case PendingVisit() if case.grade is Grade.D:
            return gettext(
                "Stands alone: a leader of the post can witness it on the on-site list,"
                " or the member asks for it."
            )
        case OpenRequest() if case.asked_by_id == actor.account_id:
            return gettext("You asked for this yourself. Two others decide.")
        case OpenRequest() if case.approved_by_id == actor.account_id:
            return gettext("You gave the first approval. Another person gives the second.")
        case OpenRequest() if case.approvals and not case.is_reviewed:
            return gettext("The first approval is given. The branch or the college gives the second.")
        case OpenObjection() if case.by_account_id == actor.account_id:
            return gettext("You objected yourself. Another person decides.")
        case OpenObjection() if case.is_recorder or case.confirmed_by_id == actor.account_id:
            return gettext("You recorded or confirmed this record. Another person decides.")
    return None


def _neighbours(case: Case, ends: Sequence[CardEnd]) -> Neighbours | None:
    if case.shift_id is None:
        return None
    own = [end for end in ends if end.visit_id == case.visit_id]
    came = [end.at for end in own if end.side is Side.IN]
    left = [end.at for end in own if end.side is Side.OUT]
    if isinstance(case, OpenRequest):
        came = [*came, *([case.starts_at] if case.starts_at else [])]
        left = [case.ends_at] if case.ends_at else left
        shift = (case.shift_starts_at, case.shift_ends_at)
    else:
        shift = (case.starts_at, case.ends_at)
    start, end = min(came, default=shift[0]), max(left, default=shift[1])
    if start is None or end is None:
        return None
    return details.neighbours_of(case.visit_id, case.shift_id, (start, end), ends)


def _before(case: Case, history: Mapping[tuple[int, str, str], int]) -> Any:
    """Say how often there was the like of it before."""
    kind = case.kind.value if isinstance(case, OpenRequest) else None
    if kind is not None:
        granted = history.get((case.member_id, kind, RequestState.APPROVED.value), 0)
        refused = history.get((case.member_id, kind, RequestState.REJECTED.value), 0)
        return gettext("Asked for the like before: %(a)s granted, %(b)s turned down.", a=granted, b=refused)
    assert not isinstance(case, OpenRequest)
    counted = _times(history, case.member_id, case.grade.value, (VisitState.CONFIRMED,))
    settled = _times(history, case.member_id, Grade.X.value, (VisitState.REJECTED, VisitState.VOID))
    return gettext(
        "Records of the same grade before: %(a)s count. Rejected or void: %(b)s.", a=counted, b=settled
    )


def _times(
    history: Mapping[tuple[int, str, str], int], member_id: int, what: str, states: Collection[VisitState]
) -> int:
    return sum(history.get((member_id, what, state.value), 0) for state in states)
