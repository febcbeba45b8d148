"""A provider in memory: keeps a ledger of its own, and fails when asked to."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from payment_hooks.model.cards import CardDetails, PaymentSource
from payment_hooks.model.errors import (
    InvalidRequest,
    PaymentDeclined,
    UnsupportedOperation,
    WebhookRejected,
)
from payment_hooks.model.kinds import (
    DeclineCode,
    ErrorCode,
    EventKind,
    Mode,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.model.money import Money
from payment_hooks.model.provider_info import Ability, Limits, ProviderInfo
from payment_hooks.model.requests import (
    CaptureRequest,
    CheckoutRequest,
    ConfirmRequest,
    FindRequest,
    ListRequest,
    PaymentRequest,
    RefundRequest,
    RetrieveRequest,
    RetryRequest,
    VoidRequest,
    WebhookRequest,
)
from payment_hooks.model.results import (
    CardFields,
    CardForm,
    Challenge,
    FindResult,
    ListResult,
    NextAction,
    Redirect,
    RetrieveResult,
    Transaction,
    WebhookEvent,
)
from payment_hooks.model.saved_cards import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.spec.markers import hookimpl

_GIVING = (TransactionStatus.SUCCEEDED, TransactionStatus.PENDING)
_ABILITY_FOR = {
    "payment_authorize": Ability.AUTHORIZE,
    "payment_void": Ability.VOID,
    "payment_save_source": Ability.SAVE_CARD,
    "payment_remove_source": Ability.SAVE_CARD,
    "payment_confirm": Ability.CHALLENGE,
    "payment_retrieve": Ability.LOOK_UP,
    "payment_find": Ability.LOOK_UP,
    "payment_list": Ability.LIST,
    "payment_read_webhook": Ability.WEBHOOKS,
}
_SESSION_LIFE = timedelta(minutes=15)
_TOLERANCE = timedelta(minutes=5)

AMOUNT_INVALID = "amount_invalid"
"""A capture, refund or void of more than there is, or in another currency."""
CARD_DECLINED = "card_declined"
"""The token begins with `decline`."""
CHARGE_ALREADY_CAPTURED = "charge_already_captured"
"""A capture or void of what is captured."""
CHARGE_ALREADY_VOIDED = "charge_already_voided"
"""A capture or void of what is voided."""
CHALLENGE_ANSWER_WRONG = "challenge_answer_wrong"
"""The answer is not of the shopper's page: it lacks the code of the challenge."""
NOT_FOUND = "not_found"
"""There is no transaction of that id and kind."""
SIGNATURE_WRONG = "forged"
"""The message was not signed with the secret."""
SIGNATURE_STALE = "stale"
"""The message is more than five minutes older or newer than its arrival."""
OTHER_MERCHANT = "other_merchant"
"""The message is for another merchant."""
SOURCE_UNKNOWN = "source_unknown"
"""A saved card came as a fresh token, or the other way round."""


def sign(body: bytes, secret: str) -> str:
    """The signature which the fake provider puts on its messages."""
    return hmac.new(secret.encode(), body, "sha256").hexdigest()


def _unsupported(what: str) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"the fake provider was told to have no {what}", code=ErrorCode.UNSUPPORTED
    )


def _refuse_more_than(most: Money, asked: Money) -> None:
    if asked.currency != most.currency or asked.minor_units > most.minor_units:
        raise InvalidRequest(f"{asked} of {most}", code=AMOUNT_INVALID)


@dataclass(kw_only=True)
class Fault:
    """A fault of the next call of a hook."""

    error: BaseException
    after: bool = False
    """Whether the money moves before the error is raised, as when an answer is lost."""


