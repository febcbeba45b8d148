"""The one road: every adapter takes money through `Payments`, and only here."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Self, Unpack

from payment_hooks.asking import TakeDetails, ask_for_page
from payment_hooks.cards import CardDetails, PaymentSource
from payment_hooks.errors import InvalidRequest
from payment_hooks.following import Follower
from payment_hooks.gateway import Gateway, PluginRegistry
from payment_hooks.kinds import Mode, RefundReason
from payment_hooks.ledger import (
    Ledger,
    Operation,
    OperationKind,
    Payment,
)
from payment_hooks.memory import MemoryLedger
from payment_hooks.money import Money
from payment_hooks.opening import Opener
from payment_hooks.policy import Policy
from payment_hooks.resolving import Resolving
from payment_hooks.sending import utc_now
from payment_hooks.standing import refuse_unless_open
from payment_hooks.types import (
    CheckoutRequest,
    CheckoutSession,
)

logger = logging.getLogger(__name__)


class Payments(Resolving):
    """Takes and gives back money for one provider, on one ledger.

    Every movement is recorded before it is sent, sent by one owner under a key derived
    from the intent, and ends in one of three ways: it returns, it raises a refusal
    (nothing was taken), or it raises `OutcomeUnknown` and stays open until `settle`
    finds out. Repeating a call is safe: the same intent is never sent as a second one.
    """

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        *,
        policy: Policy | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(gateway, ledger, policy=policy, now=now)
        self._opener = Opener(gateway, ledger, self._closer.close, now)
        self._follower = Follower(gateway, ledger, self._movements)

    @classmethod
    def using(
        cls,
        provider: object,
        *plugins: object,
        ledger: Ledger | None = None,
        policy: Policy | None = None,
    ) -> Self:
        """The short way in: one provider, and the shop's and anybody's plugins.

        Without a ledger it remembers in memory: for tries, tests and scripts only.

        >>> from payment_hooks import Mode, Money, PaymentSource, Payments
        >>> from payment_hooks.testing import FakeProvider
        >>> payments = Payments.using(FakeProvider())
        >>> due = Money.of("25.99", "USD")
        >>> payment = payments.open("100123", mode=Mode.IFRAME, amount_due=due)
        >>> done = payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
        >>> str(done.moved), str(payments.tell(payment.payment_id).state)
        ('25.99 USD', 'paid')
        """
        gateway = Gateway.to(provider, *plugins)
        return cls(gateway, ledger or MemoryLedger(), policy=policy)

    @property
    def plugins(self) -> PluginRegistry:
        """Who takes part: the provider, wrappers and shops."""
        return self.gateway.registry

    def open(
        self,
        reference: str,
        *,
        mode: Mode,
        amount_due: Money | None = None,
        context: Mapping[str, object] | None = None,
        again: bool = False,
    ) -> Payment:
        """The payment that the shopper makes now for the shop's reference.

        The latest one is continued while it fits. When the amount due changed before
        anything was taken, it is closed and the next one begins. A payment which holds
        money is returned as it is: look at its `state`.

        Args:
            reference: the shop's own, such as the order number.
            mode: how the card reaches the provider.
            amount_due: what the shop's server says; asked from `shop_amount_due` if None.
            context: what the shop needs to finish without a browser session; JSON.
            again: begin the next one where the latest was given back, wholly.

        Raises:
            InvalidRequest: no shop knows the reference.
            OutcomeUnknown: an earlier payment of it is in doubt; nothing may be sent.
        """
        return self._opener.open(reference, mode, amount_due, context, again=again)

    def tokenize(self, card: CardDetails) -> PaymentSource:
        """A source for the card; see `payment_tokenize`. Nothing of it is kept."""
        return self.gateway.tokenize(card)

    def start_checkout(
        self, payment_id: str, request: CheckoutRequest | None = None
    ) -> CheckoutSession:
        """What the shopper's browser needs next to make this payment.

        `request` brings lines, customer and return URLs; its amount, reference and mode
        are replaced by the payment's own. A hosted session that is still good is given
        again rather than opened twice.

        Raises:
            InvalidRequest: the payment holds money already, or the request is wrong.
            ProviderUnavailable: no session could be had; nothing was taken.
        """
        payment = self._ours(payment_id)
        asked = ask_for_page(payment, request)
        refuse_unless_open(payment, self.operations(payment_id))
        if payment.mode is not Mode.HOSTED:
            return self.gateway.start_checkout(asked)
        return self._sessions.open(payment, asked)

    def card_entry(
        self, amount: Money, mode: Mode, *, locale: str = ""
    ) -> CheckoutSession:
        """What a page needs for entering a card, before there is a payment to make.

        `locale` is the page's language; without it the merchant's own holds.

        Raises:
            InvalidRequest: hosted mode has no card on a page of the shop.
            ProviderUnavailable: the public key could not be had.
        """
        if mode is Mode.HOSTED:
            raise InvalidRequest(
                "hosted checkout opens a page for a payment: open one, and start_checkout",
                code="mode_is_hosted",
            )
        asked = CheckoutRequest(
            amount=amount, reference="card-entry", mode=mode, locale=locale
        )
        return self.gateway.start_checkout(asked)

    def authorize(
        self,
        payment_id: str,
        source: PaymentSource,
        *,
        notify: bool = True,
        **details: Unpack[TakeDetails],
    ) -> Operation:
        """Reserve what is due; `notify` and `details` as for `charge`."""
        with self._telling(payment_id, notify=notify):
            return self._take(payment_id, OperationKind.AUTHORIZE, source, details)

    def charge(
        self,
        payment_id: str,
        source: PaymentSource,
        *,
        notify: bool = True,
        **details: Unpack[TakeDetails],
    ) -> Operation:
        """Take what is due; the operation which brought the money.

        A payment that holds its money answers with the operation that brought it, so a
        second submit gets the first one's result. The shop is notified before this
        returns or raises, whatever the outcome is.

        Args:
            payment_id: from `open`.
            source: from the card form.
            notify: False leaves it to a later `tell`, `settle` or recovery, for a shop
                that first has to write down what it was answered.
            details: `shopper_ip`, `shopper_email`, `description`.

        Raises:
            PaymentDeclined: nothing was taken; another source may be tried.
            KeyConflict: nothing was taken; a person must look at the provider's list.
            OutcomeUnknown: nothing may be sent again: show that it is being checked.
            PaymentError: nothing was taken.
        """
        with self._telling(payment_id, notify=notify):
            return self._take(payment_id, OperationKind.CHARGE, source, details)

    def capture(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        shopper_ip: str = "",
        notify: bool = True,
    ) -> Operation:
        """Take all or a part of what was authorized, once.

        Args:
            payment_id: the payment that holds the authorization.
            amount: what to take; all of it if None.
            shopper_ip: the address that was named with the authorization if empty.
            notify: as for `charge`.

        Raises:
            InvalidRequest: nothing is authorized, it was captured, or more is asked.
            OutcomeUnknown: settle it before asking again.
        """
        with self._telling(payment_id, notify=notify):
            return self._follower.capture(self._ours(payment_id), amount, shopper_ip)

    def refund(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        request_id: str,
        reason: RefundReason | None = None,
        notify: bool = True,
    ) -> Operation:
        """Give back `amount`, or all that is left.

        Args:
            payment_id: the payment to refund.
            amount: what to give back; all that is left if None.
            request_id: the caller's name for this intent, such as a form token: the
                same one twice is one refund, two of them are two.
            reason: why.
            notify: as for `charge`.

        Raises:
            InvalidRequest: more than was captured and not yet given back.
            OutcomeUnknown: settle it before asking again.
        """
        with self._telling(payment_id, notify=notify):
            payment = self._ours(payment_id)
            return self._follower.refund(payment, amount, request_id, reason)

    def void(self, payment_id: str, *, notify: bool = True) -> Operation:
        """Release the whole of an authorization that was not captured.

        Raises:
            InvalidRequest: there is none, or it was captured: refund it.
            OutcomeUnknown: settle it before asking again.
        """
        with self._telling(payment_id, notify=notify):
            return self._follower.void(self._ours(payment_id))

    def undo(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        request_id: str,
        notify: bool = True,
    ) -> Operation:
        """Void what was only authorized, refund what was captured."""
        with self._telling(payment_id, notify=notify):
            return self._follower.undo(self._ours(payment_id), amount, request_id)

    def _take(
        self,
        payment_id: str,
        kind: OperationKind,
        source: PaymentSource,
        details: TakeDetails,
    ) -> Operation:
        payment = self._ours(payment_id)
        if payment.mode is Mode.HOSTED:
            raise InvalidRequest(
                f"payment {payment_id} is made on the provider's page: start_checkout",
                code="mode_is_hosted",
            )
        return self._movements.take(payment, kind, source, details)
