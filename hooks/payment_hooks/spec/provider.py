"""The hooks of providers, from tokenizing a card to reading a webhook.

Exactly one provider answers each hook; `hookimpl(wrapper=True)` implementations of
other plugins still wrap it.
"""

from payment_hooks.model.cards import CardDetails, PaymentSource
from payment_hooks.model.provider_info import ProviderInfo
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
    Challenge,
    FindResult,
    ListResult,
    NextAction,
    RetrieveResult,
    Transaction,
    WebhookEvent,
)
from payment_hooks.model.saved_cards import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.spec.markers import hookspec


@hookspec(firstresult=True)
def payment_describe() -> ProviderInfo | None:
    """What the provider is and can do: name, merchant, modes, currencies, abilities.

    Called before the first payment, and again after a plugin was registered or
    unregistered; never for each payment. It asks nobody and moves nothing. `None` means
    that the provider does not describe itself: what it can do follows from its hooks.

    >>> from payment_hooks import Ability, hookimpl
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_describe(self):
    ...         return ProviderInfo(name="bank", abilities=frozenset({Ability.VOID}))
    >>> Bank().payment_describe().can(Ability.VOID)
    True

    Raises:
        ConfigurationError: a setting is missing or wrong.
    """


@hookspec(firstresult=True)
def payment_tokenize(request: CardDetails) -> PaymentSource | None:
    """A source which represents the card, so that the card itself can be forgotten.

    Called in `api` mode only, once per entered card, before anything is charged.
    `None` means that the provider takes no raw cards.

    >>> from payment_hooks import hookimpl
    >>> class Vault:
    ...     @hookimpl
    ...     def payment_tokenize(self, request):
    ...         return PaymentSource(token="tok-1", last4=request.last4)
    >>> card = CardDetails(number="4242424242424242", exp_month=1, exp_year=2099, cvc="123")
    >>> Vault().payment_tokenize(card).last4
    '4242'

    Raises:
        PaymentDeclined: number, date or code is refused.
        InvalidRequest: cards are not taken in the configured mode.
        ProviderUnavailable: not sent; the same card may be tried again. A lost answer
            is `ProviderUnavailable` too, since a token moves no money.
    """


@hookspec(firstresult=True)
def payment_save_source(request: SaveSourceRequest) -> SavedSource | None:
    """A card on file: the fresh source as one that can be charged again and again.

    Called with the shopper's consent, before the source is charged for the first time.
    Moves no money. `None` means that the provider keeps no cards.

    >>> from payment_hooks import hookimpl
    >>> class Vault:
    ...     @hookimpl
    ...     def payment_save_source(self, request):
    ...         return SavedSource(source_id="card-1", last4=request.source.last4)
    >>> Vault().payment_save_source(SaveSourceRequest(
    ...     source=PaymentSource(token="t", last4="4242"), email="a@shop.example",
    ... )).as_source().last4
    '4242'

    Raises:
        PaymentDeclined: the card's checks failed, or the source is used up.
        InvalidRequest: the source is saved already, or belongs to another merchant.
        ProviderUnavailable: not saved, or the answer was lost; the same source may be
            sent again, since a saved card moves no money.
    """


@hookspec(firstresult=True)
def payment_remove_source(request: RemoveSourceRequest) -> bool | None:
    """True once the card on file is gone; one that was gone already is True, too.

    Called when the shopper takes the consent back. `None` means that the provider
    keeps no cards.

    >>> from payment_hooks import hookimpl
    >>> class Vault:
    ...     @hookimpl
    ...     def payment_remove_source(self, request):
    ...         return True
    >>> Vault().payment_remove_source(RemoveSourceRequest(source_id="card-1"))
    True

    Raises:
        InvalidRequest: it is no id of a saved source.
        ProviderUnavailable: it may be there still; ask again.
    """


