"""The command line: ``volunteer COMMAND``. Exit 0: it went well; 1: it did not; 2: a wrong call."""

from importlib import import_module

import click

# Loaded when called: a replay does not wait for the web.
COMMANDS = {
    "backup": "backing:backup",
    "demo": "serving:demo",
    "export": "data:export",
    "grant": "entering:grant",
    "housekeep": "keeping:housekeep",
    "import": "importing:import_",
    "init": "data:init",
    "migrate": "data:migrate",
    "posters": "posters:posters",
    "recount": "data:recount",
    "restore": "backing:restore",
    "replay": "replaying:replay_command",
    "serve": "serving:serve",
    "slip": "entering:slip",
    "token": "data:token",
    "verify-ledger": "keeping:verify_ledger",
}


class Commands(click.Group):
    """The commands by name, each imported on its first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None for a name that is not ours."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"volunteer.cli.{module}"), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="volunteer")
def main() -> None:
    """Fifty Hours (五十小时): volunteer hours that explain themselves."""
