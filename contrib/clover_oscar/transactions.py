"""Rows locked inside of transactions."""

from collections.abc import Callable

from django.db.models import F
from django.http import HttpResponseBase
from oscar.core.loading import get_model

from clover_oscar.untyped import OscarObject

View = Callable[..., HttpResponseBase]


def lock(model_label: str, pk: object) -> OscarObject:
    """The basket or order, locked until the surrounding transaction ends.

    An update that changes nothing takes the row's lock in every database; in SQLite,
    which ignores `select_for_update`, it takes the write lock before anything is read.
    """
    rows = get_model(*model_label.split("."))._base_manager.filter(pk=pk)
    rows.update(status=F("status"))
    return rows.get()