@hookspec(firstresult=True)
def payment_authorize(request: PaymentRequest) -> Transaction | Challenge | None:
    """An AUTHORIZATION of the amount: reserved, not captured; or what the bank asks first.

    Called once per idempotency key, and again with the same key after an unknown outcome.
    A `Challenge` as for `payment_charge`. `None` means that the provider cannot reserve
    without taking.

    >>> from payment_hooks import hookimpl, Money, TransactionKind
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_authorize(self, request):
    ...         return Transaction(
    ...             kind=TransactionKind.AUTHORIZATION, transaction_id="A1",
    ...             amount=request.amount)
    >>> str(Bank().payment_authorize(PaymentRequest(
    ...     amount=Money(500, "USD"), source=PaymentSource(token="t"), reference="7",
    ... )).amount)
    '5.00 USD'

    Raises:
        PaymentDeclined: nothing is reserved; another source needs another key.
        KeyConflict: the provider knows the key with other content.
        OutcomeUnknown: it may be reserved; only the same key may be sent again.
        ProviderUnavailable: provably not sent.
    """


@hookspec(firstresult=True)
def payment_charge(request: PaymentRequest) -> Transaction | Challenge | None:
    """A CHARGE of the amount: reserved and taken in one step; or what the bank asks first.

    Called once per idempotency key, and again with the same key after an unknown outcome.
    A `Challenge` (3-D Secure) says that nothing moves before the shopper answered it:
    `payment_confirm` goes on, and the look-up hooks show a transaction that is PENDING.
    `None` means that the provider cannot charge a source (hosted checkout only, say).

    >>> from payment_hooks import hookimpl, Money, TransactionKind
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_charge(self, request):
    ...         return Transaction(
    ...             kind=TransactionKind.CHARGE, transaction_id="C1",
    ...             amount=request.amount, captured=request.amount)
    >>> Bank().payment_charge(PaymentRequest(
    ...     amount=Money(500, "USD"), source=PaymentSource(token="t"), reference="7",
    ... )).transaction_id
    'C1'

    Raises:
        PaymentDeclined: nothing is taken; another source needs another key.
        KeyConflict: the provider knows the key with other content.
        OutcomeUnknown: it may be taken; only the same key may be sent again.
        ProviderUnavailable: provably not sent.
    """


@hookspec(firstresult=True)
def payment_confirm(request: ConfirmRequest) -> Transaction | Challenge | None:
    """What the charge or authorization came to, after the shopper answered a `Challenge`.

    Called with what the browser brought back, perhaps more than once, and with
    `canceled` to end it unpaid. What was answered well before is repeated: then the
    transaction is the answer, whatever comes now. Another `Challenge` is the next step.
    `None` means that the provider goes on by itself: it is looked up instead.

    >>> from payment_hooks import hookimpl, Money, TransactionKind
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_confirm(self, request):
    ...         return Transaction(
    ...             kind=request.kind, transaction_id=request.transaction_id,
    ...             amount=request.amount, captured=request.amount)
    >>> Bank().payment_confirm(ConfirmRequest(
    ...     transaction_id="C1", kind=TransactionKind.CHARGE, amount=Money(500, "USD"),
    ...     reference="7", operation_id="op-1", answer={"code": "123"})).transaction_id
    'C1'

    Raises:
        PaymentDeclined: nothing is taken, and nothing will be; also after `canceled`.
        InvalidRequest: the answer cannot be read; the challenge still waits.
        OutcomeUnknown: it may be taken; look it up.
        ProviderUnavailable: provably not sent; the challenge still waits.
    """


@hookspec(firstresult=True)
def payment_capture(request: CaptureRequest) -> Transaction | None:
    """A CAPTURE of the asked amount of an authorization, which may be a part of it.

    Called when the shop ships or staff says so. `None` means that the provider
    captures by itself.

    >>> from payment_hooks import hookimpl, Money, TransactionKind
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_capture(self, request):
    ...         return Transaction(
    ...             kind=TransactionKind.CAPTURE, transaction_id="A1",
    ...             parent_id=request.transaction_id, amount=request.amount)
    >>> Bank().payment_capture(CaptureRequest(
    ...     transaction_id="A1", amount=Money(300, "USD"), reference="7")).parent_id
    'A1'

    Raises:
        PaymentDeclined: nothing is taken; the authorization may have run out.
        InvalidRequest: captured before, or more than was authorized.
        OutcomeUnknown: read the charge before asking again.
    """


