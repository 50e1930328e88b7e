"""Settings come from ``VOLUNTEER_*`` alone, and a weak secret stops the start."""

import dataclasses
import re
import stat
from datetime import date
from pathlib import Path

import pytest

from tests.engines import fixed_settings
from volunteer.config import BadSetting, Settings, load_settings, scratch_settings, shipped

STRONG = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2
GIVEN = {"VOLUNTEER_SECRET_KEY": STRONG, "VOLUNTEER_MASTER_SECRET": STRONG}


def test_two_secrets_are_enough_to_start() -> None:
    settings = load_settings(GIVEN)
    assert settings.secret_key == STRONG
    assert settings.master_secret == STRONG
    assert settings.database_url.startswith("sqlite:///")
    assert settings.time_zone == "Asia/Shanghai"
    assert not settings.is_demo


def test_a_variable_of_somebody_else_changes_nothing() -> None:
    assert load_settings(
        GIVEN | {"DATABASE_URL": "sqlite:///elsewhere", "TIME_ZONE": "UTC"}
    ) == load_settings(GIVEN)


@pytest.mark.parametrize("name", ["SECRET_KEY", "MASTER_SECRET"])
def test_a_missing_secret_stops_the_start_and_says_how_to_make_one(name: str) -> None:
    given = {key: value for key, value in GIVEN.items() if key != f"VOLUNTEER_{name}"}
    with pytest.raises(BadSetting, match=rf"VOLUNTEER_{name} is not set.*token_hex"):
        load_settings(given)


REFUSED = {
    "a secret of 31 characters": ("SECRET_KEY", STRONG[:31], "too weak"),
    "a long secret of few characters": ("SECRET_KEY", "abcdefg" * 10, "too weak"),
    "an empty secret": ("SECRET_KEY", "", "too weak"),
    "a master secret of 31 bytes": ("MASTER_SECRET", STRONG[:62], "too weak"),
    "a master secret that is not hexadecimal": ("MASTER_SECRET", "g" * 64, "hexadecimal"),
    "a short old master secret": ("OLD_MASTER_SECRETS", f"0:{STRONG[:62]}", "too weak"),
    "an old master secret without its number": ("OLD_MASTER_SECRETS", STRONG, "hexadecimal"),
    "a generation above 3": ("MASTER_SECRET_GENERATION", "4", "from 0 to 3"),
    "a negative generation": ("MASTER_SECRET_GENERATION", "-1", "from 0 to 3"),
    "six proxies": ("TRUSTED_PROXIES", "6", "from 0 to 5"),
    "a word for a number": ("TRUSTED_PROXIES", "one", "from 0 to 5"),
    "a zone that is none": ("TIME_ZONE", "Asia/Shangai", "not an IANA zone"),
    "a path for a zone": ("TIME_ZONE", "../etc/passwd", "not an IANA zone"),
    "an address without a scheme": ("PUBLIC_URL", "hours.example.edu.cn", "http"),
    "a token of 31 characters": ("METRICS_TOKEN", STRONG[:31], "too weak"),
    "a channel that apprise does not know": ("NOTIFY_URLS", "nonsense://x", "none that apprise knows"),
    "a mail server that is none": ("MAIL_URL", "json://127.0.0.1", "mailto"),
    "an address of another kind": ("PUBLIC_URL", "ftp://hours.example.edu.cn", "http"),
}


@pytest.mark.parametrize(("name", "value", "says"), REFUSED.values(), ids=REFUSED)
def test_a_setting_that_makes_no_sense_stops_the_start(name: str, value: str, says: str) -> None:
    with pytest.raises(BadSetting, match=says) as raised:
        load_settings(GIVEN | {f"VOLUNTEER_{name}": value})
    assert "VOLUNTEER_" in str(raised.value)


