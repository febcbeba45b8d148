"""What the lock file says, read without uv."""

import tomllib
from functools import cache

from tests.house.project import ROOT

PROJECT = "clover-provider"


@cache
def packages():
    """The locked packages by name; a package may be locked in several versions."""
    found = {}
    for row in tomllib.loads((ROOT / "uv.lock").read_text())["package"]:
        found.setdefault(row["name"], []).append(row)
    return found


def requirements_of(*, extras=(), groups=(), core=True):
    """What the project itself asks for: the core, and these extras and groups."""
    [project] = packages()[PROJECT]
    needs = [project["dependencies"]] if core else []
    needs += [project["optional-dependencies"][extra] for extra in extras]
    needs += [project["dev-dependencies"][group] for group in groups]
    return [need for part in needs for need in part]


def reach(needs):
    """The names of everything that comes with these requirements."""
    seen, todo = set(), list(needs)
    while todo:
        need = todo.pop()
        key = (need["name"], *need.get("extra", ()))
        if key in seen:
            continue
        seen.add(key)
        for row in packages()[need["name"]]:
            todo += row.get("dependencies", ())
            for extra in need.get("extra", ()):
                todo += row.get("optional-dependencies", {}).get(extra, ())
    return {name for name, *_ in seen}


def hashes(row):
    """The digests of every file of a locked package."""
    files = [row.get("sdist"), *row.get("wheels", ())]
    return {file["hash"] for file in files if file}


def wheel_names(row):
    """The file names of a locked package's wheels."""
    return [wheel["url"].rsplit("/", 1)[1] for wheel in row.get("wheels", ())]
