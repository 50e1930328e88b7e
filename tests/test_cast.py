"""The cast is what its page says, whether it is committed or not, and nothing of it stays behind."""

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.cast import NINE, NOON, Cast
from volunteer.actions.access import load_actor
from volunteer.models import Account, Member, Shift, Unit
from volunteer.rules.campus import Campus


def test_everybody_stands_where_the_cast_says(session: Session, cast: Cast, campus: Campus) -> None:
    assert session.get_one(Unit, cast.law).chain == (cast.college, cast.law)
    assert session.get_one(Member, cast.mei).unit_id == cast.law
    assert session.get_one(Member, cast.bo).unit_id == cast.bio
    assert load_actor(session, cast.leader_account).leads(cast.post)
    assert load_actor(session, cast.secretary_account).is_member(cast.hua)
    assert load_actor(session, cast.secretary_account).is_committee_of((cast.college, cast.law))
    assert not load_actor(session, cast.neighbour_account).is_committee_of((cast.college, cast.law))
    shift = session.get_one(Shift, cast.shift)
    assert (shift.starts_at, shift.ends_at) == (NINE, NOON)
    assert NINE.astimezone(campus.zone).hour == 9


def test_a_commit_in_a_session_is_undone_with_it(session: Session, cast: Cast, engine: Engine) -> None:
    session.commit()
    assert session.scalar(select(func.count(Member.id))) == 4
    with engine.connect() as other:
        assert other.scalar(select(func.count(Member.id))) == 0


def test_a_committed_cast_is_seen_by_others(committed_cast: Cast, engine: Engine) -> None:
    with engine.connect() as other:
        assert other.scalar(select(Account.login).where(Account.id == committed_cast.mei_account)) == "mei"
        assert committed_cast.college == 1


def test_every_test_begins_with_empty_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(select(func.count(Member.id))) == 0
