"""The member's pass: one spelling, what is signed, and when it is of its time."""

from datetime import UTC, datetime, timedelta

import pytest

from volunteer.rules import passes
from volunteer.rules.passes import Pass
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span

NINE = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
SHIFT = Span(NINE, NINE + timedelta(hours=3))
STEP = int(NINE.timestamp()) // 15
ONE = Pass(handle="0a0b0c0d", step=STEP, signature=bytes(range(64)))


def test_a_pass_fits_a_small_qr_in_its_alphanumeric_mode() -> None:
    text = passes.written(ONE)
    assert len(text) == 120
    # Version 6 at level M holds 154 such characters.
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:")


def test_what_was_written_is_read_again() -> None:
    assert passes.read(passes.written(ONE)) == ONE


def test_the_label_the_purpose_the_phone_and_the_step_are_signed() -> None:
    assert ONE.signed == b"fifty-hours/pass/1" + bytes([0b00_001_011]) + bytes.fromhex("0a0b0c0d") + (
        STEP.to_bytes(4, "big")
    )


TEXT = passes.written(ONE)
WRONG = {
    "no prefix": TEXT[3:],
    "another prefix": f"F4:{TEXT[3:]}",
    "too short": TEXT[:-1],
    "too long": f"{TEXT}A",
    "small letters": TEXT.lower(),
    "a digit that base 32 lacks": f"F3:1{TEXT[4:]}",
    "a last character with a bit too many": TEXT[:-1] + chr(ord(TEXT[-1]) + 1),
    "the purpose of a live code": f"F3:{'BE'}{TEXT[5:]}",
    "nothing": "",
    "a code of a display": "CEBAGBAFJ7QTAZCTKBQ2DVB3PJ5XC4I",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_there_is_no_second_spelling(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        passes.read(text)
    assert caught.value.reason is Reason.CODE_UNKNOWN


def test_a_signature_of_another_length_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="72 bytes"):
        passes.written(Pass(handle="0a0b0c0d", step=1, signature=bytes(63)))


# In seconds after nine: when the step began, when it came in; from a queue or not; when it was seen, or not.
H = 3600
CASES: dict[str, tuple[int, int, bool, int | Reason]] = {
    "at once": (600, 600, False, 600),
    "three steps back": (600, 659, False, 659),
    "four steps back": (600, 660, False, Reason.CODE_EXPIRED),
    "two steps ahead": (630, 600, False, 600),
    "three steps ahead": (645, 600, False, Reason.CODE_FROM_FUTURE),
    "the first second of the shift": (0, 0, False, 0),
    "the second before": (-15, -1, False, Reason.OUTSIDE_SHIFT),
    "the last second": (3 * H - 15, 3 * H - 1, False, 3 * H - 1),
    "the end": (3 * H, 3 * H, False, Reason.OUTSIDE_SHIFT),
    "from a queue, an hour later": (600, H + 600, True, 600),
    "from a queue, at once": (600, 610, True, 610),
    "from a queue, of before the shift": (-15, H, True, Reason.OUTSIDE_SHIFT),
    "from a queue, of after the shift": (3 * H, 4 * H, True, Reason.OUTSIDE_SHIFT),
    "from a queue, of the last step": (3 * H - 15, 4 * H, True, 3 * H - 15),
    "from a queue, after 72 hours": (0, 72 * H, True, 0),
    "from a queue, a second later": (0, 72 * H + 1, True, Reason.TOO_OLD),
    "from a queue, of the future": (645, 600, True, Reason.CODE_FROM_FUTURE),
}


@pytest.mark.parametrize(("step", "now", "is_queued", "expected"), CASES.values(), ids=CASES)
def test_seen_at(step: int, now: int, is_queued: bool, expected: int | Reason) -> None:
    one = Pass(handle="0a0b0c0d", step=STEP + step // 15, signature=bytes(64))
    moment = NINE + timedelta(seconds=now)
    if isinstance(expected, Reason):
        with pytest.raises(Refusal) as caught:
            passes.seen_at(one, shift=SHIFT, is_queued=is_queued, now=moment)
        assert caught.value.reason is expected
    else:
        seen = passes.seen_at(one, shift=SHIFT, is_queued=is_queued, now=moment)
        assert seen == NINE + timedelta(seconds=expected)
