"""What makes the site work without network: the worker behind the pages, and the pages that it keeps.

The pages here hold nothing personal, so that every phone may keep them. What is personal and kept (home and
records as they were last seen) the worker takes from the pages themselves, and lets go of at the sign-out.
"""

import hashlib
import json
from functools import lru_cache

from flask import Blueprint, Response, render_template, request

from volunteer.web import access, language
from volunteer.web.assets import ROOT, asset, scripts, scripts_version

bp = Blueprint("pwa", __name__)
SHELL_PAGES = {
    "/offline": "shared/offline.html",
    "/scan/offline": "scan/offline.html",
    "/display": "display/screen.html",
    "/pass": "student/pass.html",
    "/passes/offline": "leader/passes_offline.html",
    "/verify": "verify/verify.html",
}
SHELL_FILES = ("css/app.css", "css/scan.css", "icon.svg", "icons/192.png", "manifest.webmanifest")


@bp.get("/sw.js")
@access.public
def worker() -> Response:
    """Return the worker and what it keeps. As a module it can also send what waits in the outbox.

    Browsers that know no modules there ask with ``plain``, and their pages send.
    """
    source = (ROOT / "sw.js").read_text(encoding="utf-8")
    head = f"self.SHELL = {json.dumps(_shell(language.chosen()))};\n"
    if "plain" not in request.args:
        sending = f'import {{ flushNow as send }} from "{asset("modules/sync.js")}";\nself.flushNow = send;\n'
        head = sending + head
    answer = Response(head + source, content_type="text/javascript; charset=utf-8")
    # Asked for again and again: only so does a phone learn of a new version.
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/offline")
@access.public
def offline() -> str:
    """Say that there is no network, and what works all the same."""
    return _shell_page("/offline")


@bp.get("/scan/offline")
@access.public
def offline_scan() -> str:
    """Show the scanner, for when there is no network."""
    return _shell_page("/scan/offline")


@bp.get("/display")
@access.public
def display() -> str:
    """Show the code of the display that this browser is; which one, only its script asks."""
    return _shell_page("/display")


@bp.get("/pass")
@access.public
def own_pass() -> str:
    """Show the member's own code, made by her phone."""
    return _shell_page("/pass")


@bp.get("/passes/offline")
@access.public
def offline_passes() -> str:
    """Show the keeper's scanner of members' own codes, for when there is no network."""
    return _shell_page("/passes/offline")


@bp.get("/verify")
@access.public
def verify() -> str:
    """Show the page that judges certificates by itself: keys and rules are in it."""
    return _shell_page("/verify")


@lru_cache(maxsize=8)
def _shell(_language: str) -> dict[str, object]:
    """Return the version and the addresses of what works without network; both depend on the language."""
    files = [asset(name) for name in (*SHELL_FILES, *scripts("modules"))]
    libraries = {
        "version": scripts_version("vendor"),
        "files": [asset(name) for name in scripts("vendor")],
    }
    pages = "".join(_shell_page(path) for path in SHELL_PAGES)
    source = (ROOT / "sw.js").read_bytes()
    version = hashlib.sha256("\n".join([*files, str(libraries), pages]).encode() + source).hexdigest()[:12]
    return {"version": version, "files": files, "pages": list(SHELL_PAGES), "libraries": libraries}


def _shell_page(path: str) -> str:
    return render_template(SHELL_PAGES[path], is_shell=True)
