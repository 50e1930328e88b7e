"""Who may do what (DOMAIN 5): grants over a unit and what is below it, or over one post."""

import pytest

from volunteer.rules.kinds import Role
from volunteer.rules.roles import Actor, Grant

# The law branch and the biology branch, in a general branch each, in one college.
COLLEGE, SCIENCES, ARTS, LAW, BIOLOGY, LAW_GROUP = 1, 2, 3, 4, 5, 6
LAW_CHAIN = (LAW, ARTS, COLLEGE)
BIOLOGY_CHAIN = (BIOLOGY, SCIENCES, COLLEGE)
COLLEGE_CHAIN = (COLLEGE,)
LIBRARY, MUSEUM = 10, 11


def actor(*grants: Grant, member_id: int | None = None) -> Actor:
    return Actor(account_id=100, member_id=member_id, grants=grants)


NOBODY = actor()
LEADER = actor(Grant(role=Role.LEADER, post_id=LIBRARY))
LAW_COMMITTEE = actor(Grant(role=Role.COMMITTEE, unit_id=LAW))
ARTS_COMMITTEE = actor(Grant(role=Role.COMMITTEE, unit_id=ARTS))
OFFICE = actor(Grant(role=Role.COLLEGE, unit_id=COLLEGE))
ADMIN = actor(Grant(role=Role.ADMIN))
AUDITOR = actor(Grant(role=Role.AUDITOR, unit_id=COLLEGE))
GROUP_LEADER = actor(Grant(role=Role.GROUP_LEADER, unit_id=LAW_GROUP))
BOTH = actor(Grant(role=Role.LEADER, post_id=MUSEUM), Grant(role=Role.COMMITTEE, unit_id=BIOLOGY))

KEEPS = {
    "nobody": (NOBODY, LIBRARY, LAW_CHAIN, False),
    "the leader of the post": (LEADER, LIBRARY, LAW_CHAIN, True),
    "the leader of another post": (LEADER, MUSEUM, LAW_CHAIN, False),
    "the committee of the branch that runs it": (LAW_COMMITTEE, LIBRARY, LAW_CHAIN, True),
    "the committee of another branch": (LAW_COMMITTEE, LIBRARY, BIOLOGY_CHAIN, False),
    "a branch committee at a post of the college": (LAW_COMMITTEE, LIBRARY, COLLEGE_CHAIN, False),
    "the committee above": (ARTS_COMMITTEE, LIBRARY, LAW_CHAIN, True),
    "the committee above another branch": (ARTS_COMMITTEE, LIBRARY, BIOLOGY_CHAIN, False),
    "the college": (OFFICE, LIBRARY, BIOLOGY_CHAIN, True),
    "the system administrator": (ADMIN, LIBRARY, LAW_CHAIN, False),
    "the auditor": (AUDITOR, LIBRARY, LAW_CHAIN, False),
    "a group leader": (GROUP_LEADER, LIBRARY, (LAW_GROUP, *LAW_CHAIN), False),
    "one of two grants": (BOTH, MUSEUM, LAW_CHAIN, True),
    "the other of two grants": (BOTH, LIBRARY, BIOLOGY_CHAIN, True),
    "neither of two grants": (BOTH, LIBRARY, LAW_CHAIN, False),
}


@pytest.mark.parametrize("who, post, chain, may", KEEPS.values(), ids=KEEPS)
def test_a_post_is_kept_by_its_leader_its_branch_and_the_college(
    who: Actor, post: int, chain: tuple[int, ...], may: bool
) -> None:
    assert who.may_keep(post, chain) is may


REVIEWS = {
    "nobody": (NOBODY, LAW_CHAIN, False),
    "a post leader": (LEADER, LAW_CHAIN, False),
    "the branch's committee": (LAW_COMMITTEE, LAW_CHAIN, True),
    "another branch's committee": (LAW_COMMITTEE, BIOLOGY_CHAIN, False),
    "a branch committee over the college": (LAW_COMMITTEE, COLLEGE_CHAIN, False),
    "the college over any branch": (OFFICE, BIOLOGY_CHAIN, True),
    "the system administrator": (ADMIN, LAW_CHAIN, False),
    "the auditor": (AUDITOR, LAW_CHAIN, False),
    "a group leader over the group": (GROUP_LEADER, (LAW_GROUP, *LAW_CHAIN), False),
}


@pytest.mark.parametrize("who, chain, may", REVIEWS.values(), ids=REVIEWS)
def test_records_are_reviewed_by_the_branch_and_the_college(
    who: Actor, chain: tuple[int, ...], may: bool
) -> None:
    assert who.may_review(chain) is may


def test_the_committee_is_not_the_college() -> None:
    assert LAW_COMMITTEE.is_committee_of(LAW_CHAIN)
    assert not LAW_COMMITTEE.is_college_of(LAW_CHAIN)


def test_the_college_is_not_the_committee() -> None:
    assert OFFICE.is_college_of(LAW_CHAIN)
    assert not OFFICE.is_committee_of(LAW_CHAIN)


def test_the_system_administrator_has_no_right_over_hours() -> None:
    assert ADMIN.is_admin()
    assert not any((ADMIN.is_committee_of(LAW_CHAIN), ADMIN.is_college_of(LAW_CHAIN), ADMIN.leads(LIBRARY)))


@pytest.mark.parametrize("who", [NOBODY, LEADER, LAW_COMMITTEE, OFFICE, AUDITOR, GROUP_LEADER])
def test_nobody_else_is_the_system_administrator(who: Actor) -> None:
    assert not who.is_admin()


def test_only_a_leaders_grant_makes_a_leader() -> None:
    assert LEADER.leads(LIBRARY)
    assert not actor(Grant(role=Role.COMMITTEE, post_id=LIBRARY)).leads(LIBRARY)


def test_an_account_is_its_own_member_and_no_other() -> None:
    assert actor(member_id=7).is_member(7)
    assert not actor(member_id=7).is_member(8)
    assert not actor(member_id=None).is_member(7)
