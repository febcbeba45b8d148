"""The ledger's tables. No column is meant for a card number, a security code or a key.

Amounts are whole minor units. `due` is a nullable column with a plain index, because
SQLite never uses a partial index with bound parameters. What a provider says has room
to spare: an answer that does not fit its column would make the outcome unknown.
"""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from clover_django.fields.moments import MomentField
from clover_django.fields.storable import (
    StorableCharField,
    StorableJSONField,
    StorableTextField,
)
from clover_django.language import words
from payment_hooks import Mode, OperationKind, OperationState, PaymentState, card_label

_ID_LENGTH = 255
_STATES = (*PaymentState, *OperationState)


class Installation(models.Model):
    """The one row: the id that distinguishes this ledger from others at the merchant."""

    installation_id = StorableCharField(max_length=64)

    class Meta:
        """Made by the ledger; not editable."""

        verbose_name = _("installation")

    def __str__(self) -> str:
        return str(self.installation_id)


class Payment(models.Model):
    """One attempt of a shopper to pay one thing."""

    payment_id = StorableCharField(max_length=64, unique=True)
    provider = StorableCharField(max_length=64)
    merchant_id = StorableCharField(max_length=64, blank=True)
    reference = StorableCharField(max_length=255, db_index=True)
    sequence = models.PositiveIntegerField()
    mode = StorableCharField(max_length=16, choices=words.choices(Mode, words.MODES))
    amount_minor_units = models.BigIntegerField()
    currency = StorableCharField(max_length=3)
    context = StorableJSONField(default=dict, blank=True)
    adapter = StorableCharField(max_length=64, blank=True, default="")
    state = StorableCharField(
        max_length=32, db_index=True, choices=words.choices(PaymentState, words.STATES)
    )
    flags = StorableJSONField(default=list, blank=True)
    created_at = MomentField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        """One row for each attempt of a reference."""

        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        permissions = (("resolve_payment", _("Can check a payment with Clover")),)
        constraints = (
            models.UniqueConstraint(
                fields=("provider", "merchant_id", "reference", "sequence"),
                name="clover_one_payment_per_attempt",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} #{self.sequence}"


class Operation(models.Model):
    """One movement of money that was asked for, recorded before anything is sent."""

    operation_id = StorableCharField(max_length=64, unique=True)
    payment = models.ForeignKey(
        Payment, models.PROTECT, to_field="payment_id", related_name="operations"
    )
    kind = StorableCharField(
        max_length=16, choices=words.choices(OperationKind, words.KINDS)
    )
    amount_minor_units = models.BigIntegerField()
    currency = StorableCharField(max_length=3)
    parent_id = StorableCharField(max_length=_ID_LENGTH, blank=True)
    intent_id = StorableCharField(max_length=_ID_LENGTH, blank=True)
    attempt = models.PositiveIntegerField()
    fingerprint = StorableCharField(max_length=64)
    idempotency_key = StorableCharField(max_length=64, unique=True)
    slot = StorableCharField(max_length=_ID_LENGTH)
    open_slot = StorableCharField(max_length=_ID_LENGTH, null=True, unique=True)
    state = StorableCharField(
        max_length=16, choices=words.choices(OperationState, words.STATES)
    )
    lease_until = MomentField(null=True)
    transaction_id = StorableCharField(max_length=_ID_LENGTH, blank=True, db_index=True)
    moved_minor_units = models.BigIntegerField(null=True)
    moved_currency = StorableCharField(max_length=3, blank=True)
    code = StorableTextField(blank=True)
    message = StorableTextField(blank=True)
    flag = StorableTextField(blank=True)
    session_id = StorableCharField(max_length=_ID_LENGTH, blank=True, db_index=True)
    session_url = StorableTextField(blank=True)
    session_expires_at = MomentField(null=True)
    challenge = StorableJSONField(default=dict, blank=True)
    details = StorableJSONField(default=dict, blank=True)
    shopper_ip = StorableCharField(max_length=_ID_LENGTH, blank=True)
    notified = models.BooleanField(default=False)
    due = MomentField(null=True, db_index=True)
    created_at = MomentField()
    updated_at = MomentField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        """Named for the admin."""

        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        indexes = (
            models.Index(
                fields=("created_at", "operation_id"), name="clover_operations_by_age"
            ),
        )

    def __str__(self) -> str:
        return f"{words.kind_name(self.kind)} {self.operation_id}"


class HistoryIsKept(TypeError):
    """A recorded event was to be changed or deleted."""

    def __init__(self) -> None:
        super().__init__("the history of a payment is added to, never changed")


class HistoryQuerySet(models.QuerySet["PaymentEvent"]):
    """Rows to be read and added."""

    def update(self, **kwargs: object) -> NoReturn:
        """Never."""
        raise HistoryIsKept

    def bulk_update(self, *args: object, **kwargs: object) -> NoReturn:
        """Never."""
        raise HistoryIsKept

    def delete(self) -> NoReturn:
        """Never."""
        raise HistoryIsKept


class PaymentEvent(models.Model):
    """The append-only history: what changed, when, by whom and why."""

    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        to_field="payment_id",
        related_name="history",
        db_index=False,
    )
    operation = models.ForeignKey(
        Operation,
        models.PROTECT,
        to_field="operation_id",
        related_name="history",
        null=True,
    )
    before = StorableCharField(
        max_length=32, blank=True, choices=words.choices(_STATES, words.STATES)
    )
    after = StorableCharField(
        max_length=32, choices=words.choices(_STATES, words.STATES)
    )
    reason = StorableTextField(blank=True)
    actor = StorableCharField(max_length=255, blank=True)
    at = MomentField(auto_now_add=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        """Oldest first."""

        ordering = ("pk",)
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        indexes = (
            models.Index(fields=("payment", "operation"), name="clover_history"),
        )

    def __str__(self) -> str:
        before = words.state_name(self.before) if self.before else "-"
        return f"{before} > {words.state_name(self.after)}"

    def save(self, **options: Any) -> None:
        """Add it.

        Raises:
            HistoryIsKept: it is there already.
        """
        if not self._state.adding:
            raise HistoryIsKept
        super().save(**options)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:
        """Never."""
        raise HistoryIsKept


class WebhookReceipt(models.Model):
    """A proven message; kept for ever, finished once its effect is in place."""

    event_id = StorableCharField(max_length=_ID_LENGTH, unique=True)
    kind = StorableCharField(max_length=32)
    provider = StorableCharField(max_length=64)
    merchant_id = StorableCharField(max_length=64)
    transaction_id = StorableCharField(max_length=_ID_LENGTH, blank=True)
    session_id = StorableCharField(max_length=_ID_LENGTH, blank=True, db_index=True)
    approved = models.BooleanField()
    occurred_at = MomentField()
    received_at = MomentField(auto_now_add=True)
    finished_at = MomentField(null=True)

    class Meta:
        """Oldest first."""

        ordering = ("pk",)
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return str(self.event_id)


class SavedSource(models.Model):
    """A card on file, and whose it is; the shopper's browser sees `public_id` alone."""

    public_id = StorableCharField(max_length=64, unique=True)
    owner = StorableCharField(max_length=255, db_index=True)
    provider_id = StorableCharField(max_length=_ID_LENGTH)
    """As good as money: it goes to no browser, no admin page and no log."""
    merchant_id = StorableCharField(max_length=64, blank=True)
    brand = StorableCharField(max_length=40, blank=True)
    last4 = StorableCharField(max_length=4, blank=True)
    exp_month = models.PositiveSmallIntegerField(null=True)
    exp_year = models.PositiveSmallIntegerField(null=True)
    created_at = MomentField(auto_now_add=True)

    class Meta:
        """Oldest first."""

        ordering = ("pk",)
        verbose_name = _("saved card")
        verbose_name_plural = _("saved cards")

    def __str__(self) -> str:
        return card_label(self.brand, self.last4)
