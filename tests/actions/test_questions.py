"""One question to the post's leaders, one answer; it changes nothing about the record."""

import pytest

from tests.actions.stage import Stage, at, leads
from volunteer.actions.questions import answer_question, ask_leaders
from volunteer.models import Question
from volunteer.rules.reasons import Reason


def ask(
    stage: Stage, visit: int, login: str = "secretary", when: str = "13:00", text: str = "在岗吗?"
) -> int:
    return ask_leaders(stage.session, visit_id=visit, text=text, actor=stage.actor(login), now=at(when))


def answer(stage: Stage, question: int, login: str = "leader", when: str = "14:00") -> None:
    answer_question(
        stage.session, question_id=question, answer="在岗", actor=stage.actor(login), now=at(when)
    )


@pytest.fixture
def visit(stage: Stage) -> int:
    return stage.serve("mei", "09:00", "12:00")


def test_a_reviewer_asks_and_a_leader_answers_and_the_record_stays(stage: Stage, visit: int) -> None:
    before = stage.stands(visit), stage.visit(visit).version
    question = ask(stage, visit)
    answer(stage, question)
    kept = stage.session.get_one(Question, question)
    assert (kept.text, kept.answer, kept.answered_at) == ("在岗吗?", "在岗", at("14:00"))
    assert (stage.stands(visit), stage.visit(visit).version) == before


@pytest.mark.parametrize("login", ["leader", "neighbour", "mei", "admin", "auditor"])
def test_only_reviewers_of_the_branch_ask(stage: Stage, visit: int, login: str) -> None:
    with stage.refused(Reason.SAME_PERSON if login == "mei" else Reason.NOT_ALLOWED):
        ask(stage, visit, login)


@pytest.mark.parametrize("login", ["neighbour", "ning", "admin", "auditor"])
def test_only_keepers_of_the_post_answer(stage: Stage, visit: int, login: str) -> None:
    question = ask(stage, visit)
    with stage.refused(Reason.NOT_ALLOWED):
        answer(stage, question, login)


def test_nobody_answers_an_own_question_or_about_an_own_record(stage: Stage, visit: int) -> None:
    question = ask(stage, visit, "organiser")
    with stage.refused(Reason.SAME_PERSON):
        answer(stage, question, "organiser")
    leads(stage.session, "mei", stage.cast.post)
    with stage.refused(Reason.SAME_PERSON):
        answer(stage, question, "mei")


def test_one_question_waits_at_a_time_and_is_answered_once(stage: Stage, visit: int) -> None:
    question = ask(stage, visit)
    with stage.refused(Reason.ALREADY_EXISTS):
        ask(stage, visit, "organiser")
    answer(stage, question)
    with stage.refused(Reason.CHANGED_MEANWHILE):
        answer(stage, question, "organiser")
    assert ask(stage, visit, "organiser", "15:00") != question


def test_an_empty_question_is_none(stage: Stage, visit: int) -> None:
    with stage.refused(Reason.BAD_FIELD):
        ask(stage, visit, text="  ")