@hookspec(firstresult=True)
def payment_refund(request: RefundRequest) -> Transaction | None:
    """A REFUND of the asked amount of a captured charge.

    Called by staff or the shop's own rules, several times for partial refunds.
    `None` means that refunds are made elsewhere.

    >>> from payment_hooks import hookimpl, Money, TransactionKind
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_refund(self, request):
    ...         return Transaction(
    ...             kind=TransactionKind.REFUND, transaction_id="R1",
    ...             parent_id=request.transaction_id, amount=request.amount)
    >>> Bank().payment_refund(RefundRequest(
    ...     transaction_id="C1", amount=Money(200, "USD"), reference="7")).kind
    <TransactionKind.REFUND: 'refund'>

    Raises:
        InvalidRequest: more than is left, or a limit of the provider; nothing was sent.
        OutcomeUnknown: read the charge's refunds before asking again.
    """


@hookspec(firstresult=True)
def payment_void(request: VoidRequest) -> Transaction | None:
    """A VOID of an authorization that was not captured: the whole is released.

    Called when an order is cancelled before capture. `None` means that authorizations
    can only run out.

    >>> from payment_hooks import hookimpl, Money
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_void(self, request):
    ...         return Transaction(
    ...             kind="void", transaction_id="V1",
    ...             parent_id=request.transaction_id, amount=request.amount)
    >>> Bank().payment_void(VoidRequest(
    ...     transaction_id="A1", amount=Money(500, "USD"), reference="7")).transaction_id
    'V1'

    Raises:
        InvalidRequest: it was captured already: refund it.
        OutcomeUnknown: read the authorization before asking again.
    """


@hookspec(firstresult=True)
def payment_start_checkout(request: CheckoutRequest) -> NextAction | None:
    """What the shopper's browser needs next: a Redirect, CardFields or a CardForm.

    Called when the shopper reaches the payment step. Moves no money by itself. `None`
    means that the provider does not have the asked mode.

    >>> from payment_hooks import hookimpl, Money
    >>> from payment_hooks import CardFields, Mode
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_start_checkout(self, request):
    ...         return CardFields(script_url="https://bank.example/sdk.js",
    ...                           public_key="pk", merchant_id="M1")
    >>> Bank().payment_start_checkout(CheckoutRequest(
    ...     amount=Money(500, "USD"), reference="7", mode=Mode.IFRAME)).script_url
    'https://bank.example/sdk.js'

    Raises:
        InvalidRequest: lines that do not come to the amount, an unsafe return URL.
        UnsupportedOperation: the mode is not enabled.
        ProviderUnavailable: no session could be had; nothing was taken.
    """


@hookspec(firstresult=True)
def payment_retry(request: RetryRequest) -> Transaction | Challenge | None:
    """What a charge or authorization whose answer was lost came to, or comes to now.

    The same request is sent again under the same key: a provider that knows the key
    repeats its first answer, another one takes the money now. Called only while the
    provider is trusted to remember the key (`Policy.safe_window`). `None` means that the
    provider has no keys: it is looked up instead.

    >>> from payment_hooks import hookimpl, Money, TransactionKind
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_retry(self, request):
    ...         return Transaction(
    ...             kind=request.kind, transaction_id="C1", amount=request.request.amount)
    >>> asked = PaymentRequest(
    ...     amount=Money(500, "USD"), source=PaymentSource(token="t"), reference="7")
    >>> Bank().payment_retry(RetryRequest(request=asked)).transaction_id
    'C1'

    Raises:
        PaymentDeclined: nothing was taken, neither then nor now.
        KeyConflict: the provider knows the key with other content.
        OutcomeUnknown: it may have been taken; look it up.
        ProviderUnavailable: provably not sent this time; the outcome of the first
            sending stays unknown.
    """


