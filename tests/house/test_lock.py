"""The lock file fits the project, and the requirements files fit the lock.

The requirements files let plain pip install exactly what uv.lock says; `.ci/lock` brings
all of them up to date. What is not in them is not installed: nothing is resolved.
"""

import re
import tomllib
from importlib.metadata import distributions

import pytest
from packaging import tags
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.house.lock import (
    PROJECT,
    hashes,
    packages,
    reach,
    requirements_of,
    wheel_names,
)
from tests.house.project import ROOT, tracked_files

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
GROUPS = PYPROJECT["dependency-groups"]
CONTENTS = {
    "requirements-build.txt": {"groups": ("build",), "core": False},
    "requirements.txt": {"extras": tuple(EXTRAS), "groups": tuple(GROUPS)},
    "requirements-demo.txt": {"extras": ("demo",), "groups": ("build",)},
}
LINE = re.compile(r"^([\w.-]+)==([\w.+!]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
PINNED = re.compile(r"[\w.-]+==[\w.+!]+( ; .+?)?( --hash=sha256:[0-9a-f]{64})+")
STALE = "run .ci/lock and commit what it writes"
BUILT_WITH = {"django-haystack": {"setuptools", "setuptools-scm", "wheel"}}
"""What a package without a wheel is built with, by its source's pyproject.toml."""
PYTHONS = [(3, 11), (3, 12), (3, 13)]
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(5, 37)]
PLATFORMS += ["manylinux2014_x86_64", "manylinux1_x86_64", "linux_x86_64"]


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


@pytest.mark.parametrize("name", [*CONTENTS, "requirements-lowest.txt"])
def test_the_requirements_name_no_index(name):
    text = (ROOT / ".ci" / name).read_text()

    assert [word for word in ("://", "--index", "--find") if word in text] == []


@pytest.mark.parametrize("name", [*CONTENTS, "requirements-lowest.txt"])
def test_each_requirement_is_one_version_with_digests(name):
    text = (ROOT / ".ci" / name).read_text().replace(" \\\n   ", "")
    lines = [line for line in text.splitlines() if line]

    assert [line[:60] for line in lines if not PINNED.fullmatch(line)] == []
    assert lines


def without_wheel(python):
    """The locked packages that this Python can only have by building them."""
    wanted = {
        *tags.cpython_tags(python, platforms=PLATFORMS),
        *tags.compatible_tags(python, platforms=PLATFORMS),
    }
    return {
        name
        for name, rows in packages().items()
        for row in rows
        if name != PROJECT
        and not any(parse_wheel_filename(w)[3] & wanted for w in wheel_names(row))
    }


@pytest.mark.parametrize("python", PYTHONS, ids=lambda v: f"{v[0]}.{v[1]}")
def test_what_is_built_is_built_with_what_the_lock_names(python):
    builders = {name for name, _ in listed("requirements-build.txt")}

    assert without_wheel(python) == set(BUILT_WITH)
    assert {need for needs in BUILT_WITH.values() for need in needs} <= builders


def test_our_own_packages_are_built_with_what_the_lock_names():
    builders = {name for name, _ in listed("requirements-build.txt")}
    needs = {
        Requirement(need).name
        for path in tracked_files()
        if path.name == "pyproject.toml"
        for need in tomllib.loads(path.read_text())["build-system"]["requires"]
    }

    assert needs
    assert needs <= builders


def installed():
    """What is installed beside the tests, by name."""
    return {canonicalize_name(d.metadata["Name"]): d for d in distributions()}


def needs_of(distribution, extras):
    """What an installed package needs here, with these extras."""
    for line in distribution.requires or ():
        need = Requirement(line)
        given = [{"extra": extra} for extra in ("", *extras)]
        if need.marker is None or any(need.marker.evaluate(each) for each in given):
            yield need


def test_all_that_is_needed_is_installed_in_a_version_that_fits():
    found, missing, seen = installed(), [], set()
    todo = [(name, frozenset()) for name in found if name != PROJECT]
    todo.append((PROJECT, frozenset(EXTRAS)))
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for need in needs_of(found[name], extras):
            wanted = canonicalize_name(need.name)
            if wanted not in found or found[wanted].version not in need.specifier:
                missing.append(f"{name} needs {need}")
            else:
                todo.append((wanted, frozenset(need.extras)))

    assert missing == []


def test_what_is_installed_is_what_the_lock_says():
    found = installed()
    other = {
        name: found[name].version
        for name, rows in packages().items()
        if name in found and name != PROJECT
        if found[name].version not in {row["version"] for row in rows}
    }

    assert other == {}, "make .venv anew: make clean, and then make test"


RESOLVING = [
    re.compile(r"^(?!.*--no-deps).*\bpip install\b", re.MULTILINE),
    re.compile(
        r"^(?!.*(?:--no-build-isolation|--only-binary)).*pip install", re.MULTILINE
    ),
    re.compile(r"\b(?:npm|npx|pipx|uv) (?:install|add|sync|run|build|tool)\b"),
]
RESOLVING_IN_TESTS = [
    re.compile(r'"uv", "(?:build|sync|run|add)"'),
    re.compile(r'"build",(?![^\]]*"--no-isolation")[^\]]*\]'),
    re.compile(r'"pip", "install",(?![^\]]*"--no-deps")[^\]]*\]'),
]
"""What asks an index for the newest of something, in a script and in a test."""
NOT_OURS = {
    "tests/house/test_lock.py": "what this page itself must find",
    "tests/real_saleor/serve.py": "a real Saleor's environment is its own to lock",
}


def resolving(text, patterns):
    """The places in a text that ask an index for the newest of something."""
    return [match.group()[:60] for each in patterns for match in each.finditer(text)]


def test_no_script_of_the_project_resolves_versions():
    scripts = [ROOT / "Makefile", ROOT / ".ci/install", ROOT / ".ci/setup"]
    scripts += [ROOT / ".ci/run", ROOT / ".ci/checks.py"]

    found = [each for s in scripts for each in resolving(s.read_text(), RESOLVING)]

    assert found == []


def test_no_test_resolves_versions():
    found = [
        (path.name, each)
        for path in tracked_files()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")
        if str(path.relative_to(ROOT)) not in NOT_OURS
        for each in resolving(path.read_text(), RESOLVING_IN_TESTS)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("pip install --require-hashes -r x", RESOLVING),
        ("pip install --no-deps -e .", RESOLVING),
        ("uv build --wheel", RESOLVING),
        ('[sys.executable, "-m", "build", "--outdir", x]', RESOLVING_IN_TESTS),
        ('["uv", "build", "--wheel"]', RESOLVING_IN_TESTS),
        ('[python, "-m", "pip", "install", "x"]', RESOLVING_IN_TESTS),
    ],
)
def test_what_resolves_versions_is_found(text, patterns):
    assert resolving(text, patterns)
