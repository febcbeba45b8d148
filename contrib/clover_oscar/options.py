"""What the shop's settings say, in the adapter's words."""

from collections.abc import Iterable, Mapping

from clover_django import conf
from payment_hooks import Mode, PaymentState

_CANCELLED = ("cancelled", "canceled")
USUAL_STATUSES: dict[PaymentState, tuple[str, ...]] = {
    PaymentState.REFUNDED: ("refunded", *_CANCELLED),
    PaymentState.VOIDED: ("voided", *_CANCELLED),
}
"""Names of order statuses, in lower case, for money that went back; the first one that
the shop's pipeline has is taken."""
METHOD = "clover"
"""The payment method that shops with a choice of methods give to `pay_by`."""


def is_ours(method: str | None) -> bool:
    """Whether a checkout with this payment method is paid through Clover."""
    return method is None or method == METHOD or method.startswith(f"{METHOD}-")


def method_for(mode: Mode) -> str:
    """The payment method that asks for one of the merchant's modes."""
    return f"{METHOD}-{mode}"


def mode_for(method: str | None) -> Mode:
    """How the card reaches Clover: as the method asks, else the merchant's own mode."""
    known = {method_for(mode): mode for mode in modes()}
    return known.get(method or "", conf.get_config().mode)


def modes() -> tuple[Mode, ...]:
    """The modes among which a shopper may choose."""
    return conf.get_config().modes


def currency() -> str:
    """The one currency of the merchant's account."""
    return conf.get_config().currency


def merchant_id() -> str:
    """Clover's id of the merchant."""
    return conf.get_config().merchant_id


def captures_at_once() -> bool:
    """Whether an order is charged when it is placed, or only authorized."""
    return bool(conf.adapter_setting("AUTO_CAPTURE"))


def has_preview() -> bool:
    """Whether the shopper sees the order once more after entering the card."""
    return bool(conf.adapter_setting("PREVIEW"))


def order_statuses() -> dict[str, str]:
    """Order statuses by payment state; empty when orders shall not move."""
    statuses = conf.adapter_setting("ORDER_STATUS")
    return dict(statuses) if isinstance(statuses, Mapping) else {}


def order_status(state: PaymentState, allowed: Iterable[str]) -> str:
    """The order status for a payment in this state; empty when it shall not move.

    Args:
        state: the payment's; where the settings say nothing of it, an order whose money
            is all with the shopper again moves to the status that the shop's own
            pipeline has for that.
        allowed: where the pipeline lets the order move now.
    """
    offered = list(allowed)
    named = order_statuses()
    if state.value in named:
        return named[state.value] if named[state.value] in offered else ""
    by_name = {status.strip().lower(): status for status in reversed(offered)}
    known = (by_name.get(name) for name in USUAL_STATUSES.get(state, ()))
    return next(filter(None, known), "")
