"""Pictures that people send: known by their content, not by their name, and drawn anew before they are kept.

What is kept is a smaller picture without places, devices, names or anything else that rode along.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageOps

from volunteer.rules.photos import LONGEST_SIDE, MOST_PIXELS, MOST_PIXELS_JPEG, Picture
from volunteer.rules.reasons import Reason, Refusal

# MPO is a JPEG that carries a second picture, as some phones take them.
_JPEG = frozenset({"JPEG", "MPO"})
_TAKEN = ("JPEG", "PNG", "WEBP")
_BEGINS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
# What other programs would read in the same bytes.
_ALSO = (b"%pdf-", b"<script", b"<html", b"<?php", b"<!doctype", b"<svg")
_QUALITY = 80
_SPOILT = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
    Warning,
)


def cleaned(content: bytes, zone: ZoneInfo) -> Picture:
    """Return the picture drawn anew, with the time that the camera wrote into the file.

    Its size is looked at before a pixel is decoded, so a small file cannot unfold into a large one.

    Args:
        zone: Of a time without an offset, which is how most cameras write it.

    Raises:
        Refusal: ``WRONG_TYPE``: no picture, or something else as well; ``TOO_LARGE``: too many pixels.
    """
    if not content.startswith(_BEGINS) or _is_also_something_else(content):
        raise Refusal(Reason.WRONG_TYPE, field="photos", case="photo")
    try:
        with Image.open(io.BytesIO(content), formats=_TAKEN) as image:
            _check_pixels(image)
            taken_at = _taken_at(image, zone)
            # JPEG can be decoded at a fraction of its size.
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            drawn = _drawn(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _SPOILT as error:
        raise Refusal(Reason.WRONG_TYPE, field="photos", case="photo") from error
    kept = io.BytesIO()
    drawn.save(kept, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(
        content=kept.getvalue(),
        digest=hashlib.sha256(content).hexdigest(),
        width=drawn.width,
        height=drawn.height,
        taken_at=taken_at,
    )


def _is_also_something_else(content: bytes) -> bool:
    lowered = content.lower()
    return any(mark in lowered for mark in _ALSO) or zipfile.is_zipfile(io.BytesIO(content))


def _check_pixels(image: Image.Image) -> None:
    most = MOST_PIXELS_JPEG if image.format in _JPEG else MOST_PIXELS
    if image.width * image.height > most:
        raise _too_many_pixels()


def _too_many_pixels() -> Refusal:
    return Refusal(Reason.TOO_LARGE, field="photos", case="photo")


def _drawn(image: Image.Image) -> Image.Image:
    """Return the picture upright, on white, no larger than it has to be, and nothing but its pixels."""
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
    bare = Image.new("RGB", upright.size, "white")
    bare.paste(upright, mask=upright.getchannel("A") if upright.mode == "RGBA" else None)
    return bare


def _taken_at(image: Image.Image, zone: ZoneInfo) -> datetime | None:
    exif = image.getexif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    written = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    offset = details.get(ExifTags.Base.OffsetTimeOriginal)
    try:
        taken = datetime.strptime(str(written).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        return None
    try:
        return datetime.strptime(f"{taken:%Y-%m-%d %H:%M:%S} {offset}", "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return taken
