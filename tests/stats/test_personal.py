"""What is stored about a person: every table is given to her, or left out with a reason."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from tests.actions.stage import Stage
from tests.cast import NOW, Cast
from volunteer.database import Model, table_of
from volunteer.models import Account, Look, Member
from volunteer.revisions import GUARDED_TABLES
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Sight, VisitState
from volunteer.stats.personal import GONE, KEPT, LEFT_OUT, Person
from volunteer.stats.stored import stored_about
from volunteer.web import personal_words

PERSONS = {table_of(Member).name, table_of(Account).name}


def leading_to_somebody() -> set[str]:
    """Return the tables from which references lead to a member or an account, over others too."""
    found = set(PERSONS)
    while more := {table.name for table in _unfound(found)}:
        found |= more
    return found


def _unfound(found: set[str]) -> Iterator[Table]:
    for table in Model.metadata.sorted_tables:
        if table.name not in found and any(key.column.table.name in found for key in table.foreign_keys):
            yield table


def test_every_table_that_leads_to_a_person_is_given_to_her_or_left_out_with_a_reason() -> None:
    given = [kept.key for kept in KEPT]
    assert len(given) == len(set(given))
    assert set(given) & LEFT_OUT.keys() == set()
    # The trail names its rows without a reference.
    assert set(given) | LEFT_OUT.keys() == leading_to_somebody() | {"audit"}
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())
    assert all(key in personal_words.TITLES for key in given)


def test_what_is_erased_can_be_changed_and_holds_no_hidden_name() -> None:
    for kept in KEPT:
        assert kept.erased.keys() <= set(kept.table.columns.keys())
        assert kept.hidden <= set(kept.table.columns.keys())
        assert not (kept.erased and kept.key in GUARDED_TABLES)


@pytest.mark.parametrize(
    "secret", ["account.password_hash", "slip.digest", "api_token.digest", "pass_scan.text"]
)
def test_secrets_are_given_to_nobody(secret: str) -> None:
    table, _, column = secret.partition(".")
    assert column not in {one.name for kept in KEPT if kept.key == table for one in kept.columns}


@pytest.fixture
def served(session: Session, cast: Cast, campus: Campus) -> Stage:
    stage = Stage(session, cast, campus)
    stage.serve("mei", "09:00", "12:00")
    stage.make_up("ning", "09:00", "10:00", "13:00")
    session.add(Look(at=NOW, account_id=cast.secretary_account, what=Sight.RECORDS, member_id=cast.mei))
    session.flush()
    return stage


def test_she_is_given_her_own_rows_in_words_and_nobody_elses(served: Stage) -> None:
    cast = served.cast
    found = {one.key: one.rows for one in stored_about(served.session, Person(cast.mei, cast.mei_account))}
    assert [row["student_no"] for row in found["member"]] == ["2023010001"]
    (visit,) = found["visit"]
    assert (visit["post"], visit["unit"], visit["state"]) == ("岗位READ", "党组织LAW", VisitState.CONFIRMED)
    assert len(found["evidence"]) == 2
    assert [row["what"] for row in found["look"]] == [Sight.RECORDS]
    assert found["look"][0]["account"] == "secretary"
    assert found["look"][0]["at"] == NOW
    assert {row["act"] for row in found["audit"]} >= {"check_in", "check_out", "add_member", "add_account"}
    assert found["request"] == []
    assert [row["login"] for row in found["account"]] == ["mei"]
    assert "password_hash" not in found["account"][0]


def test_an_account_without_a_member_is_given_what_is_about_the_account(served: Stage) -> None:
    who = Person(0, served.cast.office_account)
    found = {one.key: one.rows for one in stored_about(served.session, who)}
    assert found["member"] == found["visit"] == found["look"] == []
    assert [row["role"] for row in found["role_grant"]] == ["college"]


def test_one_table_alone_is_the_same_as_among_all(served: Stage) -> None:
    who = Person(served.cast.mei, served.cast.mei_account)
    everything = {one.key: one for one in stored_about(served.session, who)}
    assert stored_about(served.session, who, only="audit") == [everything["audit"]]


def test_nothing_is_erased_that_was_not_there(served: Stage) -> None:
    assert served.session.scalar(select(Member.name).where(Member.id == served.cast.mei)) != GONE
