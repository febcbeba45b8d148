"""The shops whose workers die, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clover_simulator.simulator import Simulator
from tests.clover_django.postgres import Server, postgres  # noqa: F401 - a fixture
from tests.faults.kills_world import Nursery, nursery_on

DATABASES = ("sqlite", "postgres")
_POSTGRES_NAME = "faults"


def sqlite_database(folder: Path) -> dict[str, Any]:
    """A file of its own, written to by whoever has the lock first."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "shop.sqlite3"),
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }


def postgres_database(server: Server) -> dict[str, Any]:
    """A database of its own on a server that is already there."""
    settings: dict[str, Any] = server.settings()  # type: ignore[no-untyped-call]
    where = f"host={settings['HOST']} user={settings['USER']} dbname={settings['NAME']}"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_POSTGRES_NAME}")
    return {**settings, "NAME": _POSTGRES_NAME}


@contextmanager
def open_nursery(
    kind: str, request: pytest.FixtureRequest, factory: pytest.TempPathFactory
) -> Iterator[Nursery]:
    """A warm process that forks workers of a shop on this kind of database."""
    folder = factory.mktemp(f"nursery-{kind}")
    if kind == "sqlite":
        database = sqlite_database(folder)
    else:
        database = postgres_database(request.getfixturevalue("postgres"))
    simulator: Simulator = request.getfixturevalue("clover_simulator_server")
    with nursery_on(database, simulator, folder / "log") as nursery:
        yield nursery


@pytest.fixture(scope="module", params=DATABASES)
def nursery(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nursery]:
    """One for each database, and for all tests of the module."""
    with open_nursery(request.param, request, tmp_path_factory) as running:
        yield running
