"""The same gunicorn around the application or the floor: ``python -m benchmarks.serve floor URL PORT``."""

import sys
from dataclasses import replace
from typing import Any

from benchmarks.floor import create_floor
from benchmarks.in_process import settings_for
from volunteer.cli.serving import Server, run, server_options

HOST = "127.0.0.1"
WORKERS = 2


class FloorServer(Server):
    """The project's server around the floor."""

    def load(self) -> Any:
        return create_floor(self.settings.database_url)


def main(which: str, database_url: str, port: int) -> None:
    settings = replace(settings_for(database_url), public_url=f"http://{HOST}:{port}")
    if which == "app":
        run(settings, HOST, port, WORKERS)
    else:
        FloorServer(settings, server_options(HOST, port, WORKERS)).run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
