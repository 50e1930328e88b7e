"""Pictures are known by their content and drawn anew: nothing rides along, and nothing else is taken."""

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.pictures import bomb, picture, with_archive
from volunteer.photos import cleaned
from volunteer.rules.photos import LONGEST_SIDE
from volunteer.rules.reasons import Reason, Refusal

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_as_a_jpeg_with_nothing_but_its_pixels(kind: str) -> None:
    kept = cleaned(picture(kind, taken="2026:03:16 09:30:00"), ZONE)
    with Image.open(io.BytesIO(kept.content)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (64, 48), {})
    assert b"SecretPhone" not in kept.content
    assert kept.taken_at == datetime(2026, 3, 16, 1, 30, tzinfo=UTC)


def test_a_camera_that_names_its_offset_is_believed_about_it() -> None:
    kept = cleaned(picture(taken="2026:03:16 09:30:00", offset="+09:00"), ZONE)
    assert kept.taken_at == datetime(2026, 3, 16, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("taken", [None, "0000:00:00 00:00:00", "yesterday"])
def test_a_picture_without_a_time_that_is_one_carries_none(taken: str | None) -> None:
    assert cleaned(picture(taken=taken), ZONE).taken_at is None


def test_a_large_picture_is_kept_smaller_and_a_lying_one_upright() -> None:
    kept = cleaned(picture(size=(3200, 800), turned=6), ZONE)
    assert (kept.width, kept.height) == (LONGEST_SIDE // 4, LONGEST_SIDE)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_whatever_the_colours_are_written_as_it_is_drawn(mode: str) -> None:
    assert cleaned(picture("PNG", mode=mode), ZONE).width == 64


def test_what_is_clear_becomes_white() -> None:
    kept = cleaned(picture("PNG", mode="RGBA"), ZONE)
    with Image.open(io.BytesIO(kept.content)) as image:
        assert image.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"GIF89a" + bytes(50),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0" + bytes(2000),
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture()[:-40],
        picture("PNG")[:60],
    ],
    ids=["nothing", "pdf", "gif", "only a beginning", "zeros", "a sound", "svg", "cut off", "cut off png"],
)
def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        cleaned(content, ZONE)
    assert refused.value.reason is Reason.WRONG_TYPE


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"%PDF-1.7", b"<?php echo 1;", b"<HTML>"])
def test_what_is_something_else_at_the_same_time_is_refused(tail: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        cleaned(picture() + tail, ZONE)
    assert refused.value.reason is Reason.WRONG_TYPE


def test_an_archive_behind_a_picture_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        cleaned(with_archive(picture()), ZONE)
    assert refused.value.reason is Reason.WRONG_TYPE


@pytest.mark.parametrize("size", [(10_000, 10_000), (65_000, 65_000), (4001, 4000)])
def test_a_picture_of_too_many_pixels_is_refused_before_one_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(Refusal) as refused:
        cleaned(bomb(*size), ZONE)
    assert refused.value.reason is Reason.TOO_LARGE


def test_sixteen_million_pixels_are_not_too_many() -> None:
    with pytest.raises(Refusal) as refused:
        cleaned(bomb(4000, 4000), ZONE)
    # It promises more than it holds.
    assert refused.value.reason is Reason.WRONG_TYPE
