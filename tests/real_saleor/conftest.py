"""One real Saleor for the drives; nothing here runs without SALEOR_DIR."""

import os

import pytest


@pytest.fixture(scope="session")
def saleor():
    from tests.real_saleor.serve import Saleor

    folder, python = os.environ["SALEOR_DIR"], os.environ["SALEOR_PYTHON"]
    workers = int(os.environ.get("SALEOR_WORKERS", "1"))
    running = Saleor(folder, python, workers=workers).start()
    yield running
    running.stop()


@pytest.fixture
def staff(saleor):
    return saleor.staff()


@pytest.fixture
def shopper(saleor):
    return saleor.shopper()


@pytest.fixture
def simulator(saleor):
    """Not reset between tests: it would give ids again which Saleor's records know."""
    return saleor.simulator


@pytest.fixture
def shop(saleor, simulator):
    from tests.real_saleor.shop import Shop

    return Shop(saleor, simulator)
