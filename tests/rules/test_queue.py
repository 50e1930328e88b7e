"""A phone's queue: what is signed, and what its order tells."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest

from volunteer.rules.kinds import Side
from volunteer.rules.queue import Break, Entry, QueueEnd, break_before, end_after

FIFTH = Entry(
    client_ref="r5",
    code="A" * 31,
    action=Side.IN,
    post_id=7,
    takes_next=True,
    device="0a0b0c0d",
    member="2023010001",
    seq=5,
    previous="P" * 43,
    phone_at_ms=1_773_622_800_000,
    monotonic_ms=12,
    signature=None,
)
SEEN = QueueEnd(4, "P" * 43)


def test_a_phone_signs_one_line_a_field() -> None:
    assert FIFTH.signed_text == (
        f"fifty-hours/queued-scan/1\nr5\n{'A' * 31}\nin\n7\n1\n"
        f"0a0b0c0d\n2023010001\n5\n{'P' * 43}\n1773622800000\n12"
    )


def test_what_is_not_there_is_an_empty_line() -> None:
    bare = replace(FIFTH, action=None, post_id=None, takes_next=False, device=None, previous="")
    assert bare.signed_text.split("\n")[3:7] == ["", "", "0", ""]
    assert bare.signed_text.split("\n")[9] == ""


def test_the_next_entry_names_this_one_by_the_digest_of_what_was_signed() -> None:
    digest = hashlib.sha256(FIFTH.signed_text.encode()).digest()
    assert FIFTH.digest == urlsafe_b64encode(digest).decode().rstrip("=")
    assert len(FIFTH.digest) == 43


BREAKS = {
    "the next one": (SEEN, None),
    "the first of a queue that nothing is known of": (QueueEnd(), Break.GAP),
    "one is missing": (QueueEnd(3, "P" * 43), Break.GAP),
    "the next number, but it follows another entry": (QueueEnd(4, "Q" * 43), Break.FORK),
    "the last one again": (QueueEnd(5, FIFTH.digest), None),
    "another one of the last number": (QueueEnd(5, "Q" * 43), Break.FORK),
    "of a number long passed": (QueueEnd(9, "Q" * 43), Break.FORK),
}


@pytest.mark.parametrize(("end", "found"), BREAKS.values(), ids=BREAKS)
def test_break_before(end: QueueEnd, found: Break | None) -> None:
    assert break_before(FIFTH, end) is found


def test_the_first_entry_follows_nothing() -> None:
    assert break_before(replace(FIFTH, seq=1, previous=""), QueueEnd()) is None
    assert break_before(replace(FIFTH, seq=1), QueueEnd()) is Break.FORK


def test_the_end_goes_forward_only() -> None:
    assert end_after(FIFTH, SEEN) == QueueEnd(5, FIFTH.digest)
    assert end_after(FIFTH, QueueEnd(5, "Q" * 43)) == QueueEnd(5, "Q" * 43)
    assert end_after(FIFTH, QueueEnd(6, "Q" * 43)) == QueueEnd(6, "Q" * 43)
