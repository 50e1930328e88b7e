"""The chain over a branch's ledger: whatever is done to a sealed line afterwards is found (PROTOCOL 4)."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from volunteer.actions.recount import recount
from volunteer.actions.seal import Proof, seal, sign_heads, verify
from volunteer.models import Credit, Member, Seal
from volunteer.revisions import GUARDS
from volunteer.rules.codes import Keyring
from volunteer.signatures import HeadSigner
from volunteer.stats import ledger

SIGNER = HeadSigner(Keyring(secrets=((0, b"k" * 32),), deployment=b"test"))
STRANGER = HeadSigner(Keyring(secrets=((0, b"s" * 32),), deployment=b"test"))
DAY = date(2026, 3, 16)


@pytest.fixture
def sealed(stage: Stage) -> Stage:
    """Three records of one branch and one of another, all sealed."""
    for who in ("mei", "ning"):
        stage.serve(who, "09:00", "12:00")
    stage.system.shift("S9", stage.cast.post, at("14:00"), at("16:00"))
    stage.serve("mei", "14:00", "15:30")
    while seal(stage.session, limit=2):
        pass
    return stage


def walked(stage: Stage, **more: str) -> Proof:
    stage.session.expire_all()
    return verify(stage.session, signer=SIGNER, **more)


def head_of(stage: Stage) -> str:
    return max(ledger.heads(stage.session), key=lambda head: head.number).hash


def attack(session: Session, *statements: str) -> None:
    """Do as somebody does who owns the database: without the guards."""
    dialect = session.get_bind().dialect.name
    for table in ("credit", "seal"):
        for trigger in GUARDS[dialect]:
            of = f" ON {table}" if dialect == "postgresql" else ""
            session.execute(text(f"DROP TRIGGER {table}_{trigger}{of}"))
    if dialect == "postgresql":
        session.execute(text("ALTER TABLE seal DROP CONSTRAINT fk_seal_credit_id"))
    else:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    for statement in statements:
        session.execute(text(statement))


def test_sealed_a_few_at_a_time_every_line_has_its_place(sealed: Stage) -> None:
    proof = walked(sealed)
    assert proof.holds
    assert (proof.lines, proof.tail, proof.is_head_known) == (sealed.count(Credit), 0, None)
    numbers = sealed.session.execute(sa.select(Seal.unit_id, Seal.number).order_by(Seal.unit_id, Seal.number))
    by_unit: dict[int, list[int]] = {}
    for unit_id, number in numbers:
        by_unit.setdefault(unit_id, []).append(number)
    assert all(found == list(range(1, len(found) + 1)) for found in by_unit.values())


def test_what_is_not_sealed_yet_is_told(sealed: Stage) -> None:
    sealed.system.shift("S10", sealed.cast.post, at("18:00"), at("20:00"))
    sealed.serve("mei", "18:00", "19:00")
    assert (walked(sealed).holds, walked(sealed).tail) == (True, 1)
    seal(sealed.session)
    assert walked(sealed).tail == 0


def test_sealed_again_nothing_is_written(sealed: Stage) -> None:
    assert seal(sealed.session) == 0


FORGED: dict[str, tuple[str, ...]] = {
    "a minute": ("UPDATE credit SET net_min = net_min + 1 WHERE id = {second}",),
    "the member": ("UPDATE credit SET member_id = {other}, member_seq = 99 WHERE id = {second}",),
    "the day": ("UPDATE credit SET day = '2026-03-15' WHERE id = {second}",),
    "the grade": ("UPDATE credit SET grade = 'A' WHERE id = {second}",),
    "the cause": ("UPDATE credit SET cause = 'x' WHERE id = {second}",),
    "the time": ("UPDATE credit SET at = at + 1 WHERE id = {second}",),
    "the seal": ("UPDATE seal SET hash = '{zeros}' WHERE credit_id = {second}",),
}


def ids(stage: Stage) -> dict[str, int | str]:
    found = (
        stage.session.execute(sa.select(Seal.credit_id).order_by(Seal.unit_id, Seal.number)).scalars().all()
    )
    return {"second": found[1], "third": found[2], "other": stage.cast.bo, "zeros": "0" * 64}


@pytest.mark.parametrize("statements", FORGED.values(), ids=FORGED)
def test_a_changed_line_is_named(sealed: Stage, statements: tuple[str, ...]) -> None:
    known = ids(sealed)
    attack(sealed.session, *(statement.format(**known) for statement in statements))
    (fault,) = walked(sealed).faults
    assert (fault.number, fault.kind, fault.credit_id) == (2, "changed", known["second"])
    sealed.session.rollback()


def test_a_removed_line_is_named(sealed: Stage) -> None:
    known = ids(sealed)
    attack(sealed.session, "DELETE FROM credit WHERE id = {second}".format(**known))
    (fault,) = walked(sealed).faults
    assert (fault.number, fault.kind, fault.credit_id) == (2, "missing", known["second"])
    sealed.session.rollback()


def test_a_line_removed_with_its_seal_leaves_a_hole(sealed: Stage) -> None:
    known = ids(sealed)
    attack(
        sealed.session,
        "DELETE FROM seal WHERE credit_id = {second}".format(**known),
        "DELETE FROM credit WHERE id = {second}".format(**known),
    )
    (fault,) = walked(sealed).faults
    assert (fault.number, fault.kind) == (2, "out_of_order")
    sealed.session.rollback()


def test_two_lines_that_changed_places_are_found(sealed: Stage) -> None:
    known = ids(sealed)
    attack(
        sealed.session,
        "UPDATE seal SET number = 1000 WHERE credit_id = {second}".format(**known),
        "UPDATE seal SET number = 2 WHERE credit_id = {third}".format(**known),
        "UPDATE seal SET number = 3 WHERE credit_id = {second}".format(**known),
    )
    (fault,) = walked(sealed).faults
    assert (fault.number, fault.kind) == (2, "changed")
    sealed.session.rollback()


COPIED = (
    "member_id, visit_id, unit_id, post_id, base_id, request_id, record_kind, day, net_min, credited_min,"
    " is_reversal, grade, cause, actor_id, at"
)


def test_a_line_put_in_between_is_found(sealed: Stage) -> None:
    known = ids(sealed)
    attack(
        sealed.session,
        f"INSERT INTO credit (id, member_seq, {COPIED}) SELECT 9000, 9000, {COPIED} FROM credit"
        f" WHERE id = {known['second']}",
        "UPDATE seal SET number = number + 1000 WHERE number > 1 AND unit_id = (SELECT unit_id FROM seal"
        f" WHERE credit_id = {known['second']})",
        "UPDATE seal SET number = number - 999 WHERE number > 1000",
        "INSERT INTO seal (credit_id, unit_id, number, hash) SELECT 9000, unit_id, 2,"
        f" '{'a' * 64}' FROM credit WHERE id = 9000",
    )
    (fault,) = walked(sealed).faults
    assert (fault.number, fault.kind, fault.credit_id) == (2, "changed", 9000)
    sealed.session.rollback()


def test_a_line_added_at_the_end_by_hand_is_sealed_and_found_by_the_recount(sealed: Stage) -> None:
    """Who may add lines can add one; it is in the chain for ever, and no evidence stands behind it."""
    known = ids(sealed)
    sealed.session.execute(
        text(
            f"INSERT INTO credit (member_seq, {COPIED}) SELECT 9000, {COPIED} FROM credit"
            f" WHERE id = {known['second']}"
        )
    )
    assert seal(sealed.session) == 1
    assert walked(sealed).holds
    (wrong,) = recount(sealed.session, campus=sealed.campus, now=at("20:00"))
    assert wrong.was == (2 * wrong.now[0], 2 * wrong.now[1])
    sealed.session.rollback()


def test_a_persons_name_and_number_may_go_and_the_chain_holds(sealed: Stage) -> None:
    head = head_of(sealed)
    sealed.session.execute(
        sa.update(Member).where(Member.id == sealed.cast.mei).values(name="—", student_no="gone-1")
    )
    assert walked(sealed, head=head).holds


def rewritten(stage: Stage) -> None:
    """Change a line and seal everything anew, as somebody does who knows how."""
    known = ids(stage)
    attack(
        stage.session,
        "UPDATE credit SET net_min = net_min + 1 WHERE id = {second}".format(**known),
        "DELETE FROM seal",
    )
    while seal(stage.session):
        pass


def test_a_whole_chain_rewritten_is_found_against_an_older_print_out(sealed: Stage) -> None:
    printed = head_of(sealed)
    assert walked(sealed, head=printed).is_head_known
    rewritten(sealed)
    assert walked(sealed).holds
    proof = walked(sealed, head=printed)
    assert (proof.is_head_known, proof.holds) == (False, False)
    sealed.session.rollback()


def test_a_whole_chain_rewritten_is_found_against_the_signed_heads(sealed: Stage) -> None:
    assert sign_heads(sealed.session, on=DAY, signer=SIGNER, now=at("20:00")) > 0
    assert walked(sealed).holds
    rewritten(sealed)
    assert {fault.kind for fault in walked(sealed).faults} == {"rewritten"}
    sealed.session.rollback()


def test_a_chain_cut_off_is_found_against_the_signed_heads(sealed: Stage) -> None:
    sign_heads(sealed.session, on=DAY, signer=SIGNER, now=at("20:00"))
    attack(
        sealed.session,
        "DELETE FROM seal WHERE number = 3",
        "DELETE FROM credit WHERE id = {third}".format(**ids(sealed)),
    )
    assert [(fault.number, fault.kind) for fault in walked(sealed).faults] == [(3, "rewritten")]
    sealed.session.rollback()


def test_a_head_that_no_key_of_ours_signed_is_forged(sealed: Stage) -> None:
    sign_heads(sealed.session, on=DAY, signer=STRANGER, now=at("20:00"))
    assert {fault.kind for fault in walked(sealed).faults} == {"forged"}


def test_heads_are_signed_once_a_day(sealed: Stage) -> None:
    signed = sign_heads(sealed.session, on=DAY, signer=SIGNER, now=at("20:00"))
    assert sign_heads(sealed.session, on=DAY, signer=SIGNER, now=at("21:00")) == 0
    assert sign_heads(sealed.session, on=date(2026, 3, 17), signer=SIGNER, now=at("17 20:00")) == signed


def test_any_link_of_a_chain_is_a_known_head_whatever_its_letters(sealed: Stage) -> None:
    for link in sealed.session.execute(sa.select(Seal.hash)).scalars():
        assert walked(sealed, head=link.upper()).is_head_known
    assert walked(sealed, head="0" * 64).is_head_known is False
