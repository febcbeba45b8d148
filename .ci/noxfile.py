"""The versions that are claimed, each run: `make matrix`, or one row with `nox -s`.

A row is a shop's environment: what the index has that day within these versions. `lowest`
is locked instead, and belongs to `make test`: the lower bounds of pyproject.toml.
"""

from pathlib import Path
from xml.etree import ElementTree

import nox

nox.options.error_on_missing_interpreters = True
nox.options.reuse_venv = "yes"
nox.options.envdir = str(Path(__file__).resolve().parent.parent / ".nox" / "envs")

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".nox" / "results"
EXTRAS = "api-only,cli,demo,graphql,oscar,otel,redis,simulator,sqlalchemy"
SHOPS = ("tests/clover_django", "tests/clover_oscar")
PARTS = (
    "tests/payment_hooks",
    "tests/clover_provider",
    "tests/clover_graphql",
    "tests/clover_sqlalchemy",
    "tests/clover_otel",
    "tests/clover_simulator",
    "tests/clover_demo",
)
# What stands on a package with a bound of its own: pluggy, requests, cryptography, redis,
# click, rich, strawberry, starlette, SQLAlchemy, OpenTelemetry.
BOUND = (
    "tests/payment_hooks/spec",
    "tests/clover_provider/wire",
    "tests/clover_provider/api/cards",
    "tests/clover_provider/cli",
    "tests/clover_graphql",
    "tests/clover_sqlalchemy",
    "tests/clover_otel",
    "tests/clover_simulator/http",
    "tests/clover_simulator/test_cli.py",
)
IN_MEMORY = "not postgres and not mariadb"
"""The servers' drivers have no bound here; the matrix and the main run ask them."""
OSCAR = "tests/clover_oscar/checkout"
# Python, Django, Oscar: every version of each, and each pair that meets at an end.
ROWS = (
    ("3.11", "4.2", "4.0"),
    ("3.11", "5.0", "4.0"),
    ("3.11", "5.1", "4.1"),
    ("3.11", "5.2", "4.2"),
    ("3.12", "4.2", "4.2"),
    ("3.12", "5.2", "4.1"),
    ("3.12", "6.0", "4.2"),
    ("3.13", "5.2", "4.0"),
    ("3.13", "6.1", "4.2"),
)


OLD_TREEBEARD = {"4.0": ("django-treebeard<5",), "4.1": ("django-treebeard<5",)}
"""Oscar's category pages need it, and only the requirements of 4.2 are newer."""


def run_tests(session: nox.Session, row: str, *folders: str) -> None:
    """Run these folders' tests, but for the browser's and the slow ones."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    session.run(
        *("python", "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("-m", "not browser and not slow"),
        *(("-k", IN_MEMORY) if row == "lowest" else ()),
        f"--junitxml={RESULTS / row}.xml",
        *(session.posargs or folders),
    )


@nox.session
@nox.parametrize("python,django,oscar", ROWS)
def shop(session: nox.Session, django: str, oscar: str) -> None:
    """Oscar and Django of these versions, with today's newest of all the rest."""
    session.chdir(ROOT)
    group = nox.project.load_toml("pyproject.toml")["dependency-groups"]["tests"]
    session.install(
        *("-e", f".[{EXTRAS}]", *group),
        *(f"django=={django}.*", f"django-oscar=={oscar}.*"),
        *OLD_TREEBEARD.get(oscar, ()),
    )
    row = f"Python {session.python}, Django {django}, Oscar {oscar}"
    run_tests(session, row, *SHOPS, *(PARTS if (django, oscar) == ROWS[-1][1:] else ()))


@nox.session(default=False)
def lowest(session: nox.Session) -> None:
    """The lower bounds of pyproject.toml, as locked, on the Python that runs this."""
    session.chdir(ROOT)
    locked = ("--no-deps", "--require-hashes", "--no-build-isolation")
    session.install(*locked, "-r", ".ci/requirements-build.txt")
    session.install(*locked, "-r", ".ci/requirements-lowest.txt")
    session.install("--no-deps", "--no-build-isolation", "-e", ".")
    run_tests(session, "lowest", "tests/clover_django", OSCAR, *BOUND)


@nox.session(venv_backend="none")
def table(session: nox.Session) -> None:
    """What every row came to."""
    print(f"{'':36} {'passed':>7} {'failed':>7} {'skipped':>8} {'seconds':>8}")
    for file in sorted(RESULTS.glob("*.xml")):
        suite = ElementTree.parse(file).getroot()[0].attrib  # noqa: S314 - pytest wrote it
        failed = int(suite["failures"]) + int(suite["errors"])
        skipped = int(suite["skipped"])
        passed = int(suite["tests"]) - failed - skipped
        seconds = float(suite["time"])
        print(f"{file.stem:36} {passed:7} {failed:7} {skipped:8} {seconds:8.0f}")
