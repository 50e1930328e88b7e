"""One member's life as random steps: whatever happens in whatever order, the books agree afterwards.

Every step asks the same actions as the web. A refusal is a fine answer and must leave everything as it was;
after each step the ledger is held against the evidence by an independent count of minutes.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.actions.stage import IN, OUT, SHANGHAI, Stage, at
from tests.rules.naive import naive_credits
from volunteer.actions import approve, decide, keep, review
from volunteer.actions.book import read_between
from volunteer.actions.seal import seal, verify
from volunteer.models import Credit, Objection, OverCap, Request, Visit
from volunteer.rules.codes import Keyring
from volunteer.rules.kinds import Grade, RequestState, Role, VisitState
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor, Grant
from volunteer.signatures import HeadSigner

Line = tuple[int, ...]
WAITS = (0, 20, 61, 300, 900, 1800, 3600, 7200)
SIGNER = HeadSigner(Keyring(secrets=((0, b"k" * 32),), deployment=b"test"))
# From the weakest evidence to the strongest, and what alone may lift a record to each.
STRENGTH = (Grade.X, Grade.D, Grade.E, Grade.C, Grade.B, Grade.A)
LIFTS = {
    Grade.A: {"witness"},
    Grade.C: {"witness", "attest", "confirm_taken"},
    Grade.E: {"approve"},
}


@dataclass
class Life:
    """Our member through some days, with the shifts of two posts that overlap, touch and pass midnight."""

    stage: Stage
    random: Random
    now: datetime = field(default_factory=lambda: at("16 06:00"))
    gate: int = 0
    shifts: Sequence[tuple[int, int]] = ()
    ledger: list[Line] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Publish the shifts."""
        stage, cast = self.stage, self.stage.cast
        self.gate = stage.system.site_of(post_id=cast.campus_post)
        for site in (cast.site, self.gate):
            stage.display(site)
            stage.display(site, is_poster=True)
        times = [
            ("R2", cast.post, "16 12:00", "16 15:00"),
            ("R3", cast.post, "16 20:00", "17 02:00"),
            ("R4", cast.post, "17 08:00", "17 20:00"),
            ("G1", cast.campus_post, "16 10:00", "16 14:00"),
            ("G2", cast.campus_post, "16 22:00", "17 04:00"),
            ("G3", cast.campus_post, "17 06:00", "17 16:00"),
        ]
        made = [
            (stage.system.shift(code, post, at(start), at(end)), post) for code, post, start, end in times
        ]
        self.shifts = [(cast.shift, cast.post), *made]

    def step(self) -> None:
        """Let some time pass and something happen."""
        self.do(self.random.choice(self.acts()), self.random.choice(WAITS))

    def do(self, act: Callable[[], Any], wait: int) -> None:
        """Do it after so many seconds; refused or not, the books must agree."""
        self.now += timedelta(seconds=wait)
        before, grades = list(self.ledger), self.grades()
        try:
            with self.stage.session.begin_nested():
                act()
            self.done.append(act.__name__)
        except Refusal as refusal:
            self.refused.append(f"{act.__name__}: {refusal.reason}")
        except IntegrityError as error:
            raise AssertionError(f"{act.__name__} after {self.done}: {error.orig}") from error
        self.stage.session.expire_all()
        self.check(before)
        self.check_trail(act.__name__, grades)

    def acts(self) -> list[Callable[[], Any]]:
        often = [*[self.come, self.leave, self.scan] * 3, self.make_up, self.correct]
        return [*often, self.approve, self.approve, self.approve, *self.rare()]

    def rare(self) -> list[Callable[[], Any]]:
        return [
            self.reject,
            self.object_to,
            self.resolve,
            self.resolve,
            self.witness,
            self.attest,
            self.lift,
            self.send_back,
            self.confirm,
            self.take,
            self.confirm_taken,
            self.decide_own,
        ]

    # --- what may happen ---

    def _site(self) -> int:
        return self.random.choice((self.stage.cast.site, self.gate))

    def _how(self) -> dict[str, Any]:
        """Live, from a poster, from a silent display, or from the outbox."""
        kind = self.random.randrange(8)
        if kind == 0:
            return {"printed": True}
        if kind == 1:
            return {"is_alive": False}
        if kind <= 3:
            ago = self.random.choice((60, 600, 3600, 20_000))
            seen_at = (self.now - timedelta(seconds=ago)).astimezone(SHANGHAI)
            return {"scanned_at": f"{seen_at:%d %H:%M:%S}"}
        return {}

    def come(self) -> None:
        self.stage.come("mei", self.now, site_id=self._site(), **self._how())

    def leave(self) -> None:
        next_too = self.random.random() < 0.2
        self.stage.leave("mei", self.now, site_id=self._site(), takes_next=next_too, **self._how())

    def scan(self) -> None:
        self.stage.scan("mei", self.now, site_id=self._site())

    def _visit(self) -> int:
        visits = self.stage.session.scalars(select(Visit.id)).all()
        return self.random.choice(visits) if visits else 99_999

    def _clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(SHANGHAI):%d %H:%M:%S}"

    def _end_in(self, visit_id: int) -> str:
        visit = self.stage.session.get(Visit, visit_id)
        if visit is None:
            return self._clock(self.now)
        start, end = self.stage.span_of(visit.shift_id)
        minutes = int((end - start) / timedelta(minutes=1))
        return self._clock(start + timedelta(minutes=self.random.randint(0, minutes)))

    def make_up(self) -> None:
        shift, _ = self.random.choice(self.shifts)
        start, end = self.stage.span_of(shift)
        half = (end - start) / 2
        first = start + timedelta(minutes=self.random.choice((0, 30, 61)))
        self.stage.make_up(
            "mei",
            self._clock(first),
            self._clock(self.random.choice((end, start + half))),
            self._now(),
            shift=shift,
        )

    def _now(self) -> str:
        return self._clock(self.now)

    def correct(self) -> None:
        visit = self._visit()
        self.stage.correction(visit, self._end_in(visit), self._now())

    def _request(self) -> int:
        asked = select(Request.id).where(Request.state == RequestState.ASKED)
        return self.random.choice(self.stage.session.scalars(asked).all() or [99_999])

    def _judge(self) -> str:
        return self.random.choice(("organiser", "secretary", "office", "office_second"))

    def approve(self) -> None:
        request = self._request()
        row = self.stage.session.get(Request, request)
        end = self._end_in(row.visit_id) if row and row.visit_id and self.random.random() < 0.3 else None
        self.stage.approve(request, self._judge(), self._now(), ends_at=end)

    def reject(self) -> None:
        self.stage.reject(self._request(), self._judge(), self._now())

    def object_to(self) -> None:
        self.stage.object_to(self._visit(), self._now())

    def resolve(self) -> None:
        open_ones = self.stage.session.scalars(
            select(Objection.id).where(Objection.resolved_at.is_(None))
        ).all()
        objection = self.random.choice(open_ones or [99_999])
        self.stage.resolve(objection, self._judge(), self._now(), upheld=self.random.random() < 0.3)

    def witness(self) -> None:
        self.stage.witness(self._visit(), self.random.choice(("leader", "office")), self._now())

    def attest(self) -> None:
        visit = self._visit()
        row = self.stage.session.get(Visit, visit)
        shift = row.shift_id if row else self.stage.cast.shift
        self.stage.attest(self._end_in(visit), ["mei"], "office", self._now(), shift=shift)

    def lift(self) -> None:
        decide.lift_cap(
            self.stage.session,
            member_id=self.stage.cast.mei,
            on=self.random.choice((date(2026, 3, 16), date(2026, 3, 17))),
            reason="抗洪",
            proposed_by=self.stage.actor("organiser"),
            approved_by=self.stage.actor("office"),
            campus=self.stage.campus,
            now=self.now,
        )

    def send_back(self) -> None:
        actor = self.stage.actor(self._judge())
        review.return_visit(
            self.stage.session,
            visit_id=self._visit(),
            actor=actor,
            reason="",
            campus=self.stage.campus,
            now=self.now,
        )

    def confirm(self) -> None:
        actor = self.stage.actor(self._judge())
        review.confirm(
            self.stage.session, visit_id=self._visit(), actor=actor, campus=self.stage.campus, now=self.now
        )

    def take(self) -> None:
        side = self.random.choice((IN, OUT))
        post = self.random.choice((self.stage.cast.post, self.stage.cast.campus_post))
        self.stage.take(side, "mei", "office_second", self._now(), post=post)

    def confirm_taken(self) -> None:
        self.stage.confirm_taken(self._visit(), "mei", self._now())

    def decide_own(self) -> None:
        """Mei sits on the committee by now, and tries to decide about herself."""
        stage, visit, request = self.stage, self._visit(), self._request()
        shift = self.random.choice(self.shifts)[0]
        mei = Actor(
            account_id=stage.cast.mei_account,
            member_id=stage.cast.mei,
            grants=[Grant(role=role, unit_id=stage.cast.college) for role in (Role.COMMITTEE, Role.COLLEGE)],
        )
        how: dict[str, Any] = {"actor": mei, "campus": stage.campus, "now": self.now}
        tries: list[Callable[[], Any]] = [
            lambda: review.confirm(stage.session, visit_id=visit, **how),
            lambda: review.return_visit(stage.session, visit_id=visit, reason="", **how),
            lambda: approve.approve(stage.session, request_id=request, **how),
            lambda: approve.reject(stage.session, request_id=request, reason="不", **how),
            lambda: keep.witness(stage.session, visit_id=visit, **how),
            lambda: keep.attest_end(
                stage.session, shift_id=shift, ends_at=self.now, member_ids=[stage.cast.mei], **how
            ),
        ]
        for one in tries:
            with pytest.raises(Refusal) as refused:
                one()
            assert refused.value.reason in (Reason.SAME_PERSON, Reason.UNKNOWN)

    # --- what must then be true ---

    def grades(self) -> dict[int, Grade]:
        rows = self.stage.session.execute(select(Visit.id, Visit.grade))
        return {row.id: row.grade for row in rows}

    def check_trail(self, act: str, before: dict[int, Grade]) -> None:
        """See that no grade rose without its event, and that the chain over all lines holds."""
        for visit_id, grade in self.grades().items():
            if before.get(visit_id) is Grade.E and act in ("come", "scan"):
                # A scan takes the place of a claim that nobody has decided.
                continue
            is_lifted = visit_id in before and STRENGTH.index(grade) > STRENGTH.index(before[visit_id])
            assert not is_lifted or act in LIFTS.get(grade, ()), (act, before[visit_id], grade, self.done)
        while seal(self.stage.session):
            pass
        assert verify(self.stage.session, signer=SIGNER).holds

    def check(self, before: list[Line]) -> None:
        """Hold ledger and summaries against every minute of the evidence, counted one by one."""
        self.stage.prove()
        self.ledger = self._lines()
        assert self.ledger[: len(before)] == before, "the ledger only grows"
        session, member = self.stage.session, self.stage.cast.mei
        whole = read_between(session, member_id=member, from_day=date.min, to_day=date.max)
        counting = [one.counted() for one in whole.visits if one.state is VisitState.CONFIRMED]
        lifted = set(session.scalars(select(OverCap.day)))
        naive = naive_credits(counting, lifted)
        booked: defaultdict[int, dict[date, tuple[int, int]]] = defaultdict(dict)
        for visit_id, day, net, credited in session.execute(
            select(Credit.visit_id, Credit.day, Credit.net_min, Credit.credited_min)
        ):
            one = booked[visit_id].get(day, (0, 0))
            booked[visit_id][day] = (one[0] + net, one[1] + credited)
        for visit in session.scalars(select(Visit)):
            wanted = naive.get(visit.id)
            days = {day: minutes for day, minutes in booked[visit.id].items() if minutes != (0, 0)}
            assert days == (wanted.days if wanted else {}), self.done
            self._check_losses(visit, dict(wanted.lost) if wanted else {})
        for day, total in self._totals(booked).items():
            assert 0 <= total <= (720 if day in lifted else 480)

    def _check_losses(self, visit: Visit, lost: dict[str, int]) -> None:
        names = ("outside_shift", "away", "break", "overlap", "too_short", "rounding", "day_cap")
        kept = {name: getattr(visit, f"lost_{name}") for name in names}
        assert {name: minutes for name, minutes in kept.items() if minutes} == lost, self.done

    def _totals(self, booked: dict[int, dict[date, tuple[int, int]]]) -> dict[date, int]:
        totals: defaultdict[date, int] = defaultdict(int)
        for days in booked.values():
            for day, (_, credited) in days.items():
                totals[day] += credited
        return totals

    def _lines(self) -> list[Line]:
        columns = (Credit.id, Credit.member_seq, Credit.visit_id, Credit.net_min, Credit.credited_min)
        return [tuple(row) for row in self.stage.session.execute(select(*columns).order_by(Credit.id))]
