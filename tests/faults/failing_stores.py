"""Ledgers whose database really fails: read-only, full, down, or refusing to commit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any, Protocol

from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connections

from clover_django import models
from clover_django.ledger.store import DjangoLedger
from payment_hooks import hookimpl
from tests.faults.stores import ALIAS

SERIALIZATION_FAILURE, DEADLOCK_DETECTED = "40001", "40P01"
_NO_LIMIT = 1_073_741_823
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_WRITES = ("INSERT", "UPDATE")


class Server(Protocol):
    """The PostgreSQL of these tests."""

    def settings(self) -> dict[str, str]:
        """Its entry in `DATABASES`."""

    def go_down(self) -> None:
        """Crash."""

    def come_back(self) -> None:
        """Be there again."""


@contextmanager
def postgres_ledger(server: Server) -> Iterator[DjangoLedger]:
    """The ledger in that server; wants `django_db_blocker.unblock()` around it."""
    connections.databases[ALIAS] = {
        **connections["default"].settings_dict,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {},
        "PASSWORD": "",
        "PORT": "",
        **server.settings(),
    }
    call_command("migrate", "clover_django", database=ALIAS, verbosity=0)
    run("TRUNCATE clover_django_payment CASCADE")
    try:
        yield DjangoLedger(using=ALIAS)
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def run(sql: str) -> Any:
    """The first row that it gives, if it gives rows."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None


@contextmanager
def read_only(_: Server | None) -> Iterator[None]:
    """SQLite: whatever would write is refused."""
    run("PRAGMA query_only = ON")
    yield
    run("PRAGMA query_only = OFF")


@contextmanager
def disk_full(_: Server | None) -> Iterator[None]:
    """SQLite: no page can be added, and the last ones are full."""
    payment = models.Payment.objects.using(ALIAS).create(
        payment_id="filler", sequence=1, amount_minor_units=0, created_at=_LONG_AGO
    )
    (pages,) = run("PRAGMA page_count")
    run(f"PRAGMA max_page_count = {pages}")
    _fill_up(payment)
    yield
    run(f"PRAGMA max_page_count = {_NO_LIMIT}")
    run("DELETE FROM clover_django_operation WHERE payment_id = 'filler'")


@contextmanager
def down(server: Server | None) -> Iterator[None]:
    """PostgreSQL: gone in the middle, just before the next write."""
    assert server is not None

    def execute(proceed: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(_WRITES) and not gone:
            gone.append(sql)
            server.go_down()
        return proceed(sql, *rest)

    gone: list[str] = []
    try:
        with connections[ALIAS].execute_wrapper(execute):
            yield
    finally:
        assert gone, "nothing was written"
        server.come_back()
        close_old_connections()  # as Django does before the next request


def refusing(code: str) -> Callable[[Server | None], AbstractContextManager[None]]:
    """PostgreSQL: each commit of a changed operation ends with this error."""

    @contextmanager
    def broken(_: Server | None) -> Iterator[None]:
        run(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{code}'; END $$"
        )
        run(
            "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE "
            "ON clover_django_operation DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        try:
            yield
        finally:
            run("DROP FUNCTION refuse CASCADE")

    return broken


class AfterTheAnswer:
    """A plugin that does something when the provider has answered."""

    def __init__(self, then: Callable[[], object]) -> None:
        self.then = then

    def _act(self, request: object) -> Any:
        answer = yield
        self.then()
        return answer

    @hookimpl(wrapper=True)
    def payment_authorize(self, request: object) -> Any:
        """Then act."""
        return (yield from self._act(request))

    @hookimpl(wrapper=True)
    def payment_charge(self, request: object) -> Any:
        """Then act."""
        return (yield from self._act(request))

    @hookimpl(wrapper=True)
    def payment_capture(self, request: object) -> Any:
        """Then act."""
        return (yield from self._act(request))

    @hookimpl(wrapper=True)
    def payment_refund(self, request: object) -> Any:
        """Then act."""
        return (yield from self._act(request))

    @hookimpl(wrapper=True)
    def payment_void(self, request: object) -> Any:
        """Then act."""
        return (yield from self._act(request))


def _fill_up(payment: models.Payment) -> None:
    """Add the smallest operations there can be until not one more fits."""
    for number in count():
        try:
            models.Operation.objects.using(ALIAS).create(
                operation_id=f"{number}",
                payment=payment,
                idempotency_key=f"{number}",
                amount_minor_units=0,
                attempt=1,
                created_at=_LONG_AGO,
                updated_at=_LONG_AGO,
                notified=True,
            )
        except DatabaseError:
            return


FAULTS: Sequence[tuple[str, str, Any]] = (
    ("sqlite", "read-only", read_only),
    ("sqlite", "disk full", disk_full),
    ("postgres", "down", down),
    ("postgres", "serialization failure", refusing(SERIALIZATION_FAILURE)),
    ("postgres", "deadlock", refusing(DEADLOCK_DETECTED)),
)
