from contextlib import contextmanager

from django.db import DatabaseError, transaction


@contextmanager
def transaction_with_commit_on_errors():
    error = None
    with transaction.atomic():
        try:
            yield
        except DatabaseError:
            raise
        except Exception as found:  # noqa: BLE001 - as Saleor does
            error = found
    if error:
        raise error
