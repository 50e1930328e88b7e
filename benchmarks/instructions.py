"""Instructions of a check-in against those of the floor, by callgrind: repeatable where times are noise.

``python benchmarks/instructions.py [sqlite|postgresql ...]``; by default SQLite alone. Counted is one
process: the work of a PostgreSQL server is not in it.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.databases import pair  # noqa: E402 - after the path is set
from benchmarks.in_process import WARM_UP  # noqa: E402

COUNT = 60
VISITS_EACH = 12
_TOTALS = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("engines", nargs="*", default=["sqlite"])
    asked.add_argument("--keep", type=Path, help="a folder for callgrind's files, to read the profile from")
    chosen = asked.parse_args()
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed")
    lines = []
    for engine in chosen.engines:
        with pair(engine, members=WARM_UP + 3 * COUNT + 1, visits_each=VISITS_EACH) as (app_url, floor_url):
            app = instructions_a_call("app", app_url, chosen.keep)
            floor = instructions_a_call("floor", floor_url, chosen.keep)
        print(f"{engine}: {app:,} instructions a check-in, {floor:,} of the floor")
        lines.append(f"{engine} instructions ratio {app / floor:.2f}")
    print("\n".join(lines))


def instructions_a_call(which: str, database_url: str, keep: Path | None) -> int:
    """Return the instructions of one call: those of 2 N calls less those of N calls, by N."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        command = [
            *("valgrind", "--tool=callgrind", "--dump-before=getppid", f"--callgrind-out-file={folder}/out"),
            *(sys.executable, "-m", "benchmarks.in_process", which, database_url, str(COUNT)),
        ]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        # A dump closes before each mark: 1 set-up, 2 warm-up, 3 between, 4 N calls, 5 between, 6 2 N calls.
        once, twice = _total(folder / "out.4"), _total(folder / "out.6")
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / "out.6", keep / f"callgrind.{which}")
    return (twice - once) // COUNT


def _total(path: Path) -> int:
    found = _TOTALS.search(path.read_text(encoding="utf-8", errors="replace"))
    if found is None:
        raise SystemExit(f"no total in {path.name}")
    return int(found.group(1))


if __name__ == "__main__":
    main()
