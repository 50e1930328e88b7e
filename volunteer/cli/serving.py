"""``volunteer serve`` and ``volunteer demo``: gunicorn with the project's settings."""

import gc
import os
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import click
import qrcode
from gunicorn.app.base import BaseApplication

from volunteer import create_app
from volunteer.cli.tls import adhoc_certificate, lan_address
from volunteer.config import BadSetting, Settings, load_settings
from volunteer.migrate import is_current, upgrade


class Server(BaseApplication):
    """Gunicorn around the application, configured here and nowhere else."""

    def __init__(self, settings: Settings, options: dict[str, object]) -> None:
        self.settings = settings
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options as they are."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application; each worker makes its own."""
        return create_app(self.settings)


def _where(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say where to serve, with which certificate."""
    for option in (
        click.option(
            "--tls-adhoc", is_flag=True, help="HTTPS with a certificate made here, for a first try."
        ),
        click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64)),
        click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535)),
        click.option("--host", help="127.0.0.1 by default; with --tls-adhoc every address."),
    ):
        command = option(command)
    return command


@click.command()
@_where
def serve(host: str | None, port: int, workers: int, *, tls_adhoc: bool) -> None:
    """Serve the application. Two threads a worker: more fight over the interpreter."""
    settings = settings_or_exit()
    begin_metrics(settings.state_dir)
    if tls_adhoc:
        settings = _for_phones(settings, port)
    run(settings, _host(host, tls_adhoc=tls_adhoc), port, workers, tls=_tls(settings) if tls_adhoc else {})


@click.command()
@_where
def demo(host: str | None, port: int, workers: int, *, tls_adhoc: bool) -> None:
    """Fill the demo college if the database is empty, add today's shifts, and serve it."""
    from volunteer.demo import fill_or_refresh

    settings = settings_or_exit(is_demo=True)
    host = _host(host, tls_adhoc=tls_adhoc)
    check_port(host, port)
    if tls_adhoc:
        settings = _for_phones(settings, port)
    elif "VOLUNTEER_PUBLIC_URL" not in os.environ:
        settings = replace(settings, public_url=f"http://localhost:{port}")
    begin_metrics(settings.state_dir)
    upgrade(settings.database_url)
    logins = fill_or_refresh(settings)
    click.echo(f"\nFifty Hours (五十小时): {settings.public_url}\n")
    click.echo("Demo logins, one a role; the password of each is the same as its login:")
    for face in logins:
        click.echo(f"  {face.role:<14} {face.login:<16} {face.name}")
    click.echo("\nThe sign-in page offers one button for each. Stop with Ctrl+C.\n")
    run(settings, host, port, workers, tls=_tls(settings) if tls_adhoc else {})


def _host(host: str | None, *, tls_adhoc: bool) -> str:
    # Meant for phones, it listens on every address: they come by the network.
    return host or (str(IPv4Address(0)) if tls_adhoc else "127.0.0.1")


def _for_phones(settings: Settings, port: int) -> Settings:
    """Return the settings with the address that phones open; one that the environment names stands."""
    if "VOLUNTEER_PUBLIC_URL" in os.environ:
        return settings
    return replace(settings, public_url=f"https://{lan_address()}:{port}")


def _tls(settings: Settings) -> dict[str, object]:
    """Make a certificate and return gunicorn's options for it; say what a phone does and does not get."""
    folder = settings.state_dir / "tls"
    certificate, key, authority = adhoc_certificate(folder, [lan_address()])
    click.echo(
        f"Phones on the same network: {settings.public_url}\n"
        "The certificate was made here. A phone warns of it; go on all the same, and the camera works.\n"
        "To install the application and to scan without network the phone must trust the certificate:\n"
        f"send it {authority} and add it to its trusted authorities.\n"
    )
    return {"certfile": str(certificate), "keyfile": str(key)}


def begin_metrics(state_dir: Path) -> None:
    """Make an empty folder for what workers count, and name it before anything that counts is imported."""
    folder = state_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def set_apart() -> None:
    """Keep what lives as long as the worker out of the collector's way.

    Else half a million objects are gone through whenever pages have left enough behind them, and one page in
    fifteen takes a fifth of a second more.
    """
    gc.collect()
    gc.freeze()


def begin_chores(worker: Any) -> None:
    """Be ready to serve, and let one of the workers do the housekeeping."""
    from volunteer.cli.chores import begin

    set_apart()
    begin(worker.wsgi, worker.app.settings)


def worker_ended(_server: object, worker: Any) -> None:
    """Forget what was live in a worker; what it counted stays."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def settings_or_exit(*, is_demo: bool = False) -> Settings:
    """Return the settings of the environment, or say what is wrong with them and exit with 2."""
    try:
        return load_settings(is_demo=is_demo)
    except BadSetting as error:
        raise click.UsageError(str(error)) from error


def check_port(host: str, port: int) -> None:
    """Say at once, not after a long fill, that somebody else listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"port {port} is taken ({error.strerror}); try --port") from error


def run(
    settings: Settings, host: str, port: int, workers: int, *, tls: Mapping[str, object] | None = None
) -> None:
    """Serve until stopped; *tls* are gunicorn's options for a certificate."""
    app = create_app(settings)
    with app.app_context():
        from volunteer.database import db

        if not is_current(db.engine):
            raise click.UsageError(
                "the database is not at the newest revision: run `volunteer migrate` first"
            )
        db.engine.dispose()
    if sys.stdout.isatty():
        _print_qr(settings.public_url)
    options = server_options(host, port, workers) | {"post_worker_init": begin_chores} | dict(tls or {})
    Server(settings, options).run()


def server_options(host: str, port: int, workers: int) -> dict[str, object]:
    """Return gunicorn's options."""
    return {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": 2,
        "worker_class": "gthread",
        "accesslog": None,
        "loglevel": "warning",
        "control_socket_disable": True,
        "child_exit": worker_ended,
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,
    }


def _print_qr(url: str) -> None:
    code = qrcode.QRCode(border=1)
    code.add_data(url)
    code.print_ascii(invert=True)
