"""The check-in code (PROTOCOL 1): 19 bytes, one spelling, keys by purpose, 3 steps back and 2 ahead."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.strategies import thorough
from volunteer.rules.codes import (
    STEP_SECONDS,
    Code,
    Keyring,
    Purpose,
    check_fresh,
    check_not_ahead,
    live_code,
    printed_code,
    read,
    step_at,
    typed_code,
    typed_step,
    written,
)
from volunteer.rules.reasons import Reason, Refusal

SECRET = bytes(range(32))
OTHER_SECRET = bytes(range(32, 64))
DEPLOYMENT = b"deployment-of-the-tests"
RING = Keyring(secrets=((0, SECRET),), deployment=DEPLOYMENT)
HANDLE = bytes.fromhex("a1b2c3d4")
OTHER_HANDLE = bytes.fromhex("a1b2c3d5")
NOW = datetime(2026, 3, 2, 0, 27, 7, tzinfo=UTC)
STEP = 118_160_748

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


# --- The same bytes once more, from the RFCs, by plain hmac ---------------------------------------


def hkdf(secret: bytes, *, salt: bytes, info: bytes, length: int, digest: str = "sha256") -> bytes:
    """RFC 5869: extract, then expand."""
    pseudorandom = hmac.new(salt, secret, digest).digest()
    output, block, counter = b"", b"", 0
    while len(output) < length:
        counter += 1
        block = hmac.new(pseudorandom, block + info + bytes([counter]), digest).digest()
        output += block
    return output[:length]


def truncated(digest: bytes, digits: int) -> str:
    """RFC 4226, 5.3: four bytes from where the last half byte points, without the sign."""
    offset = digest[-1] & 0x0F
    number = (
        (digest[offset] & 0x7F) << 24
        | digest[offset + 1] << 16
        | digest[offset + 2] << 8
        | digest[offset + 3]
    )
    return str(number)[-digits:].rjust(digits, "0")


def display_key(purpose: int, handle: bytes) -> bytes:
    info = b"fifty-hours/code/1" + bytes([purpose]) + handle
    return hkdf(SECRET, salt=DEPLOYMENT, info=info, length=32)


def payload(purpose: int, handle: bytes, step: int, generation: int = 0) -> bytes:
    first = (generation << 6) + (1 << 3) + purpose
    head = bytes([first]) + handle + step.to_bytes(4, "big")
    mac = hmac.new(display_key(purpose, handle), b"fifty-hours/code/1" + head, hashlib.sha256).digest()
    return head + mac[:10]


def spelled(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").replace("=", "")


def test_our_hkdf_is_that_of_rfc_5869() -> None:
    okm = hkdf(
        bytes.fromhex("0b" * 22),
        salt=bytes.fromhex("000102030405060708090a0b0c"),
        info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        length=42,
    )
    assert okm.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_our_truncation_is_that_of_rfc_4226() -> None:
    wanted = [
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489",
    ]
    secret = b"12345678901234567890"
    counted = [hmac.new(secret, count.to_bytes(8, "big"), "sha1").digest() for count in range(10)]
    assert [truncated(digest, 6) for digest in counted] == wanted


# --- Known answers --------------------------------------------------------------------------------


def test_a_live_code_is_built_as_the_protocol_says() -> None:
    assert step_at(NOW) == STEP == int(NOW.timestamp()) // 15
    assert live_code(HANDLE, NOW, RING) == spelled(payload(1, HANDLE, STEP))


def test_a_printed_code_has_step_0() -> None:
    assert printed_code(HANDLE, RING) == spelled(payload(2, HANDLE, 0))


def test_a_member_pass_is_of_its_own_purpose() -> None:
    assert written(Code(Purpose.PASS, HANDLE, STEP), RING) == spelled(payload(3, HANDLE, STEP))


@thorough
@given(st.binary(min_size=4, max_size=4), st.integers(0, 2**32 - 1), st.sampled_from(Purpose))
def test_every_code_is_the_known_answer(handle: bytes, step: int, purpose: Purpose) -> None:
    assert written(Code(purpose, handle, step), RING) == spelled(payload(purpose, handle, step))


@thorough
@given(st.binary(min_size=4, max_size=4), st.integers(0, 2**32 - 1))
def test_every_typed_code_is_the_known_answer(handle: bytes, step: int) -> None:
    message = b"fifty-hours/typed/1" + handle + step.to_bytes(4, "big")
    digest = hmac.new(display_key(1, handle), message, "sha256").digest()
    assert typed_code(handle, step, RING) == truncated(digest, 8)


def test_posters_that_hang_stay_valid() -> None:
    """These very characters are on paper: whoever changes the format must know it."""
    assert printed_code(HANDLE, RING) == PRINTED_IN_2026
    assert live_code(HANDLE, NOW, RING) == LIVE_IN_2026
    assert typed_code(HANDLE, STEP, RING) == TYPED_IN_2026


PRINTED_IN_2026 = "BKQ3FQ6UAAAAAACR35N2ZBN2FY4LGSY"
LIVE_IN_2026 = "BGQ3FQ6UA4FP23AZJRWEFJB4AEOYQ3Q"
TYPED_IN_2026 = "32782747"


def test_a_code_is_31_characters_of_the_alphanumeric_qr_set() -> None:
    text = live_code(HANDLE, NOW, RING)
    assert len(text) == 31
    assert set(text) <= set(ALPHABET)


# --- Reading --------------------------------------------------------------------------------------


def refused(text: str, ring: Keyring = RING) -> Reason:
    with pytest.raises(Refusal) as caught:
        read(text, ring)
    return caught.value.reason


@thorough
@given(st.binary(min_size=4, max_size=4), st.integers(0, 2**32 - 1), st.sampled_from(Purpose))
def test_what_is_written_is_read_back(handle: bytes, step: int, purpose: Purpose) -> None:
    code = Code(purpose, handle, step)
    assert read(written(code, RING), RING) == code


def test_a_live_code_proves_the_start_of_its_step() -> None:
    at = read(live_code(HANDLE, NOW, RING), RING).at
    assert at == datetime(2026, 3, 2, 0, 27, 0, tzinfo=UTC)
    assert at <= NOW < at + timedelta(seconds=STEP_SECONDS)


STEPS = {
    "14 seconds on is the same step": (14, 0),
    "15 seconds on is the next": (15, 1),
    "a second before is the one before": (-1, -1),
}


@pytest.mark.parametrize("seconds, later", STEPS.values(), ids=STEPS)
def test_a_step_lasts_15_seconds(seconds: int, later: int) -> None:
    start = datetime.fromtimestamp(STEP * 15, UTC)
    assert step_at(start + timedelta(seconds=seconds)) == STEP + later


@pytest.mark.parametrize("bit", range(19 * 8))
@pytest.mark.parametrize("purpose", Purpose, ids=lambda purpose: purpose.name.lower())
def test_flipping_any_bit_makes_a_code_unknown(purpose: Purpose, bit: int) -> None:
    raw = bytearray(payload(purpose, HANDLE, STEP))
    raw[bit // 8] ^= 1 << bit % 8
    assert refused(spelled(bytes(raw))) is Reason.CODE_UNKNOWN


def test_flipping_the_generation_to_another_that_is_held_makes_a_code_unknown() -> None:
    both = Keyring(secrets=((0, SECRET), (1, OTHER_SECRET)), deployment=DEPLOYMENT)
    raw = bytearray(payload(1, HANDLE, STEP))
    raw[0] ^= 1 << 6
    assert refused(spelled(bytes(raw)), both) is Reason.CODE_UNKNOWN


@thorough
@given(st.binary(min_size=4, max_size=4), st.integers(0, 2**32 - 1), st.integers(0, 151))
def test_no_altered_code_is_ever_read(handle: bytes, step: int, bit: int) -> None:
    raw = int.from_bytes(payload(1, handle, step), "big") ^ (1 << bit)
    assert refused(spelled(raw.to_bytes(19, "big"))) is Reason.CODE_UNKNOWN


@thorough
@given(st.text(max_size=40) | st.text(alphabet=ALPHABET, min_size=31, max_size=31))
def test_whatever_else_is_typed_is_unknown_and_never_an_error(text: str) -> None:
    assert refused(text) is Reason.CODE_UNKNOWN


def test_lower_and_mixed_case_are_read() -> None:
    text = live_code(HANDLE, NOW, RING)
    assert read(text.lower(), RING) == read(text, RING)
    assert read(text.capitalize(), RING) == read(text, RING)


def test_the_spare_bits_of_the_last_character_give_no_second_spelling() -> None:
    text = live_code(HANDLE, NOW, RING)
    last = ALPHABET.index(text[-1])
    twins = [text[:-1] + ALPHABET[last - last % 8 + spare] for spare in range(8)]
    assert text in twins
    for twin in set(twins) - {text}:
        assert base64.b32decode(twin + "=") == base64.b32decode(text + "=")
        assert refused(twin) is Reason.CODE_UNKNOWN


OTHER_SPELLINGS: dict[str, Callable[[str], str]] = {
    "with padding": lambda text: text + "=",
    "with a blank before": lambda text: " " + text,
    "with a blank after": lambda text: text + " ",
    "with a line end": lambda text: text + "\n",
    "with a hyphen": lambda text: text[:4] + "-" + text[4:],
    "a character short": lambda text: text[:-1],
    "a character long": lambda text: text + "A",
    "the last one a padding": lambda text: text[:-1] + "=",
    "nothing": lambda text: "",
    "full width": lambda text: "".join(chr(ord(each) + 0xFEE0) for each in text),
    "a NUL at the end": lambda text: text[:-1] + "\0",
    "a lone surrogate": lambda text: text[:-1] + "\ud800",
    "twice": lambda text: text + text,
}


@pytest.mark.parametrize("respell", OTHER_SPELLINGS.values(), ids=OTHER_SPELLINGS)
def test_a_code_has_no_other_spelling(respell: Callable[[str], str]) -> None:
    assert refused(respell(live_code(HANDLE, NOW, RING))) is Reason.CODE_UNKNOWN


LOOKALIKES = {
    "dotless i, whose capital is I": ("I", "ı"),
    "long s, whose capital is S": ("S", "ſ"),
    "sharp s, whose capital is SS": ("SS", "ß"),
    "the ligature fi, whose capital is FI": ("FI", "ﬁ"),
    "a zero for O": ("O", "0"),
    "a one for I": ("I", "1"),
    "a one for L": ("L", "1"),
    "an eight for B": ("B", "8"),
    "the Kelvin sign for K": ("K", "\u212a"),
}


@pytest.mark.parametrize("right, wrong", LOOKALIKES.values(), ids=LOOKALIKES)
def test_characters_that_only_look_or_grow_alike_are_no_second_spelling(right: str, wrong: str) -> None:
    codes = (written(Code(Purpose.LIVE, HANDLE, step), RING) for step in range(STEP, STEP + 5000))
    text = next(text for text in codes if right in text)
    assert refused(text.replace(right, wrong, 1)) is Reason.CODE_UNKNOWN
    assert refused(text.lower().replace(right.lower(), wrong, 1)) is Reason.CODE_UNKNOWN


def test_a_code_of_another_master_secret_or_deployment_is_unknown() -> None:
    text = live_code(HANDLE, NOW, RING)
    assert refused(text, Keyring(secrets=((0, OTHER_SECRET),), deployment=DEPLOYMENT)) is Reason.CODE_UNKNOWN
    assert refused(text, Keyring(secrets=((0, SECRET),), deployment=b"elsewhere")) is Reason.CODE_UNKNOWN


def test_the_mac_of_one_purpose_does_not_serve_another() -> None:
    live, printed = payload(1, HANDLE, 0), payload(2, HANDLE, 0)
    assert live[9:] != printed[9:]
    assert refused(spelled(printed[:9] + live[9:])) is Reason.CODE_UNKNOWN
    assert refused(spelled(live[:9] + printed[9:])) is Reason.CODE_UNKNOWN


@pytest.mark.parametrize("first", [0, 1 << 3, 1 << 3 | 4, 1 << 3 | 7, 2 << 3 | 1, 7 << 3 | 1])
def test_a_format_or_purpose_that_nobody_knows_is_unknown_though_its_mac_is_right(first: int) -> None:
    head = bytes([first]) + HANDLE + STEP.to_bytes(4, "big")
    mac = hmac.new(display_key(first & 7, HANDLE), b"fifty-hours/code/1" + head, "sha256").digest()
    assert refused(spelled(head + mac[:10])) is Reason.CODE_UNKNOWN


# --- Generations of the master secret ---------------------------------------------------------------


def test_a_new_master_secret_does_not_kill_posters_at_once() -> None:
    poster = printed_code(HANDLE, RING)
    both = Keyring(secrets=((0, SECRET), (1, OTHER_SECRET)), deployment=DEPLOYMENT)
    assert read(poster, both).generation == 0
    assert read(printed_code(HANDLE, both), both).generation == 1
    assert printed_code(HANDLE, both) != poster


def test_a_generation_that_is_no_longer_held_is_unknown() -> None:
    poster = printed_code(HANDLE, RING)
    assert (
        refused(poster, Keyring(secrets=((1, OTHER_SECRET),), deployment=DEPLOYMENT)) is Reason.CODE_UNKNOWN
    )


def test_nobody_can_write_codes_of_a_generation_without_its_secret() -> None:
    with pytest.raises(ValueError, match="generation 2"):
        written(Code(Purpose.LIVE, HANDLE, STEP, generation=2), RING)


@pytest.mark.parametrize("generation", range(4))
def test_there_are_four_generations(generation: int) -> None:
    ring = Keyring(secrets=((generation, SECRET),), deployment=DEPLOYMENT)
    text = live_code(HANDLE, NOW, ring)
    assert text == spelled(payload(1, HANDLE, STEP, generation))
    assert read(text, ring).generation == generation


# --- Freshness --------------------------------------------------------------------------------------

FRESHNESS = {
    "3 steps back": (-3, None),
    "4 steps back": (-4, Reason.CODE_EXPIRED),
    "now": (0, None),
    "2 steps ahead": (2, None),
    "3 steps ahead": (3, Reason.CODE_FROM_FUTURE),
    "a day back": (-5760, Reason.CODE_EXPIRED),
    "a day ahead": (5760, Reason.CODE_FROM_FUTURE),
    "a poster's step": (-STEP, Reason.CODE_EXPIRED),
}


@pytest.mark.parametrize("steps, reason", FRESHNESS.values(), ids=FRESHNESS)
def test_a_live_code_is_good_from_3_steps_back_to_2_ahead(steps: int, reason: Reason | None) -> None:
    if reason is None:
        check_fresh(STEP + steps, NOW)
        return
    with pytest.raises(Refusal) as caught:
        check_fresh(STEP + steps, NOW)
    assert caught.value.reason is reason


AGES = {
    "59 seconds after its start": (59, True),
    "60 seconds after its start": (60, False),
    "30 seconds before its start": (-30, True),
    "31 seconds before its start": (-31, False),
}


@pytest.mark.parametrize("seconds, is_fresh", AGES.values(), ids=AGES)
def test_a_code_serves_from_30_seconds_before_its_step_to_59_after(seconds: int, is_fresh: bool) -> None:
    now = datetime.fromtimestamp(STEP * 15 + seconds, UTC)
    if is_fresh:
        check_fresh(STEP, now)
    else:
        with pytest.raises(Refusal):
            check_fresh(STEP, now)


def test_an_offline_code_may_be_old_but_not_from_the_future() -> None:
    check_not_ahead(STEP - 17_280, NOW)
    check_not_ahead(STEP + 2, NOW)
    with pytest.raises(Refusal) as caught:
        check_not_ahead(STEP + 3, NOW)
    assert caught.value.reason is Reason.CODE_FROM_FUTURE


# --- The typed code -----------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", range(-3, 3))
def test_a_typed_code_serves_in_the_same_window_as_the_qr(steps: int) -> None:
    assert typed_step(typed_code(HANDLE, STEP + steps, RING), HANDLE, NOW, RING) == STEP + steps


@pytest.mark.parametrize("steps", [-5, -4, 3, 4])
def test_a_typed_code_out_of_the_window_is_none(steps: int) -> None:
    assert typed_step(typed_code(HANDLE, STEP + steps, RING), HANDLE, NOW, RING) is None


def test_a_typed_code_belongs_to_one_display() -> None:
    assert typed_step(typed_code(OTHER_HANDLE, STEP, RING), HANDLE, NOW, RING) is None


NOT_TYPED_CODES = {
    "nothing": "",
    "seven digits": "1234567",
    "letters": "abcdefgh",
    "full-width digits": "１２３４５６７８",
    "Arabic digits": "١٢٣٤٥٦٧٨",
    "a lone surrogate": "1234567\ud800",
    "NUL": "\0" * 8,
    "very long": "1" * 10_000,
}


@pytest.mark.parametrize("digits", NOT_TYPED_CODES.values(), ids=NOT_TYPED_CODES)
def test_what_is_not_eight_digits_is_no_typed_code_and_no_error(digits: str) -> None:
    assert typed_step(digits, HANDLE, NOW, RING) is None


@thorough
@given(st.binary(min_size=4, max_size=4), st.integers(0, 2**32 - 1))
def test_a_typed_code_is_always_eight_digits(handle: bytes, step: int) -> None:
    digits = typed_code(handle, step, RING)
    assert len(digits) == 8
    assert digits.isascii()
    assert digits.isdigit()


def test_leading_zeros_are_kept() -> None:
    digits = next(
        digits for step in range(STEP, STEP + 1000) if (digits := typed_code(HANDLE, step, RING))[0] == "0"
    )
    assert len(digits) == 8


def test_typed_codes_cannot_be_made_without_a_key() -> None:
    with pytest.raises(IndexError):
        typed_code(HANDLE, STEP, Keyring(secrets=(), deployment=DEPLOYMENT))
