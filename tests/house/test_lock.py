"""The lock file fits the project, and the requirements files fit the lock.

Both requirements files let plain pip install exactly what uv.lock says; `.ci/lock`
brings all three up to date.
"""

import re
import tomllib

import pytest

from tests.house.lock import PROJECT, hashes, packages, reach, requirements_of
from tests.house.project import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
GROUPS = PYPROJECT["dependency-groups"]
CONTENTS = {
    "requirements.txt": {"extras": tuple(EXTRAS), "groups": tuple(GROUPS)},
    "requirements-demo.txt": {"extras": ("demo",), "groups": ("build",)},
}
LINE = re.compile(r"^([\w.-]+)==([\w.+!]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
STALE = "run .ci/lock and commit what it writes"


def listed(name):
    """Name, version and digests of each line of a requirements file."""
    text = (ROOT / ".ci" / name).read_text()
    return {
        (package, version): set(re.findall(r"--hash=(sha256:\w+)", rest))
        for package, version, rest in LINE.findall(text)
    }


@pytest.mark.parametrize("name", CONTENTS)
def test_the_requirements_are_exactly_what_the_lock_says(name):
    names = reach(requirements_of(**CONTENTS[name])) - {PROJECT}
    locked = {
        (row["name"], row["version"]): hashes(row)
        for package in names
        for row in packages()[package]
    }

    assert listed(name) == locked, STALE


def project_names(requirements):
    """The packages that a list of pyproject.toml names, its own extras unfolded."""
    names = set()
    for requirement in requirements:
        if isinstance(requirement, dict):
            names |= project_names(GROUPS[requirement["include-group"]])
        elif requirement.startswith(PROJECT):
            extras = re.search(r"\[(.*)\]", requirement).group(1).split(",")
            names |= project_names([r for extra in extras for r in EXTRAS[extra]])
        else:
            names.add(re.match(r"[\w.-]+", requirement).group().lower())
    return names


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_lock_knows_each_extra(extra):
    core = {need["name"] for need in requirements_of()}
    locked = {need["name"] for need in requirements_of(extras=[extra])}

    assert locked - core == project_names(EXTRAS[extra]) - core, STALE


@pytest.mark.parametrize("group", GROUPS)
def test_the_lock_knows_each_group(group):
    core = {need["name"] for need in requirements_of()}
    locked = {need["name"] for need in requirements_of(groups=[group])}

    assert locked - core == project_names(GROUPS[group]) - core, STALE


def test_everything_comes_from_the_public_index():
    text = (ROOT / "uv.lock").read_text()
    hosts = set(re.findall(r"https?://([^/\"]+)", text))

    assert hosts == {"pypi.org", "files.pythonhosted.org"}


@pytest.mark.parametrize("name", CONTENTS)
def test_the_requirements_name_no_index(name):
    text = (ROOT / ".ci" / name).read_text()

    assert [word for word in ("://", "--index", "--find") if word in text] == []
