"""The wheel and the sdist hold what they should, and pull in what they may."""

import re
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser

import pytest

from tests.house.lock import reach, requirements_of
from tests.house.project import PACKAGES, ROOT

CORE = {"pluggy", "requests"}
NEVER_BESIDE_SALEOR = {"strawberry-graphql", "graphql-core"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.fixture(scope="module")
def metadata(wheel):
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(wheel.read(name).decode())


def test_the_wheel_holds_exactly_the_packages(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    names = set(wheel.namelist())
    expected = {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in PACKAGES.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert expected - names == set()


def test_the_wheel_carries_the_licence(wheel):
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_sdist_holds_code_tests_and_docs_and_nothing_built(built):
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = [name.split("/", 1)[1] for name in archive.getnames() if "/" in name]

    tops = {name.split("/")[0] for name in names}
    assert tops >= {"clover_provider", "hooks", "contrib", "tests", "docs", "LICENSE"}
    assert [name for name in names if "__pycache__" in name or "_build" in name] == []


def requirements(metadata, extra=None):
    """The packages that the core, or an extra, asks for by itself."""
    found = set()
    for line in metadata.get_all("Requires-Dist"):
        name = re.match(r"[\w-]+", line).group().lower()
        marker = re.search(r"extra == ['\"]([\w-]+)['\"]", line)
        if (marker.group(1) if marker else None) == extra:
            found.add((name, line))
    return found


def test_the_core_needs_pluggy_and_requests_only(metadata):
    assert {name for name, _ in requirements(metadata)} == CORE


def test_the_extras_are_the_documented_ones(metadata):
    assert set(metadata.get_all("Provides-Extra")) == {
        "api-only",
        "cli",
        "demo",
        "django",
        "graphql",
        "oscar",
        "otel",
        "redis",
        "saleor",
        "simulator",
        "sqlalchemy",
    }


def closure(metadata, extra):
    """Everything that installing the wheel with this extra brings, by the lock file."""
    needs = [{"name": name} for name, _ in requirements(metadata)]
    return reach([*needs, *requirements_of(extras=[extra] if extra else [])])


@pytest.mark.parametrize(
    "extra", [None, "saleor", "django", "oscar", "api-only", "cli"]
)
def test_strawberry_comes_with_nothing_that_saleor_needs(metadata, extra):
    assert closure(metadata, extra) & NEVER_BESIDE_SALEOR == set()


def test_strawberry_comes_with_its_own_extra(metadata):
    assert closure(metadata, "graphql") >= NEVER_BESIDE_SALEOR


def test_the_entry_points_are_exact(wheel):
    [name] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    text = wheel.read(name).decode()

    assert [line for line in text.splitlines() if line] == [
        "[console_scripts]",
        "clover = clover_provider.cli:main",
        "[clover.commands]",
        "card-package = clover_card.command:card_package",
        "demo = clover_demo.cli:demo",
        "graphql-schema = clover_graphql.command:graphql_schema",
        "simulate = clover_simulator.cli:simulate",
        "[payment_hooks]",
        "clover = clover_provider.plugin:provider",
        "[saleor.plugins]",
        "clover_django = clover_saleor.transactions_plugin:CloverTransactions",
        "clover_saleor = clover_saleor.plugin:CloverPlugin",
    ]
