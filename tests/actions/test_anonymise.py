"""Taking a name out of the records: when, by whom, and that the hours stay as they were."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Text, cast, func, inspect, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from tests.cast import NOW, TODAY
from volunteer.actions import decide, people
from volunteer.actions.anonymise import anonymise, anonymise_due, due
from volunteer.actions.erasures import answer_erasure, ask_erasure, withdraw_erasure
from volunteer.actions.housekeep import would_do
from volunteer.actions.seal import seal, verify
from volunteer.database import Model
from volunteer.models import Account, AuditLine, Credit, Erasure, FormerName, Member, RoleGrant, Unit
from volunteer.rules.kinds import Outcome
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.retention import check_may_erase, kept_since
from volunteer.signatures import HeadSigner
from volunteer.stats import rollups
from volunteer.stats.personal import GONE
from volunteer.stats.rollups import Days

YEAR = Days.calendar_year(2026)
DUE = date(2026, 12, 1)


def reason_of(act: Callable[[], Any]) -> tuple[Reason, Any]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.reason, refused.value.facts.get("case") or refused.value.facts.get("day")


CASES: dict[str, tuple[dict[str, Any], tuple[Reason, Any] | None]] = {
    "no probation at all": ({"ends_before": None}, None),
    "the last day of it": ({"today": DUE - timedelta(days=1)}, (Reason.ON_PROBATION, DUE)),
    "due and not decided": ({"today": DUE}, (Reason.ON_PROBATION, "undecided")),
    "converted": ({"today": DUE, "outcome": Outcome.CONVERTED}, None),
    "cancelled in the middle": ({"outcome": Outcome.CANCELLED}, None),
    "moved away in the middle": ({"is_on_roster": False}, (Reason.ON_PROBATION, DUE)),
    "moved away, and it is over": ({"is_on_roster": False, "today": DUE}, None),
}


@pytest.mark.parametrize(("change", "refused"), CASES.values(), ids=CASES)
def test_a_name_stays_until_the_probation_is_decided(
    change: dict[str, Any], refused: tuple[Reason, Any] | None
) -> None:
    case = {"ends_before": DUE, "outcome": None, "is_on_roster": True, "today": TODAY} | change
    if refused is None:
        check_may_erase(**case)
    else:
        assert reason_of(lambda: check_may_erase(**case)) == refused


def test_the_retention_ends_on_the_same_day_of_a_later_year() -> None:
    assert kept_since(date(2036, 3, 16), 10) == date(2026, 3, 16)
    assert kept_since(date(2036, 2, 29), 10) == date(2026, 2, 28)


@pytest.fixture
def left(stage: Stage) -> Stage:
    """Mei served a morning, and moved out of the college on the next day; a letter of her name was mended."""
    people.rename(stage.session, member_id=stage.cast.mei, name="李美", actor=None, now=NOW)
    stage.serve("mei", "09:00", "12:00")
    decide.transfer(
        stage.session,
        member_id=stage.cast.mei,
        to_unit_id=None,
        on=date(2026, 3, 17),
        actor=None,
        campus=stage.campus,
        now=at("17 09:00"),
    )
    return stage


def gone(stage: Stage, when: datetime, years: int = 10) -> int:
    return anonymise_due(stage.session, years=years, campus=stage.campus, now=when)


@pytest.mark.parametrize(("day", "count"), [(16, 0), (17, 1)])
def test_who_left_is_forgotten_when_the_years_are_over(left: Stage, day: int, count: int) -> None:
    when = at(f"{day} 09:00").replace(year=2036)
    assert len(due(left.session, years=10, campus=left.campus, now=when)) == count
    assert gone(left, when) == count
    assert gone(left, when) == 0
    left.session.expire_all()
    mei = left.session.get_one(Member, left.cast.mei)
    assert (mei.name == GONE, mei.student_no == f"gone-{mei.id}") == (bool(count), bool(count))


def test_who_is_still_on_a_roster_or_left_lately_keeps_the_name(left: Stage) -> None:
    assert gone(left, at("18 09:00").replace(year=2056)) == 1
    ning = left.session.get_one(Member, left.cast.ning)
    assert ning.name == "𠮷宁"


def test_a_record_after_she_left_keeps_the_name_as_long(left: Stage) -> None:
    credit = left.session.scalars(select(Credit).where(Credit.member_id == left.cast.mei)).one()
    later = {
        column.key: getattr(credit, column.key)
        for column in inspect(Credit).columns
        if column.key not in ("id", "member_seq", "day", "net_min", "credited_min")
    }
    left.session.add(Credit(**later, member_seq=2, day=date(2026, 3, 18), net_min=0, credited_min=0))
    left.session.flush()
    assert gone(left, at("17 09:00").replace(year=2036)) == 0
    assert gone(left, at("18 09:00").replace(year=2036)) == 1


def figures(session: Session) -> Any:
    path = session.scalars(select(Unit.path).where(Unit.parent_id.is_(None))).one()
    return (
        rollups.by_post(session, YEAR, unit_path=path),
        rollups.of_unit(session, YEAR, unit_path=path),
        session.execute(
            select(Credit.member_id, func.sum(Credit.net_min), func.sum(Credit.credited_min)).group_by(
                Credit.member_id
            )
        ).all(),
    )


def test_chain_totals_and_reports_are_the_same_without_the_name(left: Stage) -> None:
    session, signer = left.session, HeadSigner(left.campus.keyring)
    seal(session)
    before, proof = figures(session), verify(session, signer=signer)
    assert gone(left, at("17 09:00").replace(year=2036)) == 1
    after = verify(session, signer=signer)
    assert proof.holds
    assert after.holds
    assert (after.lines, after.tail, figures(session)) == (proof.lines, proof.tail, before)


def test_neither_name_nor_number_is_left_anywhere(left: Stage) -> None:
    mei = left.session.get_one(Member, left.cast.mei)
    told = (mei.name, "李梅", mei.student_no)
    assert places_of(left.session, told)
    gone(left, at("17 09:00").replace(year=2036))
    assert places_of(left.session, told) == set()


def places_of(session: Session, texts: tuple[str, ...]) -> set[str]:
    """Return the columns in which one of the texts stands."""
    found = set()
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            if column.type.python_type is str:
                holds = or_(*(cast(column, Text).contains(text) for text in texts))
                if session.execute(select(table.primary_key.columns.values()[0]).where(holds)).first():
                    found.add(f"{table.name}.{column.name}")
    return found


def test_the_account_opens_nothing_any_more(left: Stage) -> None:
    gone(left, at("17 09:00").replace(year=2036))
    left.session.expire_all()
    account = left.session.get_one(Account, left.cast.mei_account)
    assert (account.is_closed, account.name, account.password_hash) == (True, GONE, None)
    assert account.login == f"gone-{account.id}"


def test_roles_end_with_the_name(stage: Stage) -> None:
    wish = ask(stage, "secretary", "hua")
    answer(stage, wish, True)
    grants = select(RoleGrant.ended_at).where(RoleGrant.account_id == stage.cast.secretary_account)
    assert stage.session.scalars(grants).all() == [NOW]


def test_former_names_stand_beside_the_trail_and_not_in_it(stage: Stage) -> None:
    session, mei = stage.session, stage.cast.mei
    people.rename(session, member_id=mei, name="李美", actor=None, now=NOW)
    people.mend_number(session, member_id=mei, student_no="2023010077", actor=None, now=NOW)
    rows = session.execute(select(FormerName.name, FormerName.student_no).order_by(FormerName.id)).all()
    assert [tuple(row) for row in rows] == [("李梅", None), (None, "2023010001")]
    facts = session.scalars(select(AuditLine.facts).where(AuditLine.act.in_(("rename", "mend_number"))))
    assert facts.all() == [None, None]


def ask(stage: Stage, login: str, who: str) -> int:
    return ask_erasure(
        stage.session,
        member_id=stage.member(who),
        reason="不再参加",
        actor=stage.actor(login),
        campus=stage.campus,
        now=NOW,
    )


def answer(stage: Stage, wish: int, is_granted: bool, by: str = "office", text: str = "已核实") -> None:
    answer_erasure(
        stage.session,
        erasure_id=wish,
        is_granted=is_granted,
        answer=text,
        actor=stage.actor(by),
        campus=stage.campus,
        now=NOW,
    )


def test_in_the_middle_of_a_probation_a_wish_is_refused_with_the_day(stage: Stage) -> None:
    assert reason_of(lambda: ask(stage, "mei", "mei")) == (Reason.ON_PROBATION, DUE)
    assert stage.session.scalars(select(Erasure.id)).all() == []


def test_a_wish_is_asked_once_by_herself_alone(stage: Stage) -> None:
    assert reason_of(lambda: ask(stage, "office", "hua"))[0] is Reason.NOT_A_MEMBER
    wish = ask(stage, "secretary", "hua")
    assert ask(stage, "secretary", "hua") == wish


def test_the_college_refuses_with_a_reason_and_she_may_ask_again(stage: Stage) -> None:
    wish = ask(stage, "secretary", "hua")
    assert reason_of(lambda: answer(stage, wish, False, text=" "))[0] is Reason.BAD_FIELD
    stage.session.expire_all()
    answer(stage, wish, False, text="须保存十年")
    answer(stage, wish, False, text="须保存十年")
    assert reason_of(lambda: answer(stage, wish, True))[0] is Reason.CHANGED_MEANWHILE
    assert stage.session.get_one(Member, stage.cast.hua).name == "王华"
    assert ask(stage, "secretary", "hua") != wish


def test_she_may_take_her_wish_back_until_it_is_answered(stage: Stage) -> None:
    def back(login: str) -> bool:
        return withdraw_erasure(stage.session, member_id=stage.cast.hua, actor=stage.actor(login), now=NOW)

    wish = ask(stage, "secretary", "hua")
    assert reason_of(lambda: back("office"))[0] is Reason.NOT_A_MEMBER
    assert [back("secretary"), back("secretary")] == [True, False]
    assert reason_of(lambda: answer(stage, wish, True))[0] is Reason.UNKNOWN
    answer(stage, ask(stage, "secretary", "hua"), False)
    assert back("secretary") is False
    acts = stage.session.scalars(select(AuditLine.act).where(AuditLine.act.like("%erasure")))
    assert acts.all() == ["ask_erasure", "withdraw_erasure", "ask_erasure", "refuse_erasure"]


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("organiser", Reason.NOT_ALLOWED),
        ("neighbour", Reason.NOT_ALLOWED),
        ("auditor", Reason.NOT_ALLOWED),
        ("admin", Reason.NOT_ALLOWED),
        ("secretary", Reason.SAME_PERSON),
    ],
)
def test_only_the_college_answers_and_nobody_the_own_wish(stage: Stage, who: str, reason: Reason) -> None:
    wish = ask(stage, "secretary", "hua")
    assert reason_of(lambda: answer(stage, wish, True, by=who))[0] is reason


def test_a_wish_granted_takes_her_off_the_roster_at_once(stage: Stage) -> None:
    wish = ask(stage, "secretary", "hua")
    answer(stage, wish, True)
    stage.session.expire_all()
    hua = stage.session.get_one(Member, stage.cast.hua)
    assert (hua.name, hua.unit_id, hua.anonymised_at) == (GONE, None, NOW)
    anonymise(stage.session, member_id=hua.id, actor_id=None, campus=stage.campus, now=at("17 09:00"))
    assert hua.anonymised_at == NOW


def test_the_trail_says_who_granted_it(stage: Stage) -> None:
    answer(stage, ask(stage, "secretary", "hua"), True)
    acts = select(AuditLine.act, AuditLine.actor_id).where(AuditLine.subject_id == stage.cast.hua)
    told = {tuple(row) for row in stage.session.execute(acts.where(AuditLine.subject == "member"))}
    assert {("grant_erasure", stage.cast.office_account), ("anonymise", stage.cast.office_account)} <= told


def test_one_wish_waits_at_a_time(stage: Stage) -> None:
    ask(stage, "secretary", "hua")
    with pytest.raises(IntegrityError), stage.session.begin_nested():
        stage.session.add(Erasure(member_id=stage.cast.hua, asked_at=NOW))
        stage.session.flush()


def test_a_dry_run_tells_and_leaves_everything(app: Any, committed_cast: Any, campus: Any) -> None:
    with app.app_context():
        when = NOW.replace(year=2040)
        found = would_do(campus=campus, signer=HeadSigner(campus.keyring), retention_years=10, now=when)
        # By then the messages about the roles of the cast are old.
        assert found.pop("forgotten") > 0
        assert set(found.values()) == {0}
