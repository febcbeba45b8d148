"""`clover card-package`; needs click."""

from pathlib import Path

import click


@click.command("card-package")
@click.argument(
    "folder", type=click.Path(file_okay=False, writable=True, path_type=Path)
)
def card_package(folder: Path) -> None:
    """Write the card element as an npm package into FOLDER."""
    from clover_card.npm_package import write_package

    package = write_package(folder)
    click.echo(f"{package}: npm install {package}")
