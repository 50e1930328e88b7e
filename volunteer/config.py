"""Settings from ``VOLUNTEER_*`` environment variables, read once. A weak secret stops a production start."""

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from volunteer.holidays import published_holiday, published_workday
from volunteer.rules.campus import Campus
from volunteer.rules.codes import Keyring

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
WEAKEST_SECRET_BYTES = 32


class BadSetting(ValueError):
    """A setting that the program must not start with; the message says which and what to do."""


def shipped(folder: str) -> Path:
    """Return a top-level folder of the project: beside the package in a checkout, inside it in a wheel."""
    beside = ROOT / folder
    return beside if beside.is_dir() else PACKAGE / "_shipped" / folder


@dataclass(frozen=True)
class Settings:
    """Everything that differs between deployments. ``VOLUNTEER_`` plus the field's name in capitals sets it.

    Attributes:
        database_url: ``sqlite:///...`` or ``postgresql+psycopg://...``.
        state_dir: Where SQLite files, generated secrets and process files live.
        secret_key: Signs sessions and tickets.
        master_secret: Hex; the keys of all codes are derived from it. Never in the database.
        master_secret_generation: 0 to 3, raised by one with a new master secret.
        old_master_secrets: ``generation:hex`` pairs, comma separated: posters made with them still work.
        deployment_id: Salt of the code keys; two deployments never share codes.
        public_url: What phones open; codes carry it.
        time_zone: IANA name; decides days.
        is_demo: The demo college: one sign-in button a role. Secrets are made up on the first start.
        trusted_proxies: How many reverse proxies in front set X-Forwarded headers.
        retention_years: How long a person who left keeps her name in the records: ten years at least.
        metrics_token: Whoever brings it may read ``/metrics``; without one the page does not exist.
        notify_urls: The college's own channels, as apprise spells them, parted by spaces: a line a day.
        mail_url: The mail server, as apprise spells it: with it people may enter an address of their own.
    """

    database_url: str
    state_dir: Path
    secret_key: str
    master_secret: str
    master_secret_generation: int = 0
    old_master_secrets: str = ""
    deployment_id: str = "fifty-hours"
    public_url: str = "http://localhost:8000"
    time_zone: str = "Asia/Shanghai"
    is_demo: bool = False
    trusted_proxies: int = 0
    retention_years: int = 10
    metrics_token: str = ""
    notify_urls: str = ""
    mail_url: str = ""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The campus zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def keyring(self) -> Keyring:
        """The master secrets that codes may be made with; the newest makes new ones."""
        held = []
        for pair in filter(None, self.old_master_secrets.split(",")):
            generation, _, secret = pair.strip().partition(":")
            held.append((int(generation), bytes.fromhex(secret)))
        held.append((self.master_secret_generation, bytes.fromhex(self.master_secret)))
        return Keyring(secrets=tuple(held), deployment=self.deployment_id.encode())

    @cached_property
    def campus(self) -> Campus:
        """What actions are told about this deployment."""
        return Campus(
            zone=self.zone,
            keyring=self.keyring,
            published_workdays=published_workday,
            published_holidays=published_holiday,
        )

    @property
    def is_https(self) -> bool:
        """Whether phones reach us over TLS, so that cookies may say Secure."""
        return urlsplit(self.public_url).scheme == "https"


def load_settings(environ: Mapping[str, str] = os.environ, *, is_demo: bool = False) -> Settings:
    """Return the settings that *environ* asks for.

    A demo makes up its secrets once and keeps them in ``state_dir``; otherwise both must be given.

    Raises:
        BadSetting: A secret is missing or weak, or a value makes no sense.
    """
    given = {
        name.removeprefix("VOLUNTEER_").lower(): value for name, value in environ.items() if _is_ours(name)
    }
    is_demo = is_demo or given.get("demo", "") == "1"
    state_dir = Path(given.get("state_dir", ROOT / "var"))
    settings = Settings(
        database_url=given.get("database_url", f"sqlite:///{state_dir / 'volunteer.db'}"),
        state_dir=state_dir,
        secret_key=_secret(given, "secret_key", state_dir, is_demo=is_demo),
        master_secret=_secret(given, "master_secret", state_dir, is_demo=is_demo),
        master_secret_generation=_number(given, "master_secret_generation", 0, 3),
        old_master_secrets=given.get("old_master_secrets", ""),
        deployment_id=given.get("deployment_id", Settings.deployment_id),
        public_url=given.get("public_url", Settings.public_url).rstrip("/"),
        time_zone=given.get("time_zone", Settings.time_zone),
        is_demo=is_demo,
        trusted_proxies=_number(given, "trusted_proxies", 0, 5),
        retention_years=_number(given, "retention_years", 10, 100),
        metrics_token=_given(given, "metrics_token") or "",
        notify_urls=_given(given, "notify_urls") or "",
        mail_url=_given(given, "mail_url") or "",
    )
    _check(settings)
    return settings


