"""The command `clover`, with the subcommands of all installed packages."""

import sys
from importlib.metadata import EntryPoint, entry_points, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

GROUP = "clover.commands"
_NEED_MORE = "The command needs more packages: pip install 'clover-provider[cli]'"
_USAGE = 2
_EXTRAS = {"simulate": "simulator", "demo": "demo", "graphql-schema": "graphql"}
"""Which extra brings what a command of this distribution needs."""


def main() -> None:
    """Run the command line; without click and rich, say how to get them."""
    try:
        import click  # noqa: F401 - looked for here, used below
        import rich  # noqa: F401 - the same
    except ImportError:
        print(_NEED_MORE, file=sys.stderr)
        sys.exit(_USAGE)
    build()()


def build() -> "click.Group":
    """The command with all its subcommands, those of other packages included."""
    import click

    from clover_provider.cli import commands, ledger_commands

    group = click.Group(
        "clover",
        help="Clover payments: a simulator, a demo, a doctor, recovery, reconciliation.",
    )
    click.version_option(version("clover-provider"), prog_name="clover")(group)
    for found in entry_points(group=GROUP):
        group.add_command(_load(found), found.name)
    # Last: another package must not put itself in place of the doctor.
    for command in (
        commands.doctor,
        commands.plugins,
        commands.oauth_url,
        ledger_commands.recover,
        ledger_commands.reconcile,
    ):
        group.add_command(command)
    return group


def _load(found: EntryPoint) -> "click.Command":
    """The command; without its packages, one that says which extra to install."""
    import click

    try:
        command = found.load()
    except ImportError as error:
        return _unavailable(found.name, f"needs {error.name or error}")
    except AttributeError:
        return _unavailable(found.name, f"is not where it should be, {found.value}")
    if not isinstance(command, click.Command):
        return _unavailable(found.name, f"is no click command, see {found.value}")
    return _explained(found.name, command)


def _explained(name: str, command: "click.Command") -> "click.Command":
    """The command; one that imports its packages when it runs names the lacking one."""
    import click

    call = command.callback

    def run(*arguments: object, **options: object) -> object:
        try:
            return call(*arguments, **options) if call else None
        except ModuleNotFoundError as error:
            raise click.ClickException(_lack(name, f"needs {error.name}")) from error

    command.callback = run
    return command


def _unavailable(name: str, why: str) -> "click.Command":
    import click

    def explain() -> None:
        raise click.ClickException(_lack(name, why))

    return click.Command(
        name,
        callback=explain,
        help="Not available; run it to learn what is missing.",
        # The options of the command that is not there are not known here.
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )


def _lack(name: str, why: str) -> str:
    extra = _EXTRAS.get(name)
    remedy = (
        f"pip install 'clover-provider[{extra}]'"
        if extra
        else "install what it needs, or ask those who made it"
    )
    return f"{name} {why}: {remedy}"
