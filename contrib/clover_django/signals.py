"""Django's signal of a payment that changed, for code that is no plugin."""

from django.dispatch import Signal

from payment_hooks import PaymentChanged, hookimpl

payment_changed = Signal()
"""Sent once per outcome, with `event`, a `PaymentChanged`, whose class is the sender.

It is sent after the hooks of every shop and adapter: in Oscar the order is there. A
receiver that raises is `shop_payment_changed` that raised: the receivers behind it are
not called, the error is logged, and the next look or recovery calls all hooks and
receivers again. So a receiver must allow being called twice, and one that shall not hold
up the rest catches its own errors.
"""


class SignalShop:
    """Sends `payment_changed` where a shop would be notified."""

    @hookimpl(trylast=True)
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Send it, not robustly: what a receiver raises has the notification repeated."""
        payment_changed.send(sender=type(event), event=event)
