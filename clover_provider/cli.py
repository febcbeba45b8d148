"""The command `clover`: one door to what the installed packages offer."""

import sys
from importlib.metadata import EntryPoint, entry_points, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

GROUP = "clover.commands"
_NEED_CLICK = "The command needs more packages: pip install 'clover-provider[cli]'"


def main() -> None:
    """Run the command line; without click, say how to get it."""
    try:
        import click  # noqa: F401 - looked for here, used below
    except ImportError:
        sys.exit(_NEED_CLICK)
    build()()


def build() -> "click.Group":
    """The command with all its subcommands, those of other packages included."""
    import click

    from clover_provider import commands

    group = click.Group(
        "clover", help="Clover payments: a simulator, a demo shop, a doctor."
    )
    click.version_option(version("clover-provider"), prog_name="clover")(group)
    for command in (commands.doctor, commands.plugins, commands.oauth_url):
        group.add_command(command)
    for found in entry_points(group=GROUP):
        group.add_command(_load(found), found.name)
    return group


def _load(found: EntryPoint) -> "click.Command":
    """The command, or one that says what it lacks."""
    import click

    try:
        command = found.load()
    except ImportError as error:
        missing = error.name or str(error)

        def explain() -> None:
            raise click.ClickException(
                f"{found.name} needs {missing}: pip install "
                f"'clover-provider[{_EXTRAS.get(found.name, 'cli')}]'"
            )

        return click.Command(
            found.name,
            callback=explain,
            help="Not installed; run it to learn what is missing.",
        )
    if not isinstance(command, click.Command):
        raise click.ClickException(f"{found.value} is no click command")
    return command


_EXTRAS = {"simulate": "simulator", "demo": "demo"}
