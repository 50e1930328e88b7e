"""Whatever happens to a member's records in whatever order: the books agree, and every trust rule holds.

After each step: every figure is what the evidence earns, counted minute by minute by another hand; the
ledger only grew; the chain over it holds; no grade rose without the event that lifts it; nobody decided
about herself.
"""

import os
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.actions.life import WAITS, Life
from tests.actions.stage import Stage

# ``LIVES=500 pytest tests/actions/test_life_machine.py`` lives longer than the usual few.
LIVES = int(os.environ.get("LIVES", "0"))
USUAL = {"sqlite": 8, "postgresql": 3}
STEPS = 30


class Living(RuleBasedStateMachine):
    """One life after the other in one database, each undone after it."""

    stage: Stage
    begun: Life

    def __init__(self) -> None:
        super().__init__()
        self.undo = self.stage.session.begin_nested()
        self.life = Life(self.stage, Random(0), gate=self.begun.gate, shifts=self.begun.shifts)
        self.names = [act.__name__ for act in self.life.acts()]

    def teardown(self) -> None:
        self.undo.rollback()
        self.stage.session.expire_all()

    @rule(place=st.integers(0, 99), wait=st.sampled_from(WAITS), luck=st.randoms(use_true_random=False))
    def something_happens(self, place: int, wait: int, luck: Random) -> None:
        self.life.random = luck
        self.life.do(getattr(self.life, self.names[place % len(self.names)]), wait)


def test_after_every_step_the_books_agree_and_no_rule_of_trust_is_broken(stage: Stage) -> None:
    begun = Life(stage, Random(0))
    begun.begin()

    class Here(Living):
        pass

    Here.stage, Here.begun = stage, begun
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=LIVES or USUAL[stage.session.get_bind().dialect.name],
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
