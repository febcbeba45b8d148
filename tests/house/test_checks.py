"""`make test` runs every check and every test once, and says what failed."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from tests.house.project import ROOT

WAITS = """
import sys, time
from pathlib import Path
mine, others = map(Path, sys.argv[1:])
mine.touch()
end = time.monotonic() + 60
while not others.exists():
    assert time.monotonic() < end, "nobody runs beside it"
    time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def checks():
    spec = spec_from_file_location("checks", ROOT / ".ci/checks.py")
    module = module_from_spec(spec)
    sys.modules["checks"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["checks"]


def python(checks, name, code, *arguments):
    return checks.Check(name, (sys.executable, "-c", code, *map(str, arguments)))


def test_every_test_is_in_one_part(checks):
    parts = [Path(folder) for part in checks.PARTS.values() for folder in part]
    everywhere, *left_out = checks.every_other_test()

    assert everywhere == "tests"
    assert sorted(left_out) == sorted(f"--ignore={folder}" for folder in parts)
    assert len(set(parts)) == len(parts)
    assert all((ROOT / folder).is_dir() for folder in parts)
    assert not any(one in other.parents for one in parts for other in parts)


def test_every_check_of_the_tests_is_run(checks):
    commands = [check.command for check in checks.running()]

    for arguments in (*checks.PARTS.values(), checks.every_other_test()):
        assert (*checks.PYTEST, *arguments) in commands


def test_as_many_run_at_a_time_as_are_asked_for(checks, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    both = [python(checks, "1", WAITS, one, other)]
    both += [python(checks, "2", WAITS, other, one)]

    outcomes = checks.run_all(both, at_once=2)

    assert [outcome.status for outcome in outcomes] == [0, 0]


def test_what_fails_is_named_with_what_it_printed(checks, monkeypatch, capfd):
    failing = python(checks, "broken", "import sys; sys.exit('told why')")
    fine = python(checks, "sound", "print('all well')")
    monkeypatch.setattr(checks, "static", lambda: [failing, fine])

    status = checks.main(["static"])

    printed = capfd.readouterr().out
    assert status == 1
    assert "told why" in printed
    assert "all well" in printed
    assert printed.endswith("failed: broken\n")


def test_nothing_is_named_where_all_is_well(checks, monkeypatch, capfd):
    monkeypatch.setattr(checks, "static", lambda: [python(checks, "sound", "")])

    assert checks.main(["static"]) == 0
    assert "failed" not in capfd.readouterr().out


def test_what_takes_long_says_that_it_runs(checks, monkeypatch, capfd):
    monkeypatch.setattr(checks, "SILENT_SECONDS", 0.1)
    slow = python(checks, "slow", "import time; time.sleep(0.5)")

    [outcome] = checks.run_all([slow], at_once=1)

    assert outcome.status == 0
    assert "-- slow is running, 0 s\n" in capfd.readouterr().out
