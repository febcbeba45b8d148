"""Telling the shop each outcome once, and remembering what was told."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.model.records import Operation, Payment, PaymentChanged, ShopBusy
from payment_hooks.spec.calling import Gateway

logger = logging.getLogger(__name__)

_TELLING_LEASE = timedelta(minutes=2)
_TELL_AGAIN = timedelta(minutes=1)
_TRIES = 10


class Notifier:
    """Tells `shop_payment_changed`, one teller at a time for each outcome."""

    def __init__(
        self, gateway: Gateway, ledger: Ledger, now: Callable[[], datetime]
    ) -> None:
        self.gateway = gateway
        self.ledger = ledger
        self.now = now

    def find_untold(self, payment_id: str) -> list[Operation]:
        """The outcomes that the shop was not told yet."""
        return [
            operation
            for operation in self.ledger.operations(payment_id)
            if not operation.state.is_open and not operation.told
        ]

    def tell(self, payment: Payment, untold: Iterable[Operation]) -> bool:
        """Tell these outcomes, which the payment's row knows; whether all were told."""
        told = [self._tell(payment, operation) for operation in untold]
        return all(told)

    def _tell(self, payment: Payment, operation: Operation) -> bool:
        now = self.now()
        if operation.lease_until is not None and operation.lease_until > now:
            return False
        try:
            ours = self.ledger.replace_operation(
                replace(
                    operation,
                    lease_until=now + _TELLING_LEASE,
                    due=now + _TELLING_LEASE,
                )
            )
        except StaleVersion:
            return False
        told = self._call(PaymentChanged(payment=payment, operation=ours))
        self._note(ours, told)
        return told

    def _note(self, ours: Operation, told: bool) -> None:
        """Written over whatever changed meanwhile; the lease of who tells is ours."""
        row: Operation | None = ours
        for _ in range(_TRIES):
            if row is None or row.flag != ours.flag:
                return  # flagged meanwhile, which is told anew
            try:
                self.ledger.replace_operation(
                    replace(
                        row,
                        told=told,
                        lease_until=None,
                        due=None if told else self.now() + _TELL_AGAIN,
                    )
                )
            except StaleVersion:
                row = self.ledger.get_operation(ours.operation_id)
            else:
                return

    def _call(self, event: PaymentChanged) -> bool:
        try:
            self.gateway.payment_changed(event)
        except ShopBusy as busy:
            logger.info(
                "the shop is busy with this payment and will be told again: %s",
                busy,
                extra={"event_id": event.event_id},
            )
            return False
        except Exception:
            with suppress(Exception):  # a broken log must not undo a payment either
                logger.exception(
                    "shop_payment_changed failed and will be told again",
                    extra={"event_id": event.event_id},
                )
            return False
        return True
