"""The half of `Payments` that looks: what became of them, and who is told of it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from payment_hooks.closing import Closer
from payment_hooks.errors import InvalidRequest, OutcomeUnknown, PaymentError
from payment_hooks.gateway import Gateway
from payment_hooks.hosted import HostedSessions
from payment_hooks.intake import UnmatchedMessage, WebhookIntake
from payment_hooks.ledger import Ledger, Operation, Payment
from payment_hooks.money import Money
from payment_hooks.movements import Movements
from payment_hooks.notifying import Notifier
from payment_hooks.outcomes import is_worth_a_look
from payment_hooks.policy import Policy
from payment_hooks.sending import Sender, utc_now
from payment_hooks.settling import Settler
from payment_hooks.standing import refundable
from payment_hooks.types import WebhookEvent, WebhookRequest

logger = logging.getLogger(__name__)


class Resolving:
    """Reads payments, brings their doubts to an end, and tells the shop."""

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        *,
        policy: Policy | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.gateway = gateway
        self.ledger = ledger
        self.policy = policy or Policy()
        self.now = now
        self._sender = Sender(ledger, self.policy, now)
        self._settler = Settler(gateway, ledger, self._sender, self.policy, now)
        self._closer = Closer(ledger, self._settler)
        self._movements = Movements(gateway, ledger, self._sender, self._settler)
        self._sessions = HostedSessions(gateway, ledger, self._sender, self._settler)
        self._intake = WebhookIntake(gateway, ledger, self._sessions)
        self._notifier = Notifier(gateway, ledger, now)

    def get(self, payment_id: str) -> Payment:
        """The payment of that id.

        Raises:
            InvalidRequest: there is none.
        """
        payment = self.ledger.get_payment(payment_id)
        if payment is None:
            raise InvalidRequest(f"no payment {payment_id}", code="payment_unknown")
        return payment

    def owns(self, payment: Payment) -> bool:
        """Whether it is made with this provider's merchant."""
        return (payment.provider, payment.merchant_id) == (
            self.gateway.provider,
            self.gateway.merchant_id,
        )

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """What was asked for the payment, and what became of it, oldest first."""
        return self.ledger.operations(payment_id)

    def refundable(self, payment_id: str) -> Money:
        """What was captured and neither given back nor asked back so far."""
        return refundable(self.get(payment_id), self.operations(payment_id))

    def settle(
        self, payment_id: str, *, transaction_id: str = "", session_id: str = ""
    ) -> Payment:
        """The payment after looking at the provider, and after telling the shop.

        Args:
            payment_id: the payment in doubt; without doubts nothing is asked.
            transaction_id: what a webhook named; it is fetched and compared with the
                open hosted sessions before it counts.
            session_id: the hosted session that the webhook named, if it did.

        Raises:
            ProviderUnavailable: nobody answered; ask again later.
            OutcomeUnknown: the answer cannot be read, or somebody else settles it.
        """
        payment = self._ours(payment_id)
        if transaction_id:
            self._sessions.settle(payment, transaction_id, session_id)
        return self._settle_all(payment, self.operations(payment_id))

    def look(self, payment_id: str) -> Payment:
        """The payment as after `settle`, which is done once in a few seconds at most.

        For pages, which anybody may open again and again, in any process: the ledger
        says when somebody looked last. Money is never moved by a look.

        Raises:
            ProviderUnavailable: nobody answered; ask again later.
            OutcomeUnknown: the answer cannot be read, or somebody else is looking.
        """
        payment = self._ours(payment_id)
        known = self.operations(payment_id)
        if not is_worth_a_look(known, self.now()):
            return payment
        # Who looked since these rows were read has changed them, and so keeps us out.
        return self._settle_all(payment, known)

    def resume(self, payment_id: str) -> Payment:
        """The payment as after `settle`, and after what was interrupted was sent.

        A capture, refund or void that was recorded and never sent goes out now, under
        the key it was recorded with. Meant for recovery: whoever asks again instead
        has the interrupted one given up.
        """
        payment = self._ours(payment_id)
        for operation in self.operations(payment_id):
            with suppress(PaymentError):  # it is written down; `settle` tells of it
                self._movements.resume(payment, operation)
        return self.settle(payment_id)

    def tell(self, payment_id: str) -> Payment:
        """The payment, after telling the shop every outcome it was not told yet."""
        # Read before the payment's row is: what is told now stands in that row by then.
        # What ends meanwhile is due, and told with the row that knows of it.
        untold = self._notifier.find_untold(payment_id)
        payment = self._settler.refresh(payment_id)
        self._notifier.tell(payment, untold)
        return payment

    def receive_webhook(self, request: WebhookRequest) -> WebhookEvent:
        """The event, once it is stored and its effect is in place.

        Raises:
            WebhookRejected: forged, stale or another merchant's: answer 400.
            PaymentError: its effect is not in place yet: answer 503, settle later.
        """
        event, payment = self._intake.receive(request)
        if payment is not None:
            self.tell(payment.payment_id)
        return event

    def match_messages(self) -> tuple[UnmatchedMessage, ...]:
        """What the provider told of and fits no payment, after looking once more.

        A message may name no session: then the payment is found by our mark on it,
        where the provider gives that back.
        """
        matched, left = self._intake.match_messages()
        for payment in matched:
            self.tell(payment.payment_id)
        return tuple(left)

    def dismiss_message(self, event_id: str) -> None:
        """Forget a message that fits no payment of ours: a person has looked."""
        self.ledger.finish_event(event_id)

    def close(self, payment_id: str) -> Payment:
        """The payment as given up: no new money is asked for it.

        A hosted session of it cannot be called back; if the shopper pays it after all,
        that money is recorded.

        Raises:
            OutcomeUnknown: something of it is in doubt; settle it first.
        """
        return self._closer.close(payment_id)

    def flag(self, payment_id: str, flag: str) -> Payment:
        """The payment with this mark, which asks a person to look."""
        return self._settler.refresh(payment_id, flag=flag)

    def unflag(self, payment_id: str, flag: str) -> Payment:
        """The payment without this mark: what it asked for is done.

        Raises:
            InvalidRequest: money that does not fit is still held.
        """
        return self._settler.unflag(payment_id, flag)

    @contextmanager
    def _telling(self, payment_id: str, *, notify: bool) -> Iterator[None]:
        """Tell the shop what came of the block, also where it raises.

        What cannot be told now is due, and recovery tells it: the outcome stands.
        """
        try:
            yield
        except Exception:
            if notify:
                self._tell_if_possible(payment_id)
            raise
        if notify:
            self._tell_if_possible(payment_id)

    def _tell_if_possible(self, payment_id: str) -> None:
        try:
            self.tell(payment_id)
        except Exception:
            with suppress(Exception):  # a broken log must not hide the outcome
                logger.exception(
                    "the shop was not notified; recovery will do it",
                    extra={"payment_id": payment_id},
                )

    def _settle_all(self, payment: Payment, operations: Sequence[Operation]) -> Payment:
        problems = [
            problem
            for operation in operations
            if (problem := self._try_to_settle(payment, operation))
        ]
        told = self.tell(payment.payment_id)
        if problems:
            raise _all_of(problems)
        return told

    def _try_to_settle(
        self, payment: Payment, operation: Operation
    ) -> PaymentError | None:
        """Why it could not be settled; one doubt does not keep the others waiting."""
        try:
            self._intake.apply_stored(payment, operation)
            self._settler.settle(payment, operation)
        except PaymentError as error:
            self._sender.note_look(operation)
            return error
        return None

    def _ours(self, payment_id: str) -> Payment:
        """The payment, if it is made with the merchant whose money this road moves.

        Raises:
            InvalidRequest: it is another merchant's; nothing was asked.
        """
        payment = self.get(payment_id)
        if not self.owns(payment):
            raise InvalidRequest(
                f"payment {payment_id} belongs to merchant {payment.merchant_id}, not to "
                f"{self.gateway.merchant_id}: use that merchant's Payments",
                code="payment_of_another_merchant",
            )
        return payment


def _all_of(problems: Sequence[PaymentError]) -> PaymentError:
    """One error for all: in doubt if any is, else as the first."""
    first, *others = problems
    if not others:
        return first
    message = "; ".join(error.message for error in problems)
    in_doubt = next((row for row in problems if isinstance(row, OutcomeUnknown)), None)
    kind = OutcomeUnknown if in_doubt else type(first)
    code = (in_doubt or first).code
    return kind(message, code=code, provider=first.provider)
