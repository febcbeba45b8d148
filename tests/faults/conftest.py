"""The marker `matrix`, the fixture `report`, the table at the end, and a broken engine."""

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_django import DjangoDbBlocker

from clover_django.ledger.store import DjangoLedger
from clover_simulator.simulator import Simulator
from payment_hooks import MemoryLedger
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.records import OperationKind
from tests.faults.proxy import Proxy
from tests.faults.report import Report, is_table_wanted
from tests.faults.rig import Rig, build_rig
from tests.faults.stores import create_tables, sqlite_ledger

_REPORT = pytest.StashKey[Report]()
_TIMES = pytest.StashKey[float]()


@pytest.fixture(scope="session")
def report(pytestconfig: pytest.Config) -> Report:
    """Where a test leaves the lines that are printed at the end of the run."""
    return _report_of(pytestconfig)


@pytest.fixture
def proxy(clover_simulator: Simulator) -> Iterator[Proxy]:
    """A proxy before the simulator; it carries everything until it is asked to break."""
    target = urlsplit(clover_simulator.url)
    with Proxy((target.hostname or "", target.port or 0)) as running:
        yield running


@pytest.fixture(scope="session")
def empty_ledger_file(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Path:
    """A SQLite file with the ledger's tables, for each test to copy."""
    path = tmp_path_factory.mktemp("faults") / "empty.sqlite3"
    with django_db_blocker.unblock(), sqlite_ledger(path):
        create_tables()
    return path


@pytest.fixture
def durable_ledger(
    empty_ledger_file: Path, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[DjangoLedger]:
    """A ledger that commits to a file of its own."""
    path = Path(shutil.copy(empty_ledger_file, tmp_path / "ledger.sqlite3"))
    with django_db_blocker.unblock(), sqlite_ledger(path) as ledger:
        yield ledger


@pytest.fixture
def make_rig(clover_simulator: Simulator, proxy: Proxy) -> Iterator[Callable[..., Rig]]:
    """Builds a shop on a ledger (in memory if None); `policy=` and settings by name."""
    made: list[Rig] = []

    def make(ledger: Ledger | None = None, **options: object) -> Rig:
        rig = build_rig(clover_simulator, proxy, ledger or MemoryLedger(), **options)  # type: ignore[arg-type]  # passed on as they are
        made.append(rig)
        return rig

    yield make
    for rig in made:
        rig.provider.close()


@pytest.fixture
def rig(make_rig: Callable[..., Rig], durable_ledger: DjangoLedger) -> Rig:
    """A shop on a durable ledger, behind a proxy that can break."""
    return make_rig(durable_ledger)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of the matrix once for each of its movements."""
    marker = metafunc.definition.get_closest_marker("matrix")
    if marker is not None and "kind" in metafunc.fixturenames:
        kinds = [OperationKind(kind) for kind in marker.kwargs["kinds"]]
        metafunc.parametrize("kind", kinds, ids=str)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count each finished test of the matrix."""
    outcome = yield
    item.stash[_TIMES] = item.stash.get(_TIMES, 0.0) + call.duration
    if call.when == "call" or outcome.failed:
        for marker in item.iter_markers("matrix"):
            _report_of(item.config).count(
                marker.kwargs["row"],
                _kinds_of(item, marker),
                passed=outcome.passed,
                seconds=item.stash[_TIMES],
            )
    return outcome


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the matrix, and what other tests have to report."""
    said = _report_of(config)
    terminalreporter.section("fault matrix")
    if is_table_wanted():
        terminalreporter.write_line("\n".join(said.matrix()))
    terminalreporter.write_line(said.summary())
    for section, lines in sorted(said.lines.items()):
        terminalreporter.write_line("\n".join([f"{section}:", *_indented(lines)]))


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _report_of(config: pytest.Config) -> Report:
    return config.stash.setdefault(_REPORT, Report())


def _kinds_of(item: pytest.Item, marker: pytest.Mark) -> tuple[str, ...]:
    """The movement this run of the test is about, or all that the test is about."""
    parameters = getattr(item, "callspec", None)
    if parameters is not None and "kind" in parameters.params:
        return (str(parameters.params["kind"]),)
    return tuple(marker.kwargs.get("kinds", ()))
