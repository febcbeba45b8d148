"""Time passing for the ledger, without waiting."""

from datetime import UTC, datetime, timedelta

from clover_django import models


def let_time_pass(**duration: float) -> None:
    """Make everything in the ledger this old, as in `let_time_pass(minutes=10)`.

    What was due by then is due, and a lease has run out. What recovery would do by then
    is done by `Recovery(get_payments()).run()`.
    """
    then = datetime.now(UTC) - timedelta(**duration)
    operations = models.Operation.objects
    operations.update(updated_at=then)
    for field in ("due", "lease_until"):
        operations.exclude(**{field: None}).update(**{field: then})
