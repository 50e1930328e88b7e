"""Small pictures as phones send them, and files that only look like one."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import ExifTags, Image

RED = (200, 30, 30)


def picture(
    kind: str = "JPEG",
    *,
    size: tuple[int, int] = (64, 48),
    taken: str | None = None,
    offset: str | None = None,
    turned: int | None = None,
    mode: str = "RGB",
    **more: Any,
) -> bytes:
    """Return a picture that says where and with what it was taken, and at *taken* if given."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretPhone"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    if turned:
        exif[ExifTags.Base.Orientation] = turned
    details = exif.get_ifd(ExifTags.IFD.Exif)
    if taken:
        details[ExifTags.Base.DateTimeOriginal] = taken
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    file = io.BytesIO()
    Image.new(mode, size, RED if mode == "RGB" else None).save(file, kind, exif=exif, **more)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header promises more pixels than anybody wants to decode."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def with_archive(content: bytes) -> bytes:
    """Return a picture that is an archive at the same time."""
    file = io.BytesIO(content)
    file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("run.sh", "echo")
    return file.getvalue()