TAKEN = {
    "a secret of 32 characters": ("SECRET_KEY", STRONG[:32]),
    "a master secret of 32 bytes": ("MASTER_SECRET", STRONG[:64]),
    "generation 3": ("MASTER_SECRET_GENERATION", "3"),
    "a token of 32 characters": ("METRICS_TOKEN", STRONG[:32]),
    "five proxies": ("TRUSTED_PROXIES", "5"),
    "an old master secret": ("OLD_MASTER_SECRETS", f"1:{STRONG}"),
    "another zone": ("TIME_ZONE", "Asia/Urumqi"),
}


@pytest.mark.parametrize(("name", "value"), TAKEN.values(), ids=TAKEN)
def test_a_setting_at_its_bound_is_taken(name: str, value: str) -> None:
    assert str(getattr(load_settings(GIVEN | {f"VOLUNTEER_{name}": value}), name.lower())) == value


def test_the_readme_lists_every_setting_and_no_other() -> None:
    readme = (shipped("tests").parent / "README.md").read_text(encoding="utf-8")
    listed = {
        name
        for line in readme.splitlines()
        if line.startswith("| `VOLUNTEER_")
        for name in re.findall(r"VOLUNTEER_(\w+)", line.split("|")[1])
    }
    in_files = {"secret_key_file", "master_secret_file", "metrics_token_file"}
    in_files |= {"notify_urls_file", "mail_url_file"}
    fields = {field.name.replace("is_demo", "demo") for field in dataclasses.fields(Settings)}
    assert {name.lower() for name in listed} == fields | in_files


def test_a_refusal_never_shows_a_secret() -> None:
    secret = "hunter2hunter2"
    with pytest.raises(BadSetting) as raised:
        load_settings(GIVEN | {"VOLUNTEER_SECRET_KEY": secret})
    assert secret not in str(raised.value)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{STRONG}\n", encoding="utf-8")
    given = {"VOLUNTEER_SECRET_KEY_FILE": str(path), "VOLUNTEER_MASTER_SECRET_FILE": str(path)}
    assert load_settings(given).secret_key == STRONG


def test_a_demo_makes_up_its_secrets_once_for_its_eyes_only(tmp_path: Path) -> None:
    given = {"VOLUNTEER_STATE_DIR": str(tmp_path / "state")}
    first = load_settings(given, is_demo=True)
    assert first.is_demo
    assert first.secret_key != first.master_secret
    assert load_settings(given, is_demo=True) == first
    for path in (tmp_path / "state").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_cookies_may_say_secure_only_over_tls() -> None:
    assert fixed_settings(public_url="https://hours.example.edu.cn").is_https
    assert not fixed_settings(public_url="http://localhost:8000").is_https


def test_the_last_slash_of_the_address_is_dropped() -> None:
    settings = load_settings(GIVEN | {"VOLUNTEER_PUBLIC_URL": "https://hours.example.edu.cn/"})
    assert settings.public_url == "https://hours.example.edu.cn"


def test_the_newest_master_secret_makes_the_codes_and_old_ones_are_kept() -> None:
    older = "ab" * 32
    given = {"VOLUNTEER_MASTER_SECRET_GENERATION": "1", "VOLUNTEER_OLD_MASTER_SECRETS": f"0:{older}"}
    keyring = load_settings(GIVEN | given).keyring
    assert keyring.secrets == ((0, bytes.fromhex(older)), (1, bytes.fromhex(STRONG)))


def test_the_campus_knows_the_published_workdays() -> None:
    is_workday = fixed_settings().campus.published_workdays
    assert is_workday(date(2026, 10, 1)) is False, "National Day"
    assert is_workday(date(2026, 10, 10)) is True, "a Saturday that makes up for it"
    assert is_workday(date(2099, 1, 5)) is None, "a year that nobody has published"


def test_scratch_settings_differ_in_their_secret_key_each_time() -> None:
    assert scratch_settings().secret_key != scratch_settings().secret_key


def test_the_shipped_folders_are_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (shipped("migrations") / "env.py").is_file()
