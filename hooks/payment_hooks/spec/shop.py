"""The hooks of shops: questions to the shop, and notifications."""

from payment_hooks.model.money import Money
from payment_hooks.model.purchases import (
    AccessRequest,
    CompletePurchaseRequest,
    FindPurchaseRequest,
    HoldPurchaseRequest,
    Purchase,
)
from payment_hooks.model.records import PaymentChanged
from payment_hooks.spec.markers import hookspec


@hookspec(firstresult=True)
def shop_amount_due(reference: str) -> Money | None:
    """What the shop's own server says is due for `reference`.

    Called before a payment is opened without an amount. The first shop that knows the
    reference answers; `None` means "not mine". The amount never comes from a browser.

    >>> from payment_hooks import hookimpl
    >>> class Shop:
    ...     @hookimpl
    ...     def shop_amount_due(self, reference):
    ...         return Money(2599, "USD") if reference == "100123" else None
    >>> str(Shop().shop_amount_due("100123"))
    '25.99 USD'

    Raises:
        InvalidRequest: the reference is known, but cannot be paid.
    """


@hookspec(firstresult=True)
def shop_find_purchase(request: FindPurchaseRequest) -> Purchase | None:
    """The checkout or order of that id, if this caller may see it and pay for it.

    Called whenever an API is asked about it. `None`: none, or another customer's, which
    the caller hears alike.

    >>> from payment_hooks import hookimpl
    >>> class Shop:
    ...     @hookimpl
    ...     def shop_find_purchase(self, request):
    ...         return Purchase(purchase_id="7", kind=request.kind, reference="7",
    ...                         amount_due=Money(2599, "USD"))
    >>> asked = FindPurchaseRequest(kind="checkout", purchase_id="7")
    >>> str(Shop().shop_find_purchase(asked).amount_due)
    '25.99 USD'

    Raises:
        InvalidRequest: it is known, but cannot be paid as it is.
    """


@hookspec(firstresult=True)
def shop_allows(request: AccessRequest) -> bool | None:
    """Whether this caller may see, capture, refund, void or report payments.

    Called before it is done. The first shop that has an opinion decides; `None` is no.

    >>> from payment_hooks import hookimpl
    >>> class Shop:
    ...     @hookimpl
    ...     def shop_allows(self, request):
    ...         return request.caller == "the boss"
    >>> Shop().shop_allows(AccessRequest(action="refund", caller="a shopper"))
    False

    Raises:
        PaymentError: it cannot be known now; it counts as no.
    """


@hookspec
def shop_hold_purchase(request: HoldPurchaseRequest) -> None:
    """Keep a purchase as it is from now on: its payment is about to be asked for.

    Called each time before money is asked for, with what `shop_find_purchase` just
    gave. A shop whose cart can change freezes it here, and lets go of it when
    `shop_payment_changed` is called for a refusal. The answer is not used; `None` is fine.

    Compare the cart with the purchase: another request may have changed it since then,
    and one that came earlier may write into it even later. So order what the purchase
    held, which its `context` keeps with the payment, and not what the cart has by then.

    >>> from payment_hooks import hookimpl
    >>> class Shop:
    ...     frozen = set()
    ...     @hookimpl
    ...     def shop_hold_purchase(self, request):
    ...         self.frozen.add(request.purchase.purchase_id)

    Raises:
        InvalidRequest: it changed in this moment, or another payment has it; nothing is
            asked for.
    """


@hookspec(firstresult=True)
def shop_complete_purchase(request: CompletePurchaseRequest) -> Purchase | None:
    """The order of a checkout whose money is here.

    Called when the shopper's page asks for it, after `shop_payment_changed`: a shop
    that places its orders there only looks it up. Must allow being called twice at the
    same time. `None` means that it is not the shop's.

    >>> from dataclasses import replace
    >>> from payment_hooks import hookimpl
    >>> class Shop:
    ...     @hookimpl
    ...     def shop_complete_purchase(self, request):
    ...         return replace(request.purchase, kind="order", number="1001")

    Raises:
        InvalidRequest: it cannot be made, as its code says; a person must look.
    """


@hookspec
def shop_payment_changed(event: PaymentChanged) -> None:
    """Notify the shop that a payment reached a new state.

    Every registered shop is notified once per outcome, whichever of redirect, webhook,
    recovery or poll came first. An event counts as delivered once all handlers returned;
    one that raises is called again by the next look or recovery, so a handler must
    allow being called twice. The answer is not used.

    >>> from payment_hooks import hookimpl
    >>> class Shop:
    ...     def __init__(self):
    ...         self.paid = set()
    ...     @hookimpl
    ...     def shop_payment_changed(self, event):
    ...         if event.payment.is_paid:
    ...             self.paid.add(event.payment.reference)

    Raises:
        Exception: whatever went wrong; it is logged, and the event is delivered again.
    """
