"""Notifying the shop of each outcome once, and remembering of which it was."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from payment_hooks.engine.engine import Engine
from payment_hooks.ledger.store import StaleVersion
from payment_hooks.model.records import (
    DISPUTE,
    Operation,
    Payment,
    PaymentChanged,
    ShopBusy,
)

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=2)
_AGAIN_AFTER = timedelta(minutes=1)
_TRIES = 10


class Notifier:
    """Calls `shop_payment_changed`, one caller at a time for each outcome."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ledger = engine.ledger

    def notify(self, payment: Payment, operations: Iterable[Operation]) -> None:
        """Notify the shop of those which ended, and of which it does not know.

        The payment's row knows of each of them.
        """
        for operation in operations:
            if not (operation.state.is_open or operation.notified):
                self._notify(payment, operation)

    def _notify(self, payment: Payment, operation: Operation) -> None:
        now = self._engine.now()
        if operation.lease_until is not None and operation.lease_until > now:
            return
        try:
            leased = self._ledger.replace_operation(
                replace(operation, lease_until=now + _LEASE, due=now + _LEASE)
            )
        except StaleVersion:
            return
        event = PaymentChanged(payment=payment, operation=leased)
        self._note(leased, is_notified=self._call(event))

    def _note(self, leased: Operation, *, is_notified: bool) -> None:
        """Written over whatever changed meanwhile; the lease of who notifies is ours."""
        row = leased
        for _ in range(_TRIES):
            try:
                self._ledger.replace_operation(
                    replace(
                        row,
                        notified=is_notified,
                        lease_until=None,
                        due=None if is_notified else self._engine.now() + _AGAIN_AFTER,
                    )
                )
            except StaleVersion:
                changed = self._ledger.get_operation(leased.operation_id)
                if changed is None or _news(changed) != _news(leased):
                    return  # flagged or disputed: the shop is notified of that anew
                row = changed
            else:
                return

    def _call(self, event: PaymentChanged) -> bool:
        """Whether every handler of the shop's returned."""
        try:
            self._engine.shop.payment_changed(event)
        except ShopBusy as busy:
            logger.info(
                "the shop is busy with this payment and will be notified again: %s",
                busy,
                extra={"event_id": event.event_id},
            )
            return False
        except Exception:
            with suppress(Exception):  # a broken log must not undo a payment either
                logger.exception(
                    "shop_payment_changed failed and will be called again",
                    extra={"event_id": event.event_id},
                )
            return False
        return True


def _news(operation: Operation) -> tuple[str, str]:
    """What the shop is notified of once more where it comes later."""
    return operation.flag, operation.details.get(DISPUTE, "")
