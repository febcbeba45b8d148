"""The element as an npm package, for storefronts that bundle: the same files, laid out."""

import json
import re
import shutil
from pathlib import Path

from clover_card.assets import script_path, stylesheet_path, version

NAME = "clover-card"
_TYPES = "clover-card.d.ts"


def write_package(folder: Path) -> Path:
    """The folder `clover-card` in `folder`: what `npm install ./clover-card` takes.

    What an earlier version wrote there is replaced.

    Raises:
        OSError: the folder cannot be written.
    """
    package = folder / NAME
    package.mkdir(parents=True, exist_ok=True)
    shutil.copy(script_path(), package)
    shutil.copy(stylesheet_path(), package)
    shutil.copy(Path(__file__).with_name(_TYPES), package)
    (package / "package.json").write_text(
        json.dumps(_description(), indent=2) + "\n", encoding="utf-8"
    )
    return package


def _description() -> dict[str, object]:
    script, style = script_path().name, stylesheet_path().name
    return {
        "name": NAME,
        "version": _npm_version(version()),
        "description": "Clover's card fields as one element of a form.",
        "license": "Apache-2.0",
        "exports": {
            ".": {"types": f"./{_TYPES}", "default": f"./{script}"},
            f"./{style}": f"./{style}",
        },
        "types": _TYPES,
        "sideEffects": True,
        "files": [script, style, _TYPES],
    }


def _npm_version(text: str) -> str:
    """Python's version as npm writes one: what follows the numbers goes behind a dash.

    >>> _npm_version("1.2.0"), _npm_version("0.1.0.dev3"), _npm_version("2.0.0rc1")
    ('1.2.0', '0.1.0-dev3', '2.0.0-rc1')
    """
    return re.sub(r"^(\d+\.\d+\.\d+)\.?(?=.)", r"\1-", text, flags=re.ASCII)
