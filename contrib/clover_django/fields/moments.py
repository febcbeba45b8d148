"""Times, kept to the moment whatever `USE_TZ`, `TIME_ZONE` and the database make of them.

The records hold aware times. A database without time zones holds UTC, always: local time
would name two moments by one in the hour that clocks repeat, and other moments once a shop
turns `USE_TZ` on or moves. To the rest of Django such a field looks as it should: aware
with `USE_TZ`, naive and local without.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from clover_django.fields.storable import Deconstructed, as_django_has_it

if TYPE_CHECKING:
    DateTimeField = models.DateTimeField[Any, Any]
else:
    DateTimeField = models.DateTimeField

Formatted = tuple[str, tuple[Any, ...]]


class MomentField(DateTimeField):
    """A moment, to the microsecond. To migrations it is Django's own field."""

    def get_db_prep_value(
        self, value: object, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> object:
        """See `Field`."""
        if not prepared:
            value = self.get_prep_value(value)
        if not isinstance(value, datetime):
            return super().get_db_prep_value(value, connection, prepared=True)
        moment = to_utc(value)
        if not connection.features.supports_timezones:
            moment = moment.replace(tzinfo=None)
        return connection.ops.adapt_datetimefield_value(moment)

    def from_db_value(
        self,
        value: datetime | None,
        expression: object,
        connection: BaseDatabaseWrapper,
    ) -> datetime | None:
        """See `Field`; Django has read the stored value in the connection's time zone."""
        if value is None:
            return None
        is_naive = value.tzinfo is None or not connection.features.supports_timezones
        return to_django(value.replace(tzinfo=UTC) if is_naive else to_utc(value))

    def select_format(
        self, compiler: SQLCompiler, sql: str, params: tuple[Any, ...]
    ) -> Formatted:
        """See `Field`; without `USE_TZ` PostgreSQL would leave the offset out."""
        if settings.USE_TZ or not compiler.connection.features.supports_timezones:
            return sql, params
        return f"({sql} AT TIME ZONE 'UTC')", params

    def pre_save(self, model_instance: Model, add: bool) -> object:
        """See `Field`; a naive time does not say which of two repeated hours it is."""
        is_stamped = self.auto_now or (self.auto_now_add and add)
        if settings.USE_TZ or not is_stamped:
            return super().pre_save(model_instance, add)
        now = to_django(datetime.now(UTC))
        setattr(model_instance, self.attname, now)
        return now

    def deconstruct(self) -> Deconstructed:
        """See `Field`."""
        return as_django_has_it(super().deconstruct(), "DateTimeField")


def to_utc(value: datetime) -> datetime:
    """The aware time in UTC of one of Django's times."""
    if timezone.is_naive(value):
        value = value.replace(tzinfo=timezone.get_default_timezone())
    return value.astimezone(UTC)


def to_django(moment: datetime) -> datetime:
    """The moment as the shop's settings have times: aware, or naive and local."""
    if settings.USE_TZ:
        return moment
    return timezone.make_naive(moment, timezone.get_default_timezone())