def scratch_settings(database_url: str = "sqlite://") -> Settings:
    """Return settings for a throw-away database: made-up secrets, nothing read from outside."""
    return Settings(
        database_url=database_url,
        state_dir=ROOT / "var",
        secret_key=secrets.token_hex(WEAKEST_SECRET_BYTES),
        master_secret=hashlib.sha256(b"scratch").hexdigest(),
    )


def _is_ours(name: str) -> bool:
    return name.startswith("VOLUNTEER_")


def _number(given: Mapping[str, str], name: str, low: int, high: int) -> int:
    text = given.get(name, str(low))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadSetting(f"VOLUNTEER_{name.upper()} must be a number from {low} to {high}, not {text!r}")
    return int(text)


def _secret(given: Mapping[str, str], name: str, state_dir: Path, *, is_demo: bool) -> str:
    """Return a secret from the environment, from the file that ``..._FILE`` names, or the demo's own."""
    found = _given(given, name)
    if found is not None:
        return found
    if not is_demo:
        raise BadSetting(
            f"VOLUNTEER_{name.upper()} is not set. Make one with: "
            'python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    path = state_dir / f"demo-{name.replace('_', '-')}"
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(WEAKEST_SECRET_BYTES), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _given(given: Mapping[str, str], name: str) -> str | None:
    """Return a secret from the environment or from the file that ``..._FILE`` names, or None."""
    if name in given:
        return given[name].strip()
    if f"{name}_file" in given:
        return Path(given[f"{name}_file"]).read_text(encoding="utf-8").strip()
    return None


def _check(settings: Settings) -> None:
    if len(settings.secret_key) < WEAKEST_SECRET_BYTES or len(set(settings.secret_key)) < 8:
        raise BadSetting("VOLUNTEER_SECRET_KEY is too weak: give at least 32 random characters")
    if settings.metrics_token and len(settings.metrics_token) < WEAKEST_SECRET_BYTES:
        raise BadSetting("VOLUNTEER_METRICS_TOKEN is too weak: give at least 32 random characters")
    try:
        strong = all(len(secret) >= WEAKEST_SECRET_BYTES for _, secret in settings.keyring.secrets)
    except ValueError as error:
        raise BadSetting(
            "VOLUNTEER_MASTER_SECRET and VOLUNTEER_OLD_MASTER_SECRETS must be hexadecimal"
        ) from error
    if not strong:
        raise BadSetting("VOLUNTEER_MASTER_SECRET is too weak: give at least 64 random hexadecimal digits")
    try:
        _ = settings.zone
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSetting(f"VOLUNTEER_TIME_ZONE: {settings.time_zone!r} is not an IANA zone") from error
    _check_ways_out(settings)
    if urlsplit(settings.public_url).scheme not in ("http", "https"):
        raise BadSetting("VOLUNTEER_PUBLIC_URL must begin with http:// or https://")


def _check_ways_out(settings: Settings) -> None:
    """Refuse an address that apprise does not know, without showing it: it holds a password."""
    if not settings.notify_urls and not settings.mail_url:
        return
    # Only here: it takes most of a second, and most deployments send nothing.
    import apprise

    if not all(map(apprise.Apprise.instantiate, settings.notify_urls.split())):
        raise BadSetting("VOLUNTEER_NOTIFY_URLS: one of the addresses is none that apprise knows")
    if settings.mail_url and urlsplit(settings.mail_url).scheme not in ("mailto", "mailtos"):
        raise BadSetting("VOLUNTEER_MAIL_URL must begin with mailto:// or mailtos://")
    if settings.mail_url and not apprise.Apprise.instantiate(settings.mail_url):
        raise BadSetting("VOLUNTEER_MAIL_URL is no address that apprise knows")
