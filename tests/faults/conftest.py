"""The marker `matrix`, the fixture `report`, and the table at the end of the run."""

from collections.abc import Iterator

import pytest

from payment_hooks.ledger import OperationKind
from tests.faults.report import Report, is_table_wanted

_REPORT = pytest.StashKey[Report]()
_TIMES = pytest.StashKey[float]()


@pytest.fixture(scope="session")
def report(pytestconfig: pytest.Config) -> Report:
    """Where a test leaves the lines that are printed at the end of the run."""
    return _report_of(pytestconfig)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of the matrix once for each of its movements."""
    marker = metafunc.definition.get_closest_marker("matrix")
    if marker is not None and "kind" in metafunc.fixturenames:
        kinds = [OperationKind(kind) for kind in marker.kwargs["kinds"]]
        metafunc.parametrize("kind", kinds, ids=str)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:
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
    """Print the matrix, and what other tests have to tell."""
    told = _report_of(config)
    terminalreporter.section("fault matrix")
    if is_table_wanted():
        terminalreporter.write_line("\n".join(told.matrix()))
    terminalreporter.write_line(told.summary())
    for section, lines in sorted(told.lines.items()):
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
