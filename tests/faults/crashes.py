"""A ledger on which the process dies at a named point; what was committed stays."""

from collections.abc import Callable
from typing import Any, cast

from payment_hooks.ledger.store import Ledger
from payment_hooks.model.records import Operation, OperationKind

BEFORE_INTENT = "before the intent is recorded"
AFTER_INTENT = "after the intent is recorded"


class Crash(BaseException):
    """The end of the process: no handler of the project may catch it."""


class CrashingLedger:
    """Passes everything on to a durable ledger, until it crashes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._point: tuple[str, OperationKind] | None = None
        self._error: BaseException = Crash()

    def crash(
        self, point: str, kind: OperationKind, error: BaseException | None = None
    ) -> None:
        """Die at that point, as soon as an operation of that kind passes it."""
        self._point = (point, kind)
        self._error = error or Crash(point)

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        self._pass(BEFORE_INTENT, operation)
        known = self._ledger.add_operation(operation)
        self._pass(AFTER_INTENT, operation)
        return known

    def replace_operation(
        self, operation: Operation, *args: Any, **options: Any
    ) -> Operation:
        """See `Ledger`."""
        self._pass(f"before {operation.state} is recorded", operation)
        written = self._ledger.replace_operation(operation, *args, **options)
        self._pass(f"after {operation.state} is recorded", operation)
        return written

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return cast("Callable[..., Any]", getattr(self._ledger, name))

    def _pass(self, point: str, operation: Operation) -> None:
        if self._point == (point, operation.kind):
            self._point = None
            raise self._error
