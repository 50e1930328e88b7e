"""The code of a slip is easy to type and hard to guess; who may print for whom."""

import pytest

from volunteer.rules import slips
from volunteer.rules.kinds import Role
from volunteer.rules.passwords import check_password
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor, Grant
from volunteer.rules.slips import Holder, may_print_alone, may_print_with_another

SECRET = b"s" * 32
COLLEGE, LAW, BIO = 1, 2, 3
IN_LAW = (COLLEGE, LAW)


def test_a_code_has_twelve_signs_that_nobody_mixes_up() -> None:
    codes = {slips.code_of(SECRET, "print", number) for number in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {12}
    assert set("".join(codes)) == set(slips.ALPHABET)
    assert len(slips.ALPHABET) == 30
    assert not set("01ILOU") & set(slips.ALPHABET)


def test_a_code_hangs_on_the_secret_the_printing_and_the_account() -> None:
    codes = [
        slips.code_of(secret, printing, account)
        for secret in (SECRET, b"t" * 32)
        for printing in ("a", "b")
        for account in (1, 11)
    ]
    assert len(set(codes)) == 8
    assert slips.code_of(SECRET, "a", 1) == codes[0]


def test_without_the_secret_a_digest_tells_nothing_of_its_code() -> None:
    code = slips.code_of(SECRET, "a", 1)
    assert slips.digest_of(SECRET, code) != slips.digest_of(b"t" * 32, code)
    assert code not in slips.digest_of(SECRET, code)


@pytest.mark.parametrize(
    "typed",
    [
        "ABCD-EFGH-JKMN",
        "abcdefghjkmn",
        " abcd efgh jkmn ",
        "ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ",
        "ABCD—EFGH—JKMN",
        "AB.CD.EFGH·JKMN",
    ],
)
def test_case_dashes_and_width_of_typed_signs_do_not_matter(typed: str) -> None:
    assert slips.read_code(typed) == "ABCDEFGHJKMN"
    assert slips.grouped(slips.read_code(typed)) == "ABCD-EFGH-JKMN"


@pytest.mark.parametrize(
    "typed", ["", "ABCDEFGHJKM", "ABCDEFGHJKMNP", "ABCDEFGHJKM0", "ABCDEFGHJKMI", "王" * 12]
)
def test_what_cannot_be_a_code_is_refused_before_it_is_tried(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        slips.read_code(typed)
    assert caught.value.reason is Reason.SLIP_UNKNOWN


def who(role: Role, unit_id: int | None = None, account_id: int = 9) -> Actor:
    return Actor(account_id=account_id, grants=(Grant(role=role, unit_id=unit_id),))


PLAIN = Holder(account_id=5, is_member=True, home=IN_LAW)
STAFF = Holder(account_id=6, is_member=False, home=(COLLEGE,))
NOBODYS = Holder(account_id=7, is_member=False)
ALONE = {
    "the branch's committee for its member": (who(Role.COMMITTEE, LAW), PLAIN, True),
    "the neighbour's committee": (who(Role.COMMITTEE, BIO), PLAIN, False),
    "the college for a member": (who(Role.COLLEGE, COLLEGE), PLAIN, True),
    "another college": (who(Role.COLLEGE, 99), PLAIN, False),
    "an administrator of everything": (who(Role.ADMIN), PLAIN, True),
    "an administrator of another college": (who(Role.ADMIN, 99), PLAIN, False),
    "a leader, a group leader or an auditor": (who(Role.AUDITOR, COLLEGE), PLAIN, False),
    "a group leader": (who(Role.GROUP_LEADER, LAW), PLAIN, False),
    "the college for its staff": (who(Role.COLLEGE, COLLEGE), STAFF, True),
    "a committee of the college for its staff": (who(Role.COMMITTEE, COLLEGE), STAFF, False),
    "the college for an account of no unit": (who(Role.COLLEGE, COLLEGE), NOBODYS, False),
    "the administrator for an account of no unit": (who(Role.ADMIN), NOBODYS, True),
    "herself": (who(Role.COLLEGE, COLLEGE, account_id=5), PLAIN, False),
}


@pytest.mark.parametrize(("actor", "holder", "may"), ALONE.values(), ids=ALONE)
def test_who_prints_alone_for_an_account_without_a_role(actor: Actor, holder: Holder, may: bool) -> None:
    assert may_print_alone(actor, holder) is may
    assert not may_print_with_another(actor, holder)


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.COLLEGE, Role.ADMIN])
def test_nobody_prints_alone_for_an_account_with_a_role(role: Role) -> None:
    holder = Holder(account_id=5, is_member=True, home=IN_LAW, offices=(IN_LAW,))
    assert not may_print_alone(who(role, COLLEGE), holder)


BOTH = {
    "the college over all of it": (who(Role.COLLEGE, COLLEGE), (IN_LAW,), True),
    "the administrator": (who(Role.ADMIN), (IN_LAW, ()), True),
    "a committee never": (who(Role.COMMITTEE, COLLEGE), (IN_LAW,), False),
    "the college, where a role reaches everywhere": (who(Role.COLLEGE, COLLEGE), (IN_LAW, ()), False),
    "the college, where a role lies in another one": (who(Role.COLLEGE, COLLEGE), (IN_LAW, (99,)), False),
    "herself": (who(Role.COLLEGE, COLLEGE, account_id=5), (IN_LAW,), False),
}


@pytest.mark.parametrize(("actor", "offices", "may"), BOTH.values(), ids=BOTH)
def test_who_may_be_one_of_the_two_for_an_account_with_a_role(
    actor: Actor, offices: tuple[tuple[int, ...], ...], may: bool
) -> None:
    holder = Holder(account_id=5, is_member=True, home=IN_LAW, offices=offices)
    assert may_print_with_another(actor, holder) is may


PASSWORDS = {
    "nine characters": ("abcdefghi", "password_length"),
    "ten characters": ("abcdefghij", None),
    "200 characters": ("abcde" * 40, None),
    "201 characters": ("abcde" * 40 + "f", "password_length"),
    "the login": ("2023305001", "password_login"),
    "the login and four more": ("20233050011234", "password_login"),
    "the login within a sentence": ("I am 2023305001", None),
    "four different characters": ("aabbccddaabb", "password_plain"),
    "five different characters": ("aabbccddeeaa", None),
    "a row of digits": ("1234567890", "password_plain"),
    "ten Chinese characters": ("今天去图书馆整理书架", None),
}


@pytest.mark.parametrize(("password", "case"), PASSWORDS.values(), ids=PASSWORDS)
def test_a_chosen_password(password: str, case: str | None) -> None:
    if case is None:
        check_password(password, login="2023305001")
        return
    with pytest.raises(Refusal) as caught:
        check_password(password, login="2023305001")
    assert caught.value.facts["case"] == case
