"""The face of the engine: every adapter takes money through `Payments`, and only here."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Self

from payment_hooks.engine.engine import Engine, Policy, utc_now
from payment_hooks.engine.executing import Executor
from payment_hooks.engine.hosted import HostedPages
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.lifecycle import Lifecycle
from payment_hooks.engine.matching.judge import Judge
from payment_hooks.engine.modifications import (
    plan_capture,
    plan_movement,
    plan_refund,
    plan_reversal,
    plan_void,
    refuse_unless_allowed,
)
from payment_hooks.engine.notifying import Notifier
from payment_hooks.engine.resolving import Resolver
from payment_hooks.engine.webhooks import UnmatchedMessage, WebhookInbox
from payment_hooks.ledger.memory import MemoryLedger
from payment_hooks.ledger.outcomes import (
    Outcome,
    find_challenged,
    find_unpaid_page,
    outcome_of,
    outcome_of_all,
)
from payment_hooks.ledger.state import is_worth_a_look, refundable, refuse_unless_open
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.cards import CardDetails, PaymentSource
from payment_hooks.model.details.charge import ChargeDetails
from payment_hooks.model.details.texts import check_type
from payment_hooks.model.errors import (
    ConfigurationError,
    InvalidRequest,
    OutcomeUnknown,
    PaymentError,
    ProviderUnavailable,
)
from payment_hooks.model.kinds import ErrorCode, Mode, RefundReason
from payment_hooks.model.money import Money, read_money
from payment_hooks.model.purchases import Movement
from payment_hooks.model.records import (
    HostedPage,
    Operation,
    OperationKind,
    Payment,
    PaymentRecord,
    PaymentState,
)
from payment_hooks.model.requests import CheckoutRequest, WebhookRequest
from payment_hooks.model.results import NextAction, WebhookEvent
from payment_hooks.model.saved_cards import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.spec.calling import ProviderHooks, ShopHooks
from payment_hooks.spec.plugins import PluginRegistry

logger = logging.getLogger(__name__)

Defer = Callable[[Callable[[], object]], bool]
"""Takes a notification that is to be made later; False when it can be made at once."""


class Payments:
    """Moves money for one provider, on one ledger.

    Every movement is recorded before it is sent, sent by one owner under a key derived
    from the intent, and ends in one of three ways: it returns, it raises a refusal
    (nothing was taken), or it raises `OutcomeUnknown` and stays open until `resolve`
    finds out. Repeating a call is safe: the same intent is never sent as a second one.

    Args:
        provider: whom to ask.
        ledger: where everything is recorded.
        shop: whom to notify; the shops among the provider's plugins if None.
        policy: what the merchant decides about waiting, checks and unknown outcomes.
        now: the clock; aware times.
        defer: for a shop whose open database transaction may yet be rolled back.
    """

    def __init__(
        self,
        provider: ProviderHooks,
        ledger: Ledger,
        *,
        shop: ShopHooks | None = None,
        policy: Policy | None = None,
        now: Callable[[], datetime] = utc_now,
        defer: Defer | None = None,
    ) -> None:
        self.engine = Engine(
            provider=provider,
            shop=shop or ShopHooks(provider.registry),
            ledger=ledger,
            policy=policy or Policy(),
            now=now,
        )
        self.store = OperationStore(self.engine)
        self.resolver = Resolver(self.engine, self.store)
        self._executor = Executor(self.engine, self.store, self.resolver)
        self._pages = HostedPages(self.engine, self.store, self.resolver)
        self._inbox = WebhookInbox(
            self.engine,
            self.store,
            self.resolver,
            self._pages,
            self.judge(repair=True),
        )
        self._lifecycle = Lifecycle(
            self.engine, self.resolver, self._executor.challenges
        )
        self._notifier = Notifier(self.engine)
        self._defer = defer

    @classmethod
    def using(
        cls,
        provider: object,
        *plugins: object,
        ledger: Ledger | None = None,
        policy: Policy | None = None,
    ) -> Self:
        """The short way in: one provider, the shop, and any plugins.

        Without a ledger it remembers in memory: for tries, tests and scripts only.

        >>> from payment_hooks import Mode, Money, PaymentSource, Payments
        >>> from payment_hooks.testing import FakeProvider
        >>> payments = Payments.using(FakeProvider())
        >>> due = Money.of("25.99", "USD")
        >>> payment = payments.open("100123", mode=Mode.IFRAME, amount_due=due)
        >>> done = payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
        >>> str(done.moved), str(payments.notify(payment.payment_id).state)
        ('25.99 USD', 'paid')
        """
        hooks = ProviderHooks.to(provider, *plugins)
        return cls(hooks, ledger or MemoryLedger(), policy=policy)

    def judge(self, *, repair: bool) -> Judge:
        """Who compares what the provider has with the ledger, and adopts it if `repair`."""
        return Judge(self.engine, self.store, self.resolver, self.notify, repair=repair)

    @property
    def provider(self) -> ProviderHooks:
        """The provider that money is moved with."""
        return self.engine.provider

    @property
    def merchant_id(self) -> str:
        """The provider's merchant, empty when it does not say."""
        return self.engine.provider.merchant_id

    @property
    def shop(self) -> ShopHooks:
        """The shop that is asked and notified."""
        return self.engine.shop

    @property
    def ledger(self) -> Ledger:
        """Where everything is recorded."""
        return self.engine.ledger

    @property
    def policy(self) -> Policy:
        """What the merchant decided."""
        return self.engine.policy

    @property
    def now(self) -> Callable[[], datetime]:
        """The clock."""
        return self.engine.now

    @property
    def plugins(self) -> PluginRegistry:
        """Who takes part: the provider, wrappers and shops."""
        return self.engine.provider.registry

    def get(self, payment_id: str) -> Payment:
        """The payment of that id.

        Raises:
            InvalidRequest: there is none.
        """
        return self.engine.get(payment_id)

    def find(self, reference: str) -> tuple[Payment, ...]:
        """The payments of the shop's reference, of whatever merchant, oldest first."""
        return self.ledger.find_payments(reference=reference)

    def latest(self, reference: str) -> Payment | None:
        """The latest payment of this merchant for the reference; None if there is none."""
        return self.engine.latest(reference)

    def owns(self, payment: Payment) -> bool:
        """Whether it is made with this provider's merchant."""
        return self.engine.owns(payment)

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """What was asked for the payment, and what became of it, oldest first."""
        return self.ledger.operations(payment_id)

    def refundable(self, payment_id: str) -> Money:
        """What was captured and neither refunded nor being refunded so far."""
        return refundable(self.get(payment_id), self.operations(payment_id))

    def outcome(self, payment_id: str, *, shopper_canceled: bool = False) -> Outcome:
        """What the shopper may be shown of it, such as paid or not paid.

        `shopper_canceled`: the shopper says that the provider's page was not paid on.
        Without that, a page that may still be paid on is CHECKING.
        """
        operations = self.operations(payment_id)
        return outcome_of(operations, shopper_canceled=shopper_canceled)

    def outcome_for(self, reference: str, *, shopper_canceled: bool = False) -> Outcome:
        """The same of all payments of this merchant for the shop's reference.

        NOT_PAID where there is none; money in an earlier payment counts as well. Offer
        no other way to pay, and do not cancel, while it `may_hold_money`.

        >>> from payment_hooks import Mode, PaymentSource, Payments
        >>> from payment_hooks.testing import FakeProvider
        >>> payments = Payments.using(FakeProvider())
        >>> payments.outcome_for("100123").may_hold_money
        False
        >>> due = Money.of("25.99", "USD")
        >>> payment = payments.open("100123", mode=Mode.IFRAME, amount_due=due)
        >>> done = payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
        >>> payments.outcome_for("100123").value
        'paid'
        """
        mine = [payment for payment in self.find(reference) if self.owns(payment)]
        rows = [self.operations(payment.payment_id) for payment in mine]
        return outcome_of_all(rows, shopper_canceled=shopper_canceled)

    def unpaid_page(self, payment_id: str) -> HostedPage | None:
        """The provider's page that is open and, as far as is known, not paid on.

        The shopper has not paid yet: lead on to its `url`. None in every other case; an
        outcome that is CHECKING is then really unknown, and nothing may be paid again:
        a charge has no known outcome, money does not fit, or a message says that the
        page was paid on and the provider does not show it so far. None as well once the
        page has expired, or the payment was closed.
        """
        record = self.engine.get_record(payment_id)
        if record.payment.state is not PaymentState.OPEN:
            return None
        page = find_unpaid_page(record.operations, self.now())
        pages = [row.page.session_id for row in record.operations if row.page]
        events = [event for name in pages for event in self.ledger.find_events(name)]
        return None if any(event.approved for event in events) else page

    def open(
        self,
        reference: str,
        *,
        mode: Mode,
        amount_due: Money | None = None,
        context: Mapping[str, object] | None = None,
        adapter: str = "",
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
            adapter: whose context it is, for an adapter that finds its payments again.
            again: begin the next one where the latest was refunded or voided, wholly.

        Raises:
            InvalidRequest: no shop knows the reference.
            OutcomeUnknown: that of an earlier payment is; nothing may be sent.
        """
        return self._lifecycle.open(
            reference, mode, amount_due, context, adapter=adapter, again=again
        )

    def tokenize(self, card: CardDetails) -> PaymentSource:
        """A source for the card; see `payment_tokenize`. Nothing of it is kept."""
        return self.provider.tokenize(card)

    def start_checkout(
        self, payment_id: str, request: CheckoutRequest | None = None
    ) -> NextAction:
        """What the shopper's browser needs next to make this payment.

        `request` is made with `CheckoutRequest.for_payment`, and brings lines, customer and
        return URLs; its amount, reference and mode are replaced by the payment's own. A
        hosted session that is still good is given again rather than opened twice.

        Raises:
            WrongState: the payment holds money already.
            InvalidRequest: the request is wrong.
            ProviderUnavailable: no session could be had; nothing was taken.
        """
        record = self.engine.get_own(payment_id)
        payment = record.payment
        asked = _page_request(payment, request)
        refuse_unless_open(payment, record.operations)
        if payment.mode is not Mode.HOSTED:
            return self.provider.start_checkout(asked)
        return self._pages.open(record, asked)

    def card_entry(self, currency: str, mode: Mode, *, locale: str = "") -> NextAction:
        """What a page needs for entering a card, before there is a payment to make.

        `locale` is the page's language; without it the merchant's own holds.

        Raises:
            InvalidRequest: hosted mode has no card on a page of the shop, or there is no
                such currency.
            ProviderUnavailable: the public key could not be had.
        """
        if mode is Mode.HOSTED:
            raise InvalidRequest(
                "hosted checkout opens a page for a payment: open one, and start_checkout",
                code=ErrorCode.MODE_IS_HOSTED,
            )
        # No card fields depend on an amount, and a request must have one.
        amount = read_money(1, currency)
        asked = CheckoutRequest(
            amount=amount, reference="card-entry", mode=mode, locale=locale
        )
        return self.provider.start_checkout(asked)

    def authorize(
        self,
        payment_id: str,
        source: PaymentSource,
        *,
        details: ChargeDetails | None = None,
        notify: bool = True,
    ) -> Operation:
        """Reserve what is due; `notify` and `details` as for `charge`."""
        with self._notifying(payment_id, notify=notify):
            return self._fund(payment_id, OperationKind.AUTHORIZE, source, details)

    def charge(
        self,
        payment_id: str,
        source: PaymentSource,
        *,
        details: ChargeDetails | None = None,
        notify: bool = True,
    ) -> Operation:
        """Take what is due; the operation which brought the money.

        A payment that holds its money answers with the operation that brought it, so a
        second submit gets the first one's result. The shop is notified before this
        returns or raises, whatever the outcome is.

        Args:
            payment_id: from `open`.
            source: from the card form.
            details: what the provider may know beside amount and source.
            notify: False leaves it to a later `notify`, `resolve` or recovery, for a shop
                that first has to write down what it was answered.

        Raises:
            PaymentDeclined: nothing was taken; another source may be tried.
            ActionRequired: the shopper has to act first: show its `next_action`, and
                pass on the answer to `confirm`.
            KeyConflict: nothing was taken; a person must look at the provider's list.
            OutcomeUnknown: nothing may be sent again: show that it is being checked.
            PaymentError: nothing was taken.
        """
        with self._notifying(payment_id, notify=notify):
            return self._fund(payment_id, OperationKind.CHARGE, source, details)

    def confirm(
        self,
        payment_id: str,
        answer: Mapping[str, str] | None = None,
        *,
        canceled: bool = False,
        notify: bool = True,
    ) -> Operation:
        """Go on after the shopper answered the challenge of a charge or authorization.

        Safe to call twice, and when nothing waits: the answer is what became of the
        payment. An answer proves nothing by itself; only what the provider says counts.

        Args:
            payment_id: the payment whose `charge` or `authorize` raised `ActionRequired`.
            answer: what the browser brought back, names with texts; may be empty.
            canceled: the shopper turned back: end it, so that another card may be used.
            notify: as for `charge`.

        Raises:
            ActionRequired: it still waits, or there is a next step.
            PaymentDeclined: nothing was taken; also after `canceled`.
            OutcomeUnknown: nothing may be sent again: show that it is being checked.
            WrongState: nothing was charged that could be gone on with.
        """
        with self._notifying(payment_id, notify=notify):
            record = self.engine.get_own(payment_id)
            confirm = self._executor.challenges.confirm
            return confirm(record, answer or {}, canceled=canceled)

    def next_action(self, payment_id: str) -> NextAction | None:
        """The challenge that waits for the shopper, handed out again; None if none does."""
        waiting = find_challenged(self.operations(payment_id))
        return waiting.challenge if waiting else None

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
            WrongState: nothing is authorized, or it was captured.
            InvalidRequest: more is asked.
            OutcomeUnknown: resolve it before asking again.
        """
        with self._notifying(payment_id, notify=notify):
            record = self.engine.get_own(payment_id)
            intent = plan_capture(self.engine, record, amount, shopper_ip)
            return self._executor.modify(record.payment, intent)

    def refund(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        intent_id: str,
        reason: RefundReason | None = None,
        notify: bool = True,
    ) -> Operation:
        """Refund `amount`, or all that is left.

        Args:
            payment_id: the payment to refund.
            amount: what to refund; all that is left if None.
            intent_id: the caller's name for this intent, such as a form token: the
                same one twice is one refund, two of them are two.
            reason: why.
            notify: as for `charge`.

        Raises:
            InvalidRequest: more than was captured and not yet refunded.
            OutcomeUnknown: resolve it before asking again.
        """
        with self._notifying(payment_id, notify=notify):
            record = self.engine.get_own(payment_id)
            intent = plan_refund(self.engine, record, amount, intent_id, reason)
            return self._executor.modify(record.payment, intent)

    def void(self, payment_id: str, *, notify: bool = True) -> Operation:
        """Release the whole of an authorization that was not captured.

        Raises:
            WrongState: there is none, or it was captured: refund it.
            OutcomeUnknown: resolve it before asking again.
        """
        with self._notifying(payment_id, notify=notify):
            record = self.engine.get_own(payment_id)
            intent = plan_void(self.engine, record)
            return self._executor.modify(record.payment, intent)

    def reverse(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        intent_id: str,
        notify: bool = True,
    ) -> Operation:
        """Void what was only authorized, refund what was captured."""
        with self._notifying(payment_id, notify=notify):
            record = self.engine.get_own(payment_id)
            intent = plan_reversal(self.engine, record, amount, intent_id)
            return self._executor.modify(record.payment, intent)

    def move(
        self,
        payment_id: str,
        asked: Movement,
        *,
        caller: object,
        shop: ShopHooks | None = None,
        notify: bool = True,
    ) -> Operation:
        """Capture, refund or void for staff, if the shop allows it.

        >>> from payment_hooks import (
        ...     Mode, Money, Movement, PaymentSource, Payments, StaffAction, hookimpl)
        >>> from payment_hooks.testing import FakeProvider
        >>> class Shop:
        ...     @hookimpl
        ...     def shop_allows(self, request):
        ...         return request.caller == "the owner"
        >>> payments = Payments.using(FakeProvider(), Shop())
        >>> due = Money.of("25.99", "USD")
        >>> payment = payments.open("100123", mode=Mode.IFRAME, amount_due=due)
        >>> done = payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
        >>> asked = Movement(action=StaffAction.REFUND, amount=Money.of("5.00", "USD"))
        >>> str(payments.move(payment.payment_id, asked, caller="the owner").moved)
        '5.00 USD'

        Args:
            payment_id: whose money it is.
            asked: what to do.
            caller: the framework's request, or who else asks; for `shop_allows`.
            shop: whom to ask for permission; the shop of these payments if None.
            notify: as for `charge`.

        Raises:
            NotAllowed: the shop does not say yes; nothing was sent or written.
            WrongState: there is nothing to capture or void.
            InvalidRequest: more is asked than there is, or a part of a void.
            OutcomeUnknown: resolve it before asking again.
        """
        record = self.engine.get_own(payment_id)
        refuse_unless_allowed(shop or self.shop, record.payment, asked, caller)
        with self._notifying(payment_id, notify=notify):
            intent = plan_movement(self.engine, record, asked)
            return self._executor.modify(record.payment, intent)

    def resolve(
        self, payment_id: str, *, transaction_id: str = "", session_id: str = ""
    ) -> Payment:
        """The payment after looking at the provider, and after notifying the shop.

        Args:
            payment_id: without an open operation nothing is asked.
            transaction_id: what a webhook named; it is fetched and compared with the
                open hosted sessions before it counts.
            session_id: the hosted session that the webhook named, if it did.

        Raises:
            ProviderUnavailable: no answer came; ask again later.
            OutcomeUnknown: the answer cannot be read, or another process resolves it.
        """
        record = self.engine.get_own(payment_id)
        if transaction_id:
            self._pages.resolve(record.payment, transaction_id, session_id)
            record = self.engine.get_record(payment_id)
        return self._resolve_all(record)

    def look(self, payment_id: str) -> Payment:
        """The payment as after `resolve`, which is done once in a few seconds at most.

        For pages, which may be opened again and again, in any process: the ledger
        says when it was looked at last. Money is never moved by a look.

        Raises:
            ProviderUnavailable: no answer came; ask again later.
            OutcomeUnknown: the answer cannot be read, or another process is looking.
        """
        record = self.engine.get_own(payment_id)
        if not is_worth_a_look(record.operations, self.now()):
            return record.payment
        # Who looked since these rows were read has changed them, and so keeps us out.
        return self._resolve_all(record)

    def resume(self, payment_id: str) -> Payment:
        """The payment as after `resolve`, and after what was interrupted was sent.

        A capture, refund or void that was recorded and never sent goes out now, under
        the key it was recorded with. Meant for recovery: whoever asks again instead
        has the interrupted one closed.
        """
        record = self.engine.get_own(payment_id)
        for operation in record.operations:
            with suppress(PaymentError):  # it is written down, and `resolve` raises it
                self._executor.resume(record.payment, operation)
        return self.resolve(payment_id)

    def notify(self, payment_id: str) -> Payment:
        """The payment, after notifying the shop of each outcome that it knows nothing of.

        Where the notification has to wait, the outcome is due until it was made.
        """
        payment, operations = self.resolver.refresh(payment_id)
        is_deferred = self._defer and self._defer(partial(self.notify, payment_id))
        if not is_deferred:
            self._notifier.notify(payment, operations)
        return payment

    def receive_webhook(self, request: WebhookRequest) -> WebhookEvent:
        """The event, once it is stored and its effect is in place.

        Raises:
            WebhookRejected: forged, stale or another merchant's: answer 400.
            PaymentError: its effect is not in place yet: answer 503, resolve later.
        """
        event, payment = self._inbox.receive(request)
        if payment is not None:
            self.notify(payment.payment_id)
        return event

    def match_messages(self) -> tuple[UnmatchedMessage, ...]:
        """What a message named and fits no payment, after looking once more.

        A message may name no session: then the payment is found by our mark on it,
        where the provider gives that back.
        """
        matched, left = self._inbox.match_messages()
        for payment in matched:
            self.notify(payment.payment_id)
        return tuple(left)

    def dismiss_message(self, event_id: str) -> None:
        """Forget a message that fits no payment of ours: a person has looked."""
        self.ledger.finish_event(event_id)

    def close(self, payment_id: str) -> Payment:
        """The payment as given up: no new money is asked for it.

        A hosted session of it cannot be called back; if the shopper pays it after all,
        that money is recorded.

        Raises:
            OutcomeUnknown: an outcome of it is unknown; resolve it first. Where that was
                found while it was being closed it stays closed, and money that comes of
                it is recorded.
        """
        return self._lifecycle.close(payment_id)

    def flag(self, payment_id: str, flag: str) -> Payment:
        """The payment with this mark, which asks a person to look."""
        return self.resolver.refresh(payment_id, flag=flag)[0]

    def unflag(self, payment_id: str, flag: str) -> Payment:
        """The payment without this mark: what it asked for is done.

        Raises:
            WrongState: money that does not fit is still held.
        """
        return self.resolver.unflag(payment_id, flag)

    def save_source(self, request: SaveSourceRequest) -> SavedSource:
        """A card on file with the provider; see `payment_save_source`.

        >>> from payment_hooks import PaymentSource, Payments, SaveSourceRequest
        >>> from payment_hooks import RemoveSourceRequest
        >>> from payment_hooks.testing import FakeProvider
        >>> payments = Payments.using(FakeProvider())
        >>> saved = payments.save_source(SaveSourceRequest(
        ...     source=PaymentSource(token="tok-1", last4="4242"), email="a@shop.example"))
        >>> saved.last4
        '4242'
        >>> payments.remove_source(RemoveSourceRequest(source_id=saved.source_id))
        True
        """
        return self.provider.save_source(request)

    def remove_source(self, request: RemoveSourceRequest) -> bool:
        """Whether the card is gone from the provider; see `payment_remove_source`."""
        return self.provider.remove_source(request)

    def _fund(
        self,
        payment_id: str,
        kind: OperationKind,
        source: PaymentSource,
        details: ChargeDetails | None,
    ) -> Operation:
        record = self.engine.get_own(payment_id)
        if record.payment.mode is Mode.HOSTED:
            raise InvalidRequest(
                f"payment {payment_id} is made on the provider's page: start_checkout",
                code=ErrorCode.MODE_IS_HOSTED,
            )
        known = ChargeDetails() if details is None else details
        check_type("details", known, ChargeDetails)
        return self._executor.fund(record, kind, source, known)

    @contextmanager
    def _notifying(self, payment_id: str, *, notify: bool) -> Iterator[None]:
        """Write down what came of the block, also where it raises, and notify the shop.

        What cannot be done now is due, and recovery does it: the outcome is kept.
        """
        try:
            yield
        except Exception:
            self._finish(payment_id, notify=notify)
            raise
        self._finish(payment_id, notify=notify)

    def _finish(self, payment_id: str, *, notify: bool) -> None:
        try:
            if notify:
                self.notify(payment_id)
            else:
                self.resolver.refresh(payment_id)
        except Exception:
            with suppress(Exception):  # a broken log must not hide the outcome
                logger.exception(
                    "the shop was not notified; recovery will do it",
                    extra={"payment_id": payment_id},
                )

    def _resolve_all(self, record: PaymentRecord) -> Payment:
        problems = [
            problem
            for operation in record.operations
            if (problem := self._try_to_resolve(record.payment, operation))
        ]
        payment = self.notify(record.payment.payment_id)
        if problems:
            raise _all_of(problems)
        return payment

    def _try_to_resolve(
        self, payment: Payment, operation: Operation
    ) -> PaymentError | None:
        """Why it could not be resolved; one does not keep the others waiting."""
        try:
            self._inbox.apply_stored(payment, operation)
            self.resolver.look_up(payment, operation)
        except PaymentError as error:
            self.store.note_look(operation)
            return error
        except ConfigurationError as error:
            self.store.note_look(operation)
            return ProviderUnavailable(str(error), code=ErrorCode.CONFIGURATION)
        return None


def _all_of(problems: Sequence[PaymentError]) -> PaymentError:
    """One error for all: unknown if any is, else as the first."""
    first, *others = problems
    if not others:
        return first
    message = "; ".join(error.message for error in problems)
    unknown = next((row for row in problems if isinstance(row, OutcomeUnknown)), None)
    kind = OutcomeUnknown if unknown else type(first)
    code = (unknown or first).code
    return kind(message, code=code, provider=first.provider)


def _page_request(payment: Payment, request: CheckoutRequest | None) -> CheckoutRequest:
    """The request with the payment's own amount, reference and mode."""
    amount, mode = payment.amount_due, payment.mode
    if request is None:
        return CheckoutRequest.for_payment(payment)
    return replace(request, amount=amount, reference=payment.reference, mode=mode)
