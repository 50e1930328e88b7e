"""What a phone's outbox brings: final answers, kept ones, and what a tampered queue shows (PROTOCOL 2)."""

from dataclasses import replace

import pytest

from tests.actions.phone import Phone
from tests.actions.stage import IN, OUT, Stage, at, counts_of_rows
from volunteer.actions import devices
from volunteer.actions.queue import Answer
from volunteer.models import Device, Evidence, QueuedScan
from volunteer.rules.kinds import Flag, Grade
from volunteer.rules.queue import Entry
from volunteer.rules.reasons import Reason
from volunteer.signatures import is_signed
from volunteer.stats.flags import flags_of


@pytest.fixture
def phone(stage: Stage) -> Phone:
    """Mei's phone, registered."""
    phone = Phone(stage, "mei")
    phone.register()
    return phone


def told(answers: list[Answer]) -> list[str]:
    """Return each verdict in a word: what came of it, or why it was refused."""
    return [
        answer.refusal.reason.value if answer.refusal else answer.result.verdict.value  # type: ignore[union-attr]
        for answer in answers
    ]


def flags(stage: Stage, answer: Answer) -> set[Flag]:
    assert answer.result is not None
    return set(flags_of(stage.session, [answer.result.visit_id])[answer.result.visit_id])


def test_a_service_in_the_cellar_comes_in_as_one_pending_record(stage: Stage, phone: Phone) -> None:
    came, left = phone.save("09:00", IN), phone.save("12:00", OUT)
    answers = phone.send("20:00", came, left)
    assert told(answers) == ["accepted", "accepted"]
    assert all(answer.is_final for answer in answers)
    visit_id = answers[1].result.visit_id  # type: ignore[union-attr]
    assert (stage.stands(visit_id)[1:], stage.visit(visit_id).pending_min) == ((Grade.D, 0), 180)
    assert flags(stage, answers[1]) == set()


def test_sent_again_every_entry_gets_its_answer_again_and_nothing_is_written(
    stage: Stage, phone: Phone
) -> None:
    entries = [phone.save("09:00", IN), phone.save("15:00", OUT), phone.save("20:00", IN, code="A" * 31)]
    first = phone.send("20:10", *entries)
    rows = counts_of_rows(stage.session)
    assert told(phone.send("21:00", *entries)) == told(first) == ["accepted", "outside_shift", "code_unknown"]
    assert counts_of_rows(stage.session) == rows
    assert flags(stage, first[0]) == set()


def test_a_refusal_says_the_same_facts_again(phone: Phone) -> None:
    late = phone.save("15:00", OUT)
    (first,), (again,) = phone.send("20:00", late), phone.send("22:00", late)
    assert first.refusal is not None and again.refusal is not None
    assert first.refusal.facts == again.refusal.facts != {}


def test_a_refusal_stays_even_when_the_record_would_now_take_the_scan(stage: Stage, phone: Phone) -> None:
    left = phone.save("11:00", OUT)
    assert told(phone.send("12:00", left)) == ["not_checked_in"]
    phone.send("12:10", phone.save("10:00", IN))
    assert told(phone.send("12:20", left)) == ["not_checked_in"]


def test_who_has_to_choose_a_post_has_no_final_answer_yet(stage: Stage, phone: Phone) -> None:
    other = stage.system.post("TOUR", stage.cast.law, base_id=stage.cast.base)
    stage.system.shift("T1", other, at("09:00"), at("12:00"))
    base = stage.cast.base_site
    undecided = phone.save("09:00", IN, site_id=base)
    (answer,) = phone.send("20:00", undecided)
    assert (told([answer]), answer.is_final) == (["choose_post"], False)
    decided = phone.save("09:00", IN, site_id=base, post_id=stage.cast.post)
    assert told(phone.send("20:05", undecided, decided)) == ["choose_post", "accepted"]


def test_somebody_elses_entries_wait_for_her(stage: Stage, phone: Phone) -> None:
    entry = phone.save("09:00", IN)
    (answer,) = phone.send("20:00", entry, signed_in="ning")
    assert (told([answer]), answer.is_final) == (["wrong_account"], False)
    assert told(phone.send("20:01", entry)) == ["accepted"]