@dataclass(eq=False)
class FakeProvider:
    """A provider for tests: `FakeProvider().fail("payment_charge", error)`.

    Tokens that begin with `decline` are declined; those that begin with `challenge` wait
    for the shopper, and those with `challenge-twice` a second time. Keys are honoured for
    authorize and charge. `ledger` holds what really moved, whatever was answered.
    """

    name = "fake"
    merchant_id: str = "FAKEMERCHANT1"
    secret: str = field(default="", repr=False)
    """Signs messages; without one the provider sends and reads none."""
    ledger: dict[str, Transaction] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    saved: dict[str, SavedSource] = field(default_factory=dict)
    """The cards on file, by their id."""
    next_status: TransactionStatus = TransactionStatus.SUCCEEDED
    """The status of the next movement: the bank may need time, or say no after all."""
    shows_marks: bool = False
    """Whether a look-up shows which page was paid, as with Clover's platform token."""
    abilities: frozenset[Ability] = frozenset(Ability) - {Ability.CAPTURE_ABOVE}
    """What it can do; anything else is refused, as it must be."""
    modes: frozenset[Mode] = frozenset(Mode)
    limits: Limits = field(default_factory=Limits)
    _by_key: dict[str, Transaction | Challenge | PaymentDeclined] = field(
        default_factory=dict
    )
    _codes: dict[str, list[str]] = field(default_factory=dict)
    """What each waiting transaction is still to be answered with."""
    _faults: dict[str, list[Fault]] = field(default_factory=dict)
    _acts: dict[str, list[Callable[[], object]]] = field(default_factory=dict)
    _pages: dict[str, str] = field(default_factory=dict)
    """The operation of each hosted page, by its session."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def fail(self, hook: str, error: BaseException, *, after: bool = False) -> None:
        """Let the next call of the hook end with `error`."""
        self._faults.setdefault(hook, []).append(Fault(error=error, after=after))

    def during(self, hook: str, act: Callable[[], object]) -> None:
        """Call `act` in the middle of the hook's next call: as another request would."""
        self._acts.setdefault(hook, []).append(act)

    def mend(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def become(self, transaction_id: str, status: TransactionStatus) -> Transaction:
        """Change the status of a transaction, as a bank may do later."""
        changed = replace(self.ledger[transaction_id], status=status)
        self.ledger[transaction_id] = changed
        return changed

    def answer(self, challenge: Challenge) -> dict[str, str]:
        """What the shopper's browser brings back after answering this challenge well."""
        return {"code": f"answered {challenge.data['challenge']}"}

    def pass_challenge(self, transaction_id: str) -> Transaction:
        """Let the shopper answer at the bank, which goes on without the shop.

        What was canceled before stays so.
        """
        self._codes.pop(transaction_id, None)
        waiting = self.ledger[transaction_id]
        if waiting.status is not TransactionStatus.PENDING:
            return waiting
        return self._conclude(transaction_id)

    def pay_session(self, amount: Money, session_id: str = "") -> Transaction:
        """What a shopper's payment on a hosted page leaves in the ledger.

        With the page's `session_id`, it carries the mark of the operation.
        """
        operation_id = self._pages.get(session_id, "")
        return self._add(TransactionKind.CHARGE, amount, operation_id=operation_id)

    @hookimpl
    def payment_describe(self) -> ProviderInfo:
        """Its fields; without a secret it sends no messages."""
        silent = set() if self.secret else {Ability.WEBHOOKS}
        return ProviderInfo(
            name=self.name,
            merchant_id=self.merchant_id,
            modes=self.modes,
            abilities=self.abilities - silent,
            limits=self.limits,
            is_test=True,
        )

    @hookimpl
    def payment_tokenize(self, request: CardDetails) -> PaymentSource:
        """A token that contains the last four digits."""
        self._before("payment_tokenize")
        return PaymentSource(
            token=f"tok-{next(self._numbers)}",
            last4=request.last4,
            merchant_id=self.merchant_id,
        )

    @hookimpl
    def payment_save_source(self, request: SaveSourceRequest) -> SavedSource:
        """A card on file, unless the token begins with `decline`."""
        self._before("payment_save_source")
        source = request.source
        if source.token.startswith("decline"):
            raise PaymentDeclined("the fake bank said no", code=CARD_DECLINED)
        saved = SavedSource(
            source_id=f"saved-{next(self._numbers)}",
            brand=source.brand,
            last4=source.last4,
            exp_month=source.exp_month,
            exp_year=source.exp_year,
            merchant_id=self.merchant_id,
        )
        self.saved[saved.source_id] = saved
        self._after("payment_save_source")
        return saved

    @hookimpl
    def payment_remove_source(self, request: RemoveSourceRequest) -> bool:
        """Forget the card on file."""
        self._before("payment_remove_source")
        self.saved.pop(request.source_id, None)
        self._after("payment_remove_source")
        return True

    @hookimpl
    def payment_authorize(self, request: PaymentRequest) -> Transaction | Challenge:
        """Authorize, once per key."""
        return self._take("payment_authorize", TransactionKind.AUTHORIZATION, request)

    @hookimpl
    def payment_charge(self, request: PaymentRequest) -> Transaction | Challenge:
        """Charge, once per key."""
        return self._take("payment_charge", TransactionKind.CHARGE, request)

    @hookimpl
    def payment_confirm(self, request: ConfirmRequest) -> Transaction | Challenge:
        """Go on once the challenge was answered with its code; `canceled` ends it."""
        self._before("payment_confirm")
        confirmed = self._confirm(request)
        self._after("payment_confirm")
        return confirmed

    @hookimpl
    def payment_capture(self, request: CaptureRequest) -> Transaction:
        """Capture an authorization, once."""
        self._before("payment_capture")
        authorized = self._authorized(request)
        if request.amount < authorized.amount:
            self._require(Ability.PARTIAL_CAPTURE)
        taken = replace(
            authorized, kind=TransactionKind.CHARGE, captured=request.amount
        )
        self.ledger[authorized.transaction_id] = taken
        self._after("payment_capture")
        return replace(
            taken,
            kind=TransactionKind.CAPTURE,
            amount=request.amount,
            operation_id=request.operation_id,
        )

    @hookimpl
    def payment_refund(self, request: RefundRequest) -> Transaction:
        """Refund what was captured, and no more."""
        self._refuse_wrong_refund(request)
        return self._return("payment_refund", TransactionKind.REFUND, request)

    @hookimpl
    def payment_void(self, request: VoidRequest) -> Transaction:
        """Void an authorization that was not captured."""
        self._authorized(request)
        return self._return("payment_void", TransactionKind.VOID, request)

    @hookimpl
    def payment_start_checkout(self, request: CheckoutRequest) -> NextAction:
        """A page, card fields or a card form with invented addresses and keys."""
        self._before("payment_start_checkout")
        if request.mode not in self.modes:
            raise _unsupported(f"mode {request.mode}")
        if request.mode is Mode.IFRAME:
            return CardFields(
                script_url="https://fake.test/sdk.js",
                public_key="fake-public-key",
                merchant_id=self.merchant_id,
            )
        if request.mode is Mode.API:
            return CardForm(public_key="fake-public-key", merchant_id=self.merchant_id)
        session_id = f"session-{next(self._numbers)}"
        self._pages[session_id] = request.operation_id
        return Redirect(
            url=f"https://fake.test/pay/{session_id}",
            session_id=session_id,
            expires_at=datetime.now(UTC) + _SESSION_LIFE,
        )

    @hookimpl
    def payment_retry(self, request: RetryRequest) -> Transaction | Challenge:
        """The key's first outcome, or the outcome now."""
        return self._take("payment_retry", request.kind, request.request)

    @hookimpl
    def payment_retrieve(self, request: RetrieveRequest) -> RetrieveResult:
        """The transaction in `ledger`, with its refunds and voids if asked."""
        self._before("payment_retrieve")
        found = self.ledger.get(request.transaction_id)
        if found is None:
            return RetrieveResult()
        is_asked = self.shows_marks and bool(request.candidates)
        refunds = [
            row
            for row in self.ledger.values()
            if request.with_refunds and row.parent_id == found.transaction_id
        ]
        return RetrieveResult(
            transaction=replace(found, shows_marks=is_asked),
            refunds=tuple(refunds),
            complete=request.with_refunds,
        )

    @hookimpl
    def payment_find(self, request: FindRequest) -> FindResult:
        """The charge or authorization in `ledger`; its times are not looked at."""
        self._before("payment_find")
        mine = (
            row
            for row in self.ledger.values()
            if row.operation_id == request.operation_id and not row.parent_id
        )
        return FindResult(transaction=next(mine, None), complete=True)

    @hookimpl
    def payment_list(self, request: ListRequest) -> ListResult:
        """All of `ledger`; its times are not looked at."""
        self._before("payment_list")
        return ListResult(transactions=tuple(self.ledger.values()), complete=True)

    @hookimpl
    def payment_read_webhook(self, request: WebhookRequest) -> WebhookEvent | None:
        """The event of a message that `message` signed, for five minutes."""
        if not self.secret:
            return None
        self._before("payment_read_webhook")
        given = {name.lower(): value for name, value in request.headers.items()}
        if not hmac.compare_digest(
            given.get("signature", ""), sign(request.body, self.secret)
        ):
            raise WebhookRejected(
                "not signed by the fake provider", code=SIGNATURE_WRONG
            )
        news = json.loads(request.body)
        sent = datetime.fromisoformat(news["sent"])
        if abs(request.received_at - sent) > _TOLERANCE:
            raise WebhookRejected("not of this time", code=SIGNATURE_STALE)
        if news["merchant"] != self.merchant_id:
            raise WebhookRejected("for another merchant", code=OTHER_MERCHANT)
        return WebhookEvent(
            event_id=news["id"],
            kind=EventKind(news["kind"]),
            provider=self.name,
            merchant_id=news["merchant"],
            transaction_id=news["transaction"],
            session_id=news["session"],
            occurred_at=sent,
        )

    def message(
        self,
        transaction_id: str,
        session_id: str = "",
        *,
        kind: EventKind = EventKind.PAYMENT,
        secret: str = "",
        merchant_id: str = "",
        age: timedelta = timedelta(0),
    ) -> WebhookRequest:
        """A message of that age and kind about the transaction, signed.

        One transaction is paid once, and every message of it has the same id; it may be
        refunded or disputed again, and each such message has its own.
        """
        now = datetime.now(UTC)
        is_payment = kind is EventKind.PAYMENT
        number = "" if is_payment else f"-{next(self._numbers)}"
        news = {
            "id": f"{kind.value}-{transaction_id}{number}",
            "kind": kind.value,
            "merchant": merchant_id or self.merchant_id,
            "transaction": transaction_id,
            "session": session_id,
            "sent": (now - age).isoformat(),
        }
        body = json.dumps(news).encode()
        return WebhookRequest(
            body=body,
            headers={"signature": sign(body, secret or self.secret)},
            received_at=now,
        )

    def _authorized(self, request: CaptureRequest | VoidRequest) -> Transaction:
        authorized = self.ledger.get(request.transaction_id)
        if authorized is None:
            raise InvalidRequest("no such authorization", code=NOT_FOUND)
        if authorized.kind is not TransactionKind.AUTHORIZATION:
            raise InvalidRequest("captured before", code=CHARGE_ALREADY_CAPTURED)
        if authorized.status is not TransactionStatus.SUCCEEDED:
            raise InvalidRequest("voided before", code=CHARGE_ALREADY_VOIDED)
        _refuse_more_than(self._most_of(authorized.amount, request), request.amount)
        return authorized

    def _most_of(self, amount: Money, request: CaptureRequest | VoidRequest) -> Money:
        """What may be captured or voided of an authorization of this amount."""
        is_capture = isinstance(request, CaptureRequest)
        is_same = request.amount.currency == amount.currency
        if is_capture and is_same and Ability.CAPTURE_ABOVE in self.abilities:
            return max(amount, request.amount)
        return amount

    def _require(self, ability: Ability) -> None:
        if ability not in self.abilities:
            raise _unsupported(ability)

    def _refuse_wrong_refund(self, request: RefundRequest) -> None:
        taken = self.ledger.get(request.transaction_id)
        if taken is None or taken.captured is None:
            raise InvalidRequest("no such charge", code=NOT_FOUND)
        given = sum(
            row.amount.minor_units
            for row in self._changes(taken, TransactionKind.REFUND)
            if row.status in _GIVING
        )
        left = taken.captured.minor_units - given
        _refuse_more_than(Money(left, taken.captured.currency), request.amount)
        if given:
            self._require(Ability.SEVERAL_REFUNDS)
        if request.amount < taken.captured:
            self._require(Ability.PARTIAL_REFUND)

    def _changes(self, row: Transaction, kind: TransactionKind) -> list[Transaction]:
        return [
            change
            for change in self.ledger.values()
            if change.kind is kind and change.parent_id == row.transaction_id
        ]

    def _take(
        self, hook: str, kind: TransactionKind, request: PaymentRequest
    ) -> Transaction | Challenge:
        self._before(hook)
        taken = self._once(kind, request)
        self._after(hook)
        return taken

    def _once(
        self, kind: TransactionKind, request: PaymentRequest
    ) -> Transaction | Challenge:
        known = self._by_key.get(request.idempotency_key)
        if known is None:
            known = self._decide(kind, request)
            self._by_key[request.idempotency_key] = known
        if isinstance(known, PaymentDeclined):
            raise known
        return known

    def _decide(
        self, kind: TransactionKind, request: PaymentRequest
    ) -> Transaction | Challenge | PaymentDeclined:
        if request.source.token.startswith("decline"):
            return PaymentDeclined("the fake bank said no", code=CARD_DECLINED)
        if request.source.is_saved is not (request.source.token in self.saved):
            raise InvalidRequest("no such card on file", code=SOURCE_UNKNOWN)
        asks_shopper = Ability.CHALLENGE in self.abilities
        if asks_shopper and request.source.token.startswith("challenge"):
            return self._challenge(kind, request)
        return self._add(kind, request.amount, operation_id=request.operation_id)

    def _challenge(self, kind: TransactionKind, request: PaymentRequest) -> Challenge:
        waiting = self._add(kind, request.amount, operation_id=request.operation_id)
        transaction_id = waiting.transaction_id
        self.become(transaction_id, TransactionStatus.PENDING)
        steps = 2 if request.source.token.startswith("challenge-twice") else 1
        self._codes[transaction_id] = [
            f"{transaction_id}-{step}" for step in range(steps, 0, -1)
        ]
        return self._ask_shopper(transaction_id)

    def _ask_shopper(self, transaction_id: str) -> Challenge:
        code = self._codes[transaction_id][-1]
        return Challenge(
            transaction_id=transaction_id,
            url=f"https://fake.test/challenge/{transaction_id}",
            data={"challenge": code},
            expires_at=datetime.now(UTC) + _SESSION_LIFE,
        )

    def _confirm(self, request: ConfirmRequest) -> Transaction | Challenge:
        waiting = self.ledger.get(request.transaction_id)
        if waiting is None or waiting.operation_id != request.operation_id:
            raise InvalidRequest("no such charge", code=NOT_FOUND)
        codes = self._codes.get(request.transaction_id, [])
        if waiting.status is TransactionStatus.CANCELED or (codes and request.canceled):
            raise self._refuse_shopper(request.transaction_id)
        if not codes:
            return waiting
        if request.answer.get("code") != f"answered {codes[-1]}":
            raise InvalidRequest("not the answer", code=CHALLENGE_ANSWER_WRONG)
        codes.pop()
        if codes:
            return self._ask_shopper(request.transaction_id)
        return self._conclude(request.transaction_id)

    def _conclude(self, transaction_id: str) -> Transaction:
        """What waited has moved: the key answers with it from now on, too."""
        moved = self.become(transaction_id, TransactionStatus.SUCCEEDED)
        self._answer_key(transaction_id, moved)
        return moved

    def _refuse_shopper(self, transaction_id: str) -> PaymentDeclined:
        self._codes.pop(transaction_id, None)
        self.become(transaction_id, TransactionStatus.CANCELED)
        declined = PaymentDeclined(
            "the shopper was not authenticated",
            decline_code=DeclineCode.AUTHENTICATION_FAILED,
            transaction_id=transaction_id,
            code=TransactionStatus.CANCELED.value,
        )
        self._answer_key(transaction_id, declined)
        return declined

    def _answer_key(
        self, transaction_id: str, outcome: Transaction | PaymentDeclined
    ) -> None:
        for key, known in self._by_key.items():
            is_it = isinstance(known, Challenge)
            if is_it and known.transaction_id == transaction_id:
                self._by_key[key] = outcome

    def _return(
        self, hook: str, kind: TransactionKind, request: RefundRequest | VoidRequest
    ) -> Transaction:
        self._before(hook)
        returned = self._add(
            kind,
            request.amount,
            operation_id=request.operation_id,
            parent_id=request.transaction_id,
        )
        if kind is TransactionKind.VOID:
            self.become(request.transaction_id, TransactionStatus.VOIDED)
        self._after(hook)
        return returned

    def _add(
        self,
        kind: TransactionKind,
        amount: Money,
        operation_id: str = "",
        parent_id: str = "",
    ) -> Transaction:
        status, self.next_status = self.next_status, TransactionStatus.SUCCEEDED
        row = Transaction(
            kind=kind,
            transaction_id=f"T{next(self._numbers)}",
            status=status,
            amount=amount,
            captured=amount if kind is TransactionKind.CHARGE else None,
            provider="fake",
            merchant_id=self.merchant_id,
            operation_id=operation_id,
            parent_id=parent_id,
            created_at=datetime.now(UTC),
        )
        self.ledger[row.transaction_id] = row
        return row

    def _before(self, hook: str) -> None:
        if hook in _ABILITY_FOR:
            self._require(_ABILITY_FOR[hook])
        self.calls.append(hook)
        for act in self._acts.pop(hook, []):
            act()
        faults = self._faults.get(hook, [])
        if faults and not faults[0].after:
            raise faults.pop(0).error

    def _after(self, hook: str) -> None:
        faults = self._faults.get(hook, [])
        if faults:
            raise faults.pop(0).error
