"""Static files and their addresses, which change with the content, so that a phone may keep them for good.

Scripts import each other by relative paths. So all of them, with the libraries that they stand on, have one
version together, in the path: a page never mixes the scripts of two versions.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from whitenoise import WhiteNoise

from volunteer.config import shipped

ROOT = shipped("static") / "pwa"
# Folders whose files import each other.
SCRIPTS = ("modules", "vendor")
_RUNS = frozenset({".js", ".wasm"})


def asset(name: str) -> str:
    """Return the address of a static file."""
    if name.split("/", 1)[0] in SCRIPTS:
        return f"/static/{scripts_version()}/{name}"
    return f"/static/{name}?v={_digest_of(ROOT / name)}"


def scripts(*folders: str) -> list[str]:
    """Return the names of all scripts and of what they load, in one order; or those of some folders."""
    found = (path for folder in folders or SCRIPTS for path in (ROOT / folder).rglob("*"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found if path.suffix in _RUNS)


@lru_cache(maxsize=8)
def scripts_version(*folders: str) -> str:
    """Return what changes when any script does, or any of some folders."""
    digest = hashlib.sha256()
    for name in scripts(*folders):
        digest.update(name.encode() + b"\0" + hashlib.sha256((ROOT / name).read_bytes()).digest())
    return digest.hexdigest()[:12]


def serve_scripts(server: WhiteNoise) -> None:
    """Serve the scripts also where their version stands in the path."""
    for folder in SCRIPTS:
        if (ROOT / folder).is_dir():
            server.add_files(str(ROOT / folder), prefix=f"static/{scripts_version()}/{folder}")


def is_versioned(_path: str, url: str) -> bool:
    """Whether what stands at *url* can never change."""
    return url.startswith(f"/static/{scripts_version()}/")


@lru_cache(maxsize=256)
def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else "0"