def test_a_reference_that_another_member_used_is_not_hers(stage: Stage, phone: Phone) -> None:
    entry = phone.save("09:00", IN)
    phone.send("20:00", entry)
    other = Phone(stage, "ning")
    other.register()
    hers = other.signed(replace(other.save("09:00", IN), client_ref=entry.client_ref))
    (answer,) = other.send("20:00", hers)
    assert (told([answer]), answer.is_final) == (["wrong_account"], False)


def test_another_content_under_the_same_reference_is_refused(phone: Phone) -> None:
    entry = phone.save("09:00", IN)
    phone.send("20:00", entry)
    other = phone.signed(replace(entry, action=OUT))
    assert told(phone.send("20:01", other)) == ["client_ref_reused"]


TAMPERED = {
    "the code": {"code": "A" * 31},
    "the action": {"action": OUT},
    "the number": {"seq": 2},
    "what came before": {"previous": "A" * 43},
    "the phone's time": {"phone_at_ms": 1},
    "the reference": {"client_ref": "another-reference"},
    "no signature": {"signature": None},
    "a flipped bit of the signature": {"signature": "A" * 86},
    "a phone that nobody registered": {"device": "00000000"},
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_what_was_changed_after_it_was_saved_is_refused_and_leaves_nothing(
    stage: Stage, phone: Phone, change: dict[str, object]
) -> None:
    entry = phone.save("09:00", IN)
    rows = counts_of_rows(stage.session)
    (answer,) = phone.send("20:00", replace(entry, **change))  # type: ignore[arg-type]
    assert (told([answer]), answer.is_final) == (["signature_wrong"], True)
    assert counts_of_rows(stage.session) == rows
    assert told(phone.send("20:00", entry)) == ["accepted"]


def test_a_queue_copied_to_a_second_phone_cannot_grow_there(stage: Stage, phone: Phone) -> None:
    first = phone.save("09:00", IN)
    thief = Phone(stage, "mei", handle=phone.handle, seq=1, previous=first.digest)
    assert told(phone.send("20:00", first, thief.save("12:00", OUT))) == ["accepted", "signature_wrong"]


def test_a_queue_copied_to_another_member_brings_her_nothing(stage: Stage, phone: Phone) -> None:
    entry = phone.save("09:00", IN)
    friend = Phone(stage, "ning")
    friend.register()
    hers = friend.signed(replace(entry, member=friend.save("09:00").member, device=friend.handle))
    assert told(friend.send("20:00", entry)) == ["wrong_account"]
    assert told(friend.send("20:00", hers)) == ["accepted"]
    assert stage.stands(friend.send("20:00", hers)[0].result.visit_id)[2] == 0  # type: ignore[union-attr]


def test_a_missing_entry_is_a_gap_that_somebody_should_look_at(stage: Stage, phone: Phone) -> None:
    phone.save("08:59", IN)
    (answer,) = phone.send("20:00", phone.save("09:00", IN))
    assert flags(stage, answer) == {Flag.BROKEN_QUEUE}


def test_a_second_entry_of_one_number_is_a_fork(stage: Stage, phone: Phone) -> None:
    came = phone.save("09:00", IN)
    phone.send("09:30", came)
    phone.seq, phone.previous = 0, ""
    (answer,) = phone.send("20:00", phone.save("12:00", OUT))
    assert flags(stage, answer) == {Flag.BROKEN_QUEUE}


def test_entries_in_the_wrong_order_are_judged_as_they_come_and_marked(stage: Stage, phone: Phone) -> None:
    came, left = phone.save("09:00", IN), phone.save("12:00", OUT)
    answers = phone.send("20:00", left, came)
    assert told(answers) == ["not_checked_in", "accepted"]
    assert flags(stage, answers[1]) == {Flag.BROKEN_QUEUE}


def test_a_queue_goes_on_after_a_refused_entry_without_a_mark(stage: Stage, phone: Phone) -> None:
    answers = phone.send("20:00", phone.save("06:00", IN), phone.save("09:00", IN))
    assert told(answers) == ["outside_shift", "accepted"]
    assert flags(stage, answers[1]) == set()


def test_a_phone_that_never_registered_is_believed_as_little_and_marked(stage: Stage) -> None:
    (answer,) = (unknown := Phone(stage, "mei")).send("20:00", unknown.save("09:00", IN))
    assert told([answer]) == ["accepted"]
    assert flags(stage, answer) == {Flag.UNSIGNED_QUEUE}


def test_the_phones_clock_decides_nothing(stage: Stage, phone: Phone) -> None:
    (answer,) = phone.send("20:00", phone.save("09:00", IN, phone_at_ms=-(10**12)))
    assert answer.result is not None
    assert answer.result.at == at("09:00")


def test_what_a_phone_signed_can_be_verified_again_from_the_records(stage: Stage, phone: Phone) -> None:
    phone.send("20:00", phone.save("09:00", IN), phone.save("20:00", IN))
    for place in stage.session.query(QueuedScan):
        evidence = stage.session.get_one(Evidence, place.evidence_id)
        assert evidence.client_ref is not None and place.signature is not None
        entry = Entry(
            client_ref=evidence.client_ref,
            code=place.code,
            action=evidence.side,
            post_id=None,
            takes_next=False,
            device=evidence.device,
            member=place.member,
            seq=place.seq,
            previous=place.previous,
            phone_at_ms=place.phone_at_ms,
            monotonic_ms=place.monotonic_ms,
            signature=place.signature,
        )
        assert is_signed(phone.public_key, entry.signed_text.encode(), place.signature)
    assert stage.count(QueuedScan) == 2


# --- phones ---


def test_the_same_key_is_the_same_phone_since_it_was_first_registered(stage: Stage, phone: Phone) -> None:
    (before,) = stage.session.query(Device)
    known_since = before.registered_at
    assert phone.handle == phone.register("10:00")
    assert before.registered_at == known_since


def test_a_member_has_one_active_phone_and_the_one_before_may_still_send(stage: Stage, phone: Phone) -> None:
    saved = phone.save("09:00", IN)
    second = Phone(stage, "mei")
    second.register("10:00")
    active = [device.handle for device in stage.session.query(Device) if device.retired_at is None]
    assert active == [second.handle]
    assert told(phone.send("20:00", saved)) == ["accepted"]


def test_a_second_phone_is_marked_for_a_day_the_first_never(stage: Stage, phone: Phone) -> None:
    assert flags(stage, phone.send("09:30", phone.save("09:00", IN))[0]) == set()
    second = Phone(stage, "mei")
    second.register("09:45")
    left = second.send("20:00", second.save("12:00", OUT))[0]
    assert Flag.NEW_DEVICE in flags(stage, left)


@pytest.mark.parametrize(("registered", "is_new"), [("15 09:00:00", False), ("15 09:00:01", True)])
def test_a_day_after_it_was_registered_a_phone_is_new_no_longer(
    stage: Stage, registered: str, is_new: bool
) -> None:
    Phone(stage, "mei").register("10 08:00")
    second = Phone(stage, "mei")
    second.register(registered)
    (answer,) = second.send("20:00", second.save("09:00", IN))
    assert (Flag.NEW_DEVICE in flags(stage, answer)) is is_new


def test_two_members_on_one_phone_are_marked_though_each_registered_it(stage: Stage, phone: Phone) -> None:
    lent = Phone(stage, "ning", key=phone.key)
    lent.register()
    assert lent.handle != phone.handle
    hers = phone.send("20:00", phone.save("09:00", IN))[0]
    assert flags(stage, hers) == set()
    his = lent.send("20:00", lent.save("09:00", IN))[0]
    assert Flag.SHARED_DEVICE in flags(stage, hers) & flags(stage, his)


@pytest.mark.parametrize("key", ["", "A" * 87, "B" + "A" * 86, "é" * 87, "BGsX0fLh"])
def test_what_is_no_key_is_refused(stage: Stage, key: str) -> None:
    with stage.refused(Reason.BAD_FIELD):
        devices.register(stage.session, member_id=stage.cast.mei, public_key=key, now=at("09:00"))
