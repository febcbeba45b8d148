"""Rows locked inside of transactions."""

from django.db.models import F
from oscar.core.loading import get_model

from clover_oscar.untyped import OscarObject


def lock(model_label: str, pk: object) -> OscarObject:
    """The basket or order, locked until the surrounding transaction ends.

    An update that changes nothing takes the row's lock in every database; in SQLite,
    which ignores `select_for_update`, it takes the write lock before anything is read.
    """
    rows = get_model(*model_label.split("."))._base_manager.filter(pk=pk)
    rows.update(status=F("status"))
    return rows.get()
