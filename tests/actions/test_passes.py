"""Two-way: a keeper's phone scans the member's own code; what it proves, and why one is refused."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select

from tests.actions.phone import Phone
from tests.actions.stage import Stage, at, leads
from volunteer.actions import passes as desk
from volunteer.actions.passes import PassAnswer, Scanned
from volunteer.models import PassScan, Witness
from volunteer.rules import passes
from volunteer.rules.kinds import Grade, Verdict, VisitState
from volunteer.rules.passes import Pass
from volunteer.rules.reasons import Reason, Refusal

CONFIRMED, PENDING = VisitState.CONFIRMED, VisitState.PENDING


def shown(phone: Phone, when: str) -> str:
    """Return what the phone shows as its own code."""
    one = Pass(handle=phone.handle or "00000000", step=int(at(when).timestamp()) // 15, signature=bytes(64))
    r, s = decode_dss_signature(phone.key.sign(one.signed, ECDSA(SHA256())))
    return passes.written(replace(one, signature=r.to_bytes(32, "big") + s.to_bytes(32, "big")))


def registered(stage: Stage, who: str) -> Phone:
    phone = Phone(stage, who)
    phone.register()
    return phone


def upload(stage: Stage, when: str, *scanned: Scanned, by: str = "leader", shift: int | None = None) -> Any:
    return desk.judge(
        stage.session,
        shift_id=shift or stage.cast.shift,
        scanned=list(scanned),
        actor=stage.actor(by),
        campus=stage.campus,
        now=at(when),
    )


def take(
    stage: Stage, text: str, when: str, *, ref: str = "p-1", is_queued: bool = False, **more: Any
) -> Any:
    (answer,) = upload(stage, when, Scanned(client_ref=ref, text=text, is_queued=is_queued), **more)
    return answer


def reason(answer: PassAnswer) -> Reason | None:
    return answer.refusal.reason if answer.refusal else None


def test_a_pass_scanned_while_the_shift_runs_makes_it_two_way(stage: Stage) -> None:
    phone = registered(stage, "mei")
    visit = stage.come("mei", "09:00").visit_id
    answer = take(stage, shown(phone, "10:00"), "10:00")
    assert answer == PassAnswer(client_ref="p-1", visit_id=visit)
    assert stage.visit(visit).grade is Grade.A
    stage.leave("mei", "12:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.A, 180)


def test_a_pass_lifts_a_poster_scan_from_d_to_c(stage: Stage) -> None:
    phone = registered(stage, "mei")
    visit = stage.serve("mei", "09:00", "11:00", printed=True)
    take(stage, shown(phone, "11:30"), "11:30")
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 120)


@pytest.mark.parametrize(("step", "is_good"), [("10:00:00", True), ("09:59:45", False)])
def test_online_the_window_is_that_of_every_code(stage: Stage, step: str, is_good: bool) -> None:
    phone = registered(stage, "mei")
    stage.come("mei", "09:00")
    answer = take(stage, shown(phone, step), "10:00:59")
    assert reason(answer) == (None if is_good else Reason.CODE_EXPIRED)


def test_from_the_queue_the_time_is_that_of_the_step(stage: Stage) -> None:
    phone = registered(stage, "mei")
    visit = stage.serve("mei", "09:00", "12:00")
    answer = take(stage, shown(phone, "10:00:07"), "18 09:00", is_queued=True)
    assert reason(answer) is None
    seen = stage.session.scalars(select(Witness.at).where(Witness.visit_id == visit)).one()
    assert seen == at("10:00:00")
    assert stage.stands(visit) == (CONFIRMED, Grade.A, 180)
    kept = stage.session.scalars(select(PassScan)).one()
    assert (kept.at, kept.received_at, kept.is_queued) == (at("10:00"), at("18 09:00"), True)


@pytest.mark.parametrize(
    ("step", "when", "expected"),
    [
        ("10:00", "19 10:00:00", None),
        ("10:00", "19 10:00:01", Reason.TOO_OLD),
        ("08:59:45", "12:30", Reason.OUTSIDE_SHIFT),
        ("09:00", "12:30", None),
        ("11:59:45", "12:30", None),
        ("12:00", "12:30", Reason.OUTSIDE_SHIFT),
        ("12:30:45", "12:30", Reason.CODE_FROM_FUTURE),
    ],
)
def test_a_queued_pass_lies_in_the_shift_and_within_72_hours(
    stage: Stage, step: str, when: str, expected: Reason | None
) -> None:
    phone = registered(stage, "mei")
    stage.serve("mei", "09:00", "12:00")
    assert reason(take(stage, shown(phone, step), when, is_queued=True)) == expected


def test_a_pass_that_no_registered_phone_made_is_unknown(stage: Stage) -> None:
    stage.come("mei", "09:00")
    stranger = Phone(stage, "mei")
    answer = take(stage, shown(stranger, "10:00"), "10:00")
    assert reason(answer) is Reason.CODE_UNKNOWN


def test_a_pass_signed_by_another_phone_is_refused(stage: Stage) -> None:
    mine, other = registered(stage, "mei"), registered(stage, "ning")
    stage.come("mei", "09:00")
    forged = Phone(stage, "mei", handle=mine.handle, key=other.key)
    visit = stage.visit_of("mei")
    assert reason(take(stage, shown(forged, "10:00"), "10:00")) is Reason.SIGNATURE_WRONG
    assert stage.visit(visit.id).grade is Grade.B


@pytest.mark.parametrize("place", [4, 9, 15, 60, 118])
def test_one_changed_character_is_refused(stage: Stage, place: int) -> None:
    phone = registered(stage, "mei")
    stage.come("mei", "09:00")
    text = shown(phone, "10:00")
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    answer = take(stage, changed, "10:00")
    assert answer.visit_id is None
    assert answer.refusal is not None


@pytest.mark.parametrize("text", ["", "F3:", "HTTPS://HOURS/C/AAAA", "F3:" + "A" * 117])
def test_what_is_no_pass_is_unknown(stage: Stage, text: str) -> None:
    assert reason(take(stage, text, "10:00")) is Reason.CODE_UNKNOWN


def test_the_same_pass_under_another_name_is_a_replay(stage: Stage) -> None:
    phone = registered(stage, "mei")
    stage.come("mei", "09:00")
    text = shown(phone, "10:00")
    assert reason(take(stage, text, "10:00", ref="p-1")) is None
    assert reason(take(stage, text, "10:00:30", ref="p-2")) is Reason.SAME_CODE_AGAIN
    assert reason(take(stage, text, "10:00:30", ref="p-3", by="organiser")) is Reason.SAME_CODE_AGAIN


def test_the_phone_that_asks_again_gets_the_same_answer_even_later(stage: Stage) -> None:
    phone = registered(stage, "mei")
    visit = stage.come("mei", "09:00").visit_id
    text = shown(phone, "10:00")
    first = take(stage, text, "10:00")
    rows = stage.count(PassScan), stage.count(Witness)
    assert take(stage, text, "11:00") == first
    assert first.visit_id == visit
    assert (stage.count(PassScan), stage.count(Witness)) == rows


def test_a_refusal_is_an_answer_too(stage: Stage) -> None:
    phone = registered(stage, "mei")
    text = shown(phone, "10:00")
    assert reason(take(stage, text, "10:30")) is Reason.CODE_EXPIRED
    stage.come("mei", "10:31")
    again = take(stage, text, "10:32")
    assert (reason(again), again.is_final) == (Reason.CODE_EXPIRED, True)


def test_another_content_or_another_keeper_under_the_same_name_gets_nothing(stage: Stage) -> None:
    phone = registered(stage, "mei")
    stage.come("mei", "09:00")
    take(stage, shown(phone, "10:00"), "10:00")
    assert reason(take(stage, shown(phone, "10:01"), "10:01")) is Reason.CLIENT_REF_REUSED
    assert reason(take(stage, shown(phone, "10:00"), "10:00", by="organiser")) is Reason.WRONG_ACCOUNT


def test_who_has_not_checked_in_is_named_as_such(stage: Stage) -> None:
    phone = registered(stage, "mei")
    answer = take(stage, shown(phone, "10:00"), "10:00")
    assert (reason(answer), answer.is_final) == (Reason.NOT_CHECKED_IN, True)


def test_a_queued_pass_waits_for_the_members_own_queue(stage: Stage) -> None:
    phone = registered(stage, "mei")
    text = shown(phone, "10:00")
    waiting = take(stage, text, "12:10", is_queued=True)
    assert (reason(waiting), waiting.is_final) == (Reason.NOT_CHECKED_IN, False)
    stage.come("mei", "12:20", scanned_at="09:00")
    visit = stage.leave("mei", "12:20", scanned_at="12:00").visit_id
    assert stage.stands(visit) == (PENDING, Grade.D, 0)
    assert reason(take(stage, text, "12:30", is_queued=True)) is None
    assert stage.stands(visit) == (CONFIRMED, Grade.C, 180)


def test_nobody_scans_her_own_code(stage: Stage) -> None:
    leads(stage.session, "mei", stage.cast.post)
    phone = registered(stage, "mei")
    stage.come("mei", "09:00")
    assert reason(take(stage, shown(phone, "10:00"), "10:00", by="mei")) is Reason.SAME_PERSON


@pytest.mark.parametrize("login", ["ning", "neighbour", "admin", "auditor"])
def test_only_keepers_scan_passes(stage: Stage, login: str) -> None:
    phone = registered(stage, "mei")
    stage.come("mei", "09:00")
    with stage.refused(Reason.NOT_ALLOWED):
        take(stage, shown(phone, "10:00"), "10:00", by=login)


def test_a_pass_of_the_phone_before_counts_up_to_the_change(stage: Stage) -> None:
    old = registered(stage, "mei")
    stage.come("mei", "09:00")
    new = Phone(stage, "mei")
    new.register("10:00:00")
    late = take(stage, shown(old, "10:00"), "12:30", ref="p-1", is_queued=True)
    assert reason(late) is Reason.CODE_UNKNOWN
    assert reason(take(stage, shown(old, "09:59:45"), "12:30", ref="p-2", is_queued=True)) is None
    assert reason(take(stage, shown(new, "10:01"), "12:30", ref="p-3", is_queued=True)) is None


def test_each_pass_of_a_batch_is_judged_by_itself(stage: Stage) -> None:
    mei, ning = registered(stage, "mei"), registered(stage, "ning")
    stage.come("mei", "09:00")
    ning_visit = stage.come("ning", "09:00").visit_id
    answers = upload(
        stage,
        "10:00",
        Scanned(client_ref="p-1", text=shown(mei, "09:30")),
        Scanned(client_ref="p-2", text="nonsense"),
        Scanned(client_ref="p-3", text=shown(ning, "10:00")),
    )
    assert [reason(answer) for answer in answers] == [Reason.CODE_EXPIRED, Reason.CODE_UNKNOWN, None]
    assert stage.visit(ning_visit).grade is Grade.A
    assert stage.visit_of("mei").grade is Grade.B


def test_an_objected_record_is_witnessed_and_still_does_not_count(stage: Stage) -> None:
    phone = registered(stage, "mei")
    visit = stage.serve("mei", "09:00", "10:00")
    stage.object_to(visit, "10:10")
    take(stage, shown(phone, "10:30"), "10:30")
    assert stage.stands(visit) == (VisitState.DISPUTED, Grade.A, 0)


def test_every_answer_is_kept_with_what_was_scanned(stage: Stage) -> None:
    phone = registered(stage, "mei")
    stage.come("mei", "09:00")
    good, bad = shown(phone, "10:00"), "F3:nothing"
    upload(stage, "10:00", Scanned(client_ref="p-1", text=good), Scanned(client_ref="p-2", text=bad))
    kept = stage.session.execute(
        select(PassScan.text, PassScan.verdict, PassScan.reason).order_by(PassScan.id)
    ).all()
    assert [tuple(row) for row in kept] == [
        (good, Verdict.ACCEPTED, None),
        (bad, Verdict.REFUSED, "code_unknown"),
    ]


def test_a_shift_that_is_not_there_is_unknown(stage: Stage) -> None:
    with pytest.raises(Refusal) as caught:
        take(stage, "F3:", "10:00", shift=99_999)
    assert caught.value.reason is Reason.UNKNOWN
