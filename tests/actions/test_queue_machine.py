"""Whatever a phone, its owner and an attacker do in whatever order: the record equals the answers given."""

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from tests.actions.phone import Phone
from tests.actions.stage import IN, OUT, Stage, at
from volunteer.actions.queue import Answer
from volunteer.models import Evidence, Visit
from volunteer.rules.kinds import Side, Verdict
from volunteer.rules.queue import Entry
from volunteer.rules.reasons import Reason

# Quarter minutes of the cast's shift, 09:00 to 12:00, with a little before and after it.
QUARTERS = st.integers(-4 * 40, 4 * 230)
SIDES = st.sampled_from([IN, OUT])
FOREIGN = {Reason.SIGNATURE_WRONG, Reason.WRONG_ACCOUNT, Reason.CLIENT_REF_REUSED}
LEAST_RECORD_MIN = 15
EXAMPLES = {"sqlite": 45, "postgresql": 15}


def clock(quarter: int) -> str:
    seconds = 9 * 3600 + 15 * quarter
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class Queue(RuleBasedStateMachine):
    """Mei's phone in a cellar; Ning and a stolen copy of the queue outside."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.undo = self.stage.session.begin_nested()
        self.phone, self.other = Phone(self.stage, "mei"), Phone(self.stage, "ning")
        self.phone.register()
        self.other.register()
        self.saved: list[Entry] = []
        self.final: dict[str, tuple[object, ...]] = {}
        self.accepted: list[tuple[Side, int]] = []
        self.quarter_of: dict[str, int] = {}

    def teardown(self) -> None:
        self.undo.rollback()
        self.stage.session.expire_all()

    @rule(quarter=QUARTERS, side=SIDES)
    def save(self, quarter: int, side: Side) -> None:
        entry = self.phone.save(clock(quarter), side)
        self.quarter_of[entry.client_ref] = quarter
        self.saved.append(entry)

    @precondition(lambda self: self.saved)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        """Send any entries in any order, again and again."""
        sent = data.draw(st.lists(st.sampled_from(self.saved), min_size=1, max_size=6))
        for entry, answer in zip(sent, self.phone.send("20:00", *sent), strict=True):
            self.take(entry, answer)

    def take(self, entry: Entry, answer: Answer) -> None:
        assert answer.is_final
        told = (
            (answer.refusal.reason, tuple(answer.refusal.facts.items()))
            if answer.refusal
            else (answer.result.verdict, answer.result.visit_id, answer.result.at)  # type: ignore[union-attr]
        )
        if entry.client_ref in self.final:
            assert self.final[entry.client_ref] == told
            return
        self.final[entry.client_ref] = told
        if told[0] is Verdict.ACCEPTED:
            assert entry.action is not None
            self.accepted.append((entry.action, self.quarter_of[entry.client_ref]))

    @precondition(lambda self: self.saved)
    @rule(data=st.data(), side=SIDES, quarter=QUARTERS)
    def tamper(self, data: st.DataObject, side: Side, quarter: int) -> None:
        """Change what was saved, without the key."""
        entry = data.draw(st.sampled_from(self.saved))
        code = self.stage.code(self.stage.display(self.stage.cast.site), at(clock(quarter)))
        changed = data.draw(
            st.sampled_from(
                [
                    replace(entry, action=OUT if entry.action is IN else IN),
                    replace(entry, code=code, action=side),
                    replace(entry, client_ref=f"stolen-{entry.seq}"),
                    replace(entry, seq=entry.seq + 1),
                    replace(entry, signature="A" * 86),
                ]
            )
        )
        if changed == entry:
            return
        (answer,) = self.phone.send("20:00", changed)
        assert answer.refusal is not None and answer.refusal.reason in FOREIGN

    @precondition(lambda self: self.saved)
    @rule(data=st.data())
    def replay_as_another(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(self.saved))
        (answer,) = self.phone.send("20:00", entry, signed_in="ning")
        assert answer.refusal is not None and answer.refusal.reason is Reason.WRONG_ACCOUNT
        assert not answer.is_final

    @precondition(lambda self: self.saved)
    @rule(quarter=QUARTERS, side=SIDES)
    def grow_a_stolen_copy(self, quarter: int, side: Side) -> None:
        last = self.saved[-1]
        thief = Phone(self.stage, "mei", handle=self.phone.handle, seq=last.seq, previous=last.digest)
        (answer,) = thief.send("20:00", thief.save(clock(quarter), side))
        assert answer.refusal is not None and answer.refusal.reason is Reason.SIGNATURE_WRONG

    @invariant()
    def the_record_is_what_was_accepted(self) -> None:
        visits = self.stage.session.scalars(
            select(Visit)
            .where(Visit.member_id == self.stage.cast.mei)
            .execution_options(populate_existing=True)
        ).all()
        assert len(visits) <= 1
        pending = sum(visit.pending_min for visit in visits)
        is_in = self.accepted and len(self.accepted) % 2 == 1
        assert pending == (0 if is_in else self.minutes())
        assert sum(visit.net_min for visit in visits) == 0

    def minutes(self) -> int:
        """Return the minutes of the shift that lie in an accepted stay, by counting them one by one."""
        present: set[int] = set()
        for (came, begun), (left, ended) in zip(self.accepted[::2], self.accepted[1::2], strict=False):
            assert (came, left) == (IN, OUT)
            present.update(range(max(0, begun // 4), min(180, ended // 4)))
        return len(present) if len(present) >= LEAST_RECORD_MIN else 0

    @invariant()
    def nobody_else_has_a_record(self) -> None:
        ning = self.stage.session.scalars(
            select(Evidence.id).where(Evidence.member_id == self.stage.cast.ning)
        )
        assert ning.all() == []


def test_the_record_equals_the_answers_whatever_is_sent(stage: Stage) -> None:
    stage.display(stage.cast.site)

    class Here(Queue):
        pass

    Here.stage = stage
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES[stage.session.get_bind().dialect.name],
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
