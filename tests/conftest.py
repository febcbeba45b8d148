"""For all tests: nothing is skipped in CI, and the ledger's database may be used."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "patient",
    settings.default,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")  # how long an example takes is the machine's affair

ALLOWED = "reference documents are not beside this checkout"
"""The one reason to skip in CI: files that carry no licence and are not shipped."""


SALEOR = "tests.clover_saleor.settings"
"""Its apps clash with Oscar's, so those tests have a process of their own."""
collect_ignore = (
    [] if os.environ.get("DJANGO_SETTINGS_MODULE") == SALEOR else ["clover_saleor"]
)


def refuse_skip(report):
    """The report; a skip that CI does not allow is a failure that says why."""
    is_allowed = ALLOWED in str(report.longrepr) or hasattr(report, "wasxfail")
    if report.skipped and os.environ.get("CI") and not is_allowed:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return refuse_skip((yield))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A test that uses the shop's database uses the ledger's, too."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        fixtures = getattr(item, "fixturenames", ())
        if marker or {"db", "transactional_db"} & set(fixtures):
            options = {"databases": "__all__", **(marker.kwargs if marker else {})}
            item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    """What was imported and collected stays: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
