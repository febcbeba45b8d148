"""What may be asked of money that is there: capture, refund, void, undo."""

from payment_hooks.engine.calls import ask_to_follow
from payment_hooks.engine.executing import Movements
from payment_hooks.ledger.state import find_intent, money_of, refundable
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.addresses import bare_address
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import RefundReason
from payment_hooks.model.money import Money
from payment_hooks.model.records import Operation, OperationKind, Payment, PaymentState
from payment_hooks.spec.calling import Gateway


class Follower:
    """Checks what is asked against what the payment holds, then has it done."""

    def __init__(self, gateway: Gateway, ledger: Ledger, movements: Movements) -> None:
        self.gateway = gateway
        self.ledger = ledger
        self.movements = movements

    def capture(
        self, payment: Payment, amount: Money | None, shopper_ip: str
    ) -> Operation:
        """See `Payments.capture`."""
        known = self.ledger.operations(payment.payment_id)
        parent = money_of(payment, known)
        earlier = find_intent(known, OperationKind.CAPTURE)
        asked = _asked(amount, earlier, parent.amount)
        if earlier is not None and asked != earlier.amount:
            raise InvalidRequest(
                f"payment {payment.payment_id} is captured with {earlier.amount} "
                "already: an authorization can be captured once",
                code="already_captured",
            )
        is_held = parent.kind is OperationKind.AUTHORIZE
        if not (is_held and Money(0, asked.currency) < asked <= parent.amount):
            raise InvalidRequest(
                f"payment {payment.payment_id} has no authorization of {asked} to "
                "capture",
                code="nothing_to_capture",
            )
        return self.movements.follow(
            payment,
            OperationKind.CAPTURE,
            asked,
            ask_to_follow(self.gateway, payment),
            shopper_ip=bare_address(shopper_ip) or parent.shopper_ip,
        )

    def refund(
        self,
        payment: Payment,
        amount: Money | None,
        request_id: str,
        reason: RefundReason | None,
    ) -> Operation:
        """See `Payments.refund`."""
        known = self.ledger.operations(payment.payment_id)
        left = refundable(payment, known)
        earlier = find_intent(known, OperationKind.REFUND, request_id)
        asked = _asked(amount, earlier, left)
        is_new_and_wrong = earlier is None and asked > left
        if is_new_and_wrong or asked <= Money(0, left.currency):
            why = f"{left} is left" if left.minor_units else "nothing is left"
            raise InvalidRequest(
                f"{asked} cannot be refunded on payment {payment.payment_id}: {why}",
                code="refund_too_large",
            )
        call = ask_to_follow(self.gateway, payment, reason=reason)
        return self.movements.follow(
            payment, OperationKind.REFUND, asked, call, request_id=request_id
        )

    def void(self, payment: Payment) -> Operation:
        """See `Payments.void`."""
        known = self.ledger.operations(payment.payment_id)
        parent = money_of(payment, known)
        earlier = find_intent(known, OperationKind.VOID)
        if earlier is None and payment.state is not PaymentState.AUTHORIZED:
            raise InvalidRequest(
                f"payment {payment.payment_id} is {payment.state}: only an "
                "authorization that was not captured can be voided",
                code="nothing_to_void",
            )
        call = ask_to_follow(self.gateway, payment)
        return self.movements.follow(payment, OperationKind.VOID, parent.amount, call)

    def undo(
        self, payment: Payment, amount: Money | None, request_id: str
    ) -> Operation:
        """See `Payments.undo`."""
        if payment.state is not PaymentState.AUTHORIZED:
            return self.refund(payment, amount, request_id, None)
        known = self.ledger.operations(payment.payment_id)
        authorized = money_of(payment, known).amount
        if amount is not None and amount != authorized:
            raise InvalidRequest(
                f"an authorization is released whole: capture all but {amount}, "
                f"or undo {authorized}",
                code="void_is_whole",
            )
        return self.void(payment)


def _asked(amount: Money | None, earlier: Operation | None, whole: Money) -> Money:
    """The amount; without one, that of the same intent before, or else the whole."""
    if amount is not None:
        return amount
    return earlier.amount if earlier is not None else whole
