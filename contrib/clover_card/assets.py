"""The paths of the element's script and style sheet."""

from importlib.metadata import version as distribution_version
from importlib.resources import files
from pathlib import Path


def static_dir() -> Path:
    """The directory to serve, for `STATICFILES_DIRS` or any server of static files.

    The files lie one level down, in `clover_card/`, so their URLs cannot collide with a
    shop's own.
    """
    return Path(str(files("clover_card"))) / "static"


def script_path() -> Path:
    """The file `clover-card.js`, the element itself."""
    return static_dir() / "clover_card" / "clover-card.js"


def stylesheet_path() -> Path:
    """The optional file `clover-card.css`: room before the script runs, dark colours."""
    return static_dir() / "clover_card" / "clover-card.css"


def version() -> str:
    """The version of the distribution that brings the element."""
    return distribution_version("clover-provider")