@hookspec(firstresult=True)
def payment_retrieve(request: RetrieveRequest) -> RetrieveResult | None:
    """The transaction of that id as the provider shows it now, with its refunds if asked.

    Called after a webhook or a return, to resolve a capture, refund or void of unknown
    outcome, and by reconciliation. It reads only. A result without a transaction says
    that the provider has none of that id; `None` means that it cannot be asked for one,
    and what is unknown stays so. Whoever believes a transaction reads its `status` first.

    >>> from payment_hooks import hookimpl, Money, TransactionKind
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_retrieve(self, request):
    ...         return RetrieveResult(transaction=Transaction(
    ...             kind=TransactionKind.CHARGE, transaction_id=request.transaction_id,
    ...             amount=Money(500, "USD")))
    >>> Bank().payment_retrieve(
    ...     RetrieveRequest(transaction_id="C1")).transaction.transaction_id
    'C1'

    Raises:
        ProviderUnavailable: no answer came, or it cannot be read; the outcome
            stays unknown.
    """


@hookspec(firstresult=True)
def payment_find(request: FindRequest) -> FindResult | None:
    """The charge or authorization that carries our operation's id, made in the window.

    Called to resolve a charge or an authorization of unknown outcome. It reads only.
    Finding nothing is evidence of absence with `complete=True` alone; `None` means that
    the provider has no such search, and what is unknown stays so.

    >>> from payment_hooks import hookimpl
    >>> from datetime import UTC, datetime, timedelta
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_find(self, request):
    ...         return FindResult(complete=True)
    >>> now = datetime.now(UTC)
    >>> Bank().payment_find(FindRequest(
    ...     operation_id="ours-7", since=now - timedelta(hours=1), until=now)).complete
    True

    Raises:
        ProviderUnavailable: no answer came, or it cannot be read; the outcome
            stays unknown.
    """


@hookspec(firstresult=True)
def payment_list(request: ListRequest) -> ListResult | None:
    """All that was made in the window: charges, authorizations, refunds and voids.

    Called by reconciliation. It reads only. What is not listed was not made only if the
    list is `complete`; `None` means that the provider has no list, and reconciliation
    says that it cannot compare.

    >>> from payment_hooks import hookimpl
    >>> from datetime import UTC, datetime, timedelta
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_list(self, request):
    ...         return ListResult(complete=True)
    >>> now = datetime.now(UTC)
    >>> Bank().payment_list(
    ...     ListRequest(since=now - timedelta(days=1), until=now)).transactions
    ()

    Raises:
        ProviderUnavailable: no answer came, or it cannot be read; nothing is known.
    """


@hookspec(firstresult=True)
def payment_read_webhook(request: WebhookRequest) -> WebhookEvent | None:
    """The event that a message brings, once its signature and age are proven.

    Called with the raw bytes before anything parses them. The event's `kind` says what
    it is about; a message of a kind that is not known is rejected, never read as
    another. `None` means that the provider sends no messages.

    >>> from payment_hooks import EventKind, hookimpl
    >>> from datetime import UTC, datetime
    >>> class Bank:
    ...     @hookimpl
    ...     def payment_read_webhook(self, request):
    ...         return WebhookEvent(
    ...             event_id="e1", kind=EventKind.PAYMENT, provider="bank",
    ...             merchant_id="M1", transaction_id="C1", occurred_at=request.received_at)
    >>> Bank().payment_read_webhook(WebhookRequest(
    ...     body=b"{}", headers={}, received_at=datetime.now(UTC))).event_id
    'e1'

    Raises:
        WebhookRejected: forged, stale, too large or not readable; change nothing.
    """
