"""`CloverProvider`, which implements the payment hooks for Clover."""

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn, Self

from clover_provider import confirmation
from clover_provider.abilities import describe, takes_cards
from clover_provider.api import calls, charges, hosted_checkout, refunds, webhooks
from clover_provider.api.cards import customers, tokens
from clover_provider.api.cards.keys import KeyStore, MemoryKeyStore, PublicKeys
from clover_provider.api.errors import is_missing, raise_for
from clover_provider.api.fields import Reading
from clover_provider.codes import (
    CARD_NOT_ALLOWED,
    CURRENCY_NOT_ACCEPTED,
    MODE_NOT_CONFIGURED,
    PROVIDER,
    RESOURCE_MISSING,
    SOURCE_OF_ANOTHER_MERCHANT,
)
from clover_provider.config import CloverConfig, Secret
from clover_provider.config.locales import pick_locale
from clover_provider.lookup import Charges, Queries, Transactions, find, retrieve
from clover_provider.wire.message import Answer, Call, Sends
from payment_hooks import (
    CaptureRequest,
    CardDetails,
    CardFields,
    CardForm,
    Challenge,
    CheckoutRequest,
    ConfigurationError,
    ConfirmRequest,
    FindRequest,
    FindResult,
    InvalidRequest,
    ListRequest,
    ListResult,
    Mode,
    Money,
    NextAction,
    PaymentRequest,
    PaymentSource,
    ProviderInfo,
    Redirect,
    RefundRequest,
    RemoveSourceRequest,
    RetrieveRequest,
    RetrieveResult,
    RetryRequest,
    SavedSource,
    SaveSourceRequest,
    Transaction,
    TransactionKind,
    UnsupportedOperation,
    VoidRequest,
    WebhookEvent,
    WebhookRequest,
    hookimpl,
)

_SECOND_ATTEMPT = 2
_READ_FROM_SETTINGS = frozenset({"config", "merchant_id", "mode"})


class CloverProvider:
    """Takes payments for one Clover merchant; safe to share between threads.

    >>> provider = CloverProvider(CloverConfig.from_mapping({
    ...     "ENVIRONMENT": "sandbox", "MERCHANT_ID": "TESTMERCH0001",
    ...     "PRIVATE_KEY": "the-private-key", "PUBLIC_KEY": "the-public-key"}))
    >>> provider.merchant_id
    'TESTMERCH0001'
    """

    name = PROVIDER

    def __init__(
        self,
        config: CloverConfig | Callable[[], CloverConfig],
        *,
        transport: Sends | None = None,
        key_store: KeyStore | None = None,
        renew: Callable[[Secret], Secret] | None = None,
    ) -> None:
        """Nothing is read or sent before the first hook is called.

        Args:
            config: the merchant's configuration, or what gives it: called before each
                request, so that an OAuth token can be renewed meanwhile.
            transport: sends in place of `clover_provider.wire.transport`, for tests.
            key_store: where a fetched public key is kept; in memory by default.
            renew: returns a new token for one that Clover refused with 401, such as
                `OAuthSession.renew`; the refused call is then sent once more.
        """
        self._config = config
        self._transport = transport
        self._keys = PublicKeys(self._send_checked, key_store or MemoryKeyStore())
        self._renew = renew
        self._described = ""

    @classmethod
    def from_environ(cls) -> Self:
        """A provider for the merchant in the environment variables `CLOVER_…`."""
        return cls(CloverConfig.from_environ())

    @property
    def config(self) -> CloverConfig:
        """The merchant's configuration now."""
        config = self._config
        return config if isinstance(config, CloverConfig) else config()

    @property
    def merchant_id(self) -> str:
        """The merchant who is paid."""
        return self.config.merchant_id

    @property
    def mode(self) -> Mode:
        """How cards reach Clover, unless a request names another mode."""
        return self.config.mode

    @hookimpl
    def payment_describe(self) -> ProviderInfo:
        """What this merchant's settings allow; a shop on Clover's page never authorizes."""
        info = describe(self.config)
        self._described = info.merchant_id
        return info

    @hookimpl
    def payment_tokenize(self, request: CardDetails) -> PaymentSource:
        """A single-use token for the card; mode api only."""
        config = self.config
        if Mode.API not in config.modes:
            raise InvalidRequest(
                f"a card in {config.mode} mode was refused, nothing was sent: card "
                "numbers reach Clover through its own fields or page, or set MODE to api",
                code=CARD_NOT_ALLOWED,
                provider=PROVIDER,
            )
        public_key = self._keys.public_key(config)
        encryption_key = self._keys.encryption_key(config)
        answer = self._send_checked(
            calls.tokenize(
                request, config, public_key=public_key, encryption_key=encryption_key
            )
        )
        return tokens.read(answer.fields, merchant_id=config.merchant_id)

    @hookimpl
    def payment_save_source(self, request: SaveSourceRequest) -> SavedSource:
        """A card on file, as a Clover customer of its own."""
        config = self.config
        _refuse_hosted_only(config, "to save a card")
        _check_merchant(request.source, config)
        call = calls.save_source(request, config)
        answer = self._send(call)
        customers.refuse_duplicate(answer)
        raise_for(answer, call)
        return customers.read(answer.fields, request, merchant_id=config.merchant_id)

    @hookimpl
    def payment_remove_source(self, request: RemoveSourceRequest) -> bool:
        """True once Clover has deleted the card; its customer stays, without a card."""
        call = calls.remove_source(request, self.config)
        answer = self._send(call)
        if is_missing(answer):
            return True
        customers.refuse_foreign_404(answer)
        raise_for(answer, call)
        customers.check_removed(answer.fields)
        return True

    @hookimpl
    def payment_authorize(self, request: PaymentRequest) -> Transaction | Challenge:
        """An AUTHORIZATION, to be captured or voided later."""
        _refuse_hosted_only(self.config, "to authorize")
        return self._fund(request, capture=False)

    @hookimpl
    def payment_charge(self, request: PaymentRequest) -> Transaction | Challenge:
        """A CHARGE: authorized and captured at once."""
        return self._fund(request, capture=True)

    @hookimpl
    def payment_confirm(self, request: ConfirmRequest) -> Transaction | Challenge:
        """The charge after a step of 3-D Secure, or the next one; it ends none."""
        config = self._check_currency(request.amount)
        return confirmation.confirm(request, config, self._send)

    @hookimpl
    def payment_capture(self, request: CaptureRequest) -> Transaction:
        """A CAPTURE of a part or all, once; Clover releases the rest."""
        config = self._check_currency(request.amount)
        answer = self._send_checked(calls.capture(request, config))
        return charges.read_capture(
            answer.fields,
            request,
            merchant_id=config.merchant_id,
            request_id=answer.request_id,
        )

    @hookimpl
    def payment_refund(self, request: RefundRequest) -> Transaction:
        """A REFUND; the charge is read first, and what cannot be refunded is not sent."""
        config = self._check_currency(request.amount)
        charge = self._find_charge(request.transaction_id, config)
        refunds.check_refund(request, charge)
        return self._refund(request, charge, config)

    @hookimpl
    def payment_void(self, request: VoidRequest) -> Transaction:
        """A VOID of a whole authorization, which is read first."""
        config = self._check_currency(request.amount)
        charge = self._find_charge(request.transaction_id, config)
        refunds.check_void(request, charge)
        return self._refund(request, charge, config)

    @hookimpl
    def payment_start_checkout(self, request: CheckoutRequest) -> NextAction:
        """A Redirect to Clover's page, CardFields for its iframes, or a CardForm."""
        config = self._check_currency(request.amount)
        if request.mode not in config.modes:
            raise UnsupportedOperation(
                f"mode {request.mode} is not configured (only "
                f"{', '.join(config.modes)}): add it to CLOVER['MODES']",
                code=MODE_NOT_CONFIGURED,
                provider=PROVIDER,
            )
        if request.mode is Mode.HOSTED:
            return self._open_hosted_page(request, config)
        public_key = self._keys.public_key(config)
        if request.mode is Mode.IFRAME:
            return CardFields(
                script_url=config.sdk_url,
                public_key=public_key,
                merchant_id=config.merchant_id,
                locale=pick_locale(request.locale, config.locale),
                authentication_script_url=config.authentication_sdk_url
                if config.three_d_secure
                else "",
            )
        return CardForm(
            public_key=public_key,
            encryption_key=self._keys.encryption_key(config),
            merchant_id=config.merchant_id,
        )

    @hookimpl
    def payment_retry(self, request: RetryRequest) -> Transaction | Challenge:
        """The outcome of the first call, sent again: Clover keeps a key for a day."""
        capture = request.kind is TransactionKind.CHARGE
        return self._fund(request.request, capture=capture, attempt=_SECOND_ATTEMPT)

    @hookimpl
    def payment_retrieve(self, request: RetrieveRequest) -> RetrieveResult:
        """The charge of that id, from the ecommerce service or the platform."""
        return retrieve(Queries(self._send, self.config), request)

    @hookimpl
    def payment_find(self, request: FindRequest) -> FindResult:
        """The charge of that operation; Clover's list is compared row by row."""
        return find(Queries(self._send, self.config), request)

    @hookimpl
    def payment_list(self, request: ListRequest) -> ListResult:
        """The charges and refunds of the window, and what was paid on hosted pages."""
        return Transactions(Queries(self._send, self.config)).list(request)

    @hookimpl
    def payment_read_webhook(self, request: WebhookRequest) -> WebhookEvent:
        """The event of a hosted-checkout webhook, once its signature is checked."""
        config = self.config
        return webhooks.read(
            request,
            secrets=[secret.reveal() for secret in config.webhook_secrets],
            merchant_id=config.merchant_id,
            tolerance_seconds=config.webhook_tolerance_seconds,
        )

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        close = getattr(self._transport, "close", None)
        if close is not None:
            close()

    def __dir__(self) -> list[str]:
        """The names without the properties that read settings, which pluggy would call."""
        return [name for name in super().__dir__() if name not in _READ_FROM_SETTINGS]

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a provider holds keys and cannot be pickled: build a new one")

    def _fund(
        self, request: PaymentRequest, *, capture: bool, attempt: int = 1
    ) -> Transaction | Challenge:
        config = self._check_currency(request.amount)
        _check_merchant(request.source, config)
        call = calls.charge(request, config, capture=capture, attempt=attempt)
        answer = self._send_checked(call)
        charge = Reading(
            fields=answer.fields, what="charge", request_id=answer.request_id
        )
        return confirmation.read_funding(charge, config, capture=capture)

    def _refund(
        self,
        request: RefundRequest | VoidRequest,
        charge: Transaction,
        config: CloverConfig,
    ) -> Transaction:
        answer = self._send_checked(calls.refund(request, config))
        refund = refunds.read_refund(
            answer.fields, charge, request_id=answer.request_id
        )
        refunds.check_refunded(request, refund)
        return refund

    def _find_charge(self, charge_id: str, config: CloverConfig) -> Transaction:
        """The charge with the sum of its refunds, to know what is left to refund."""
        charges_there = Charges(Queries(self._send, config))
        found = charges_there.find(charge_id, with_refunds=False)
        if found is not None and found.charge.refunded is None:
            found = charges_there.find(charge_id, with_refunds=True)
        if found is None:
            raise InvalidRequest(
                f"Clover knows no charge {charge_id}, nothing was sent: compare "
                "ENVIRONMENT and MERCHANT_ID with those it was made with",
                code=RESOURCE_MISSING,
                provider=PROVIDER,
            )
        return found.charge

    def _open_hosted_page(
        self, request: CheckoutRequest, config: CloverConfig
    ) -> Redirect:
        answer = self._send_checked(calls.open_hosted_page(request, config))
        return hosted_checkout.read(answer.fields, config)

    def _check_currency(self, amount: Money) -> CloverConfig:
        config = self.config
        if self._described not in ("", config.merchant_id):
            raise ConfigurationError(
                f"CLOVER['MERCHANT_ID'] became {config.merchant_id} while payments are "
                f"recorded for {self._described}: nothing was sent; build a provider for "
                "the other merchant, and register it"
            )
        if amount.currency != config.currency:
            raise InvalidRequest(
                f"{amount} is not in the merchant's currency, {config.currency}: "
                "nothing was sent",
                code=CURRENCY_NOT_ACCEPTED,
                provider=PROVIDER,
            )
        return config

    def _send_checked(self, call: Call) -> Answer:
        """The answer to a call that succeeded."""
        answer = self._send(call)
        raise_for(answer, call)
        return answer

    def _send(self, call: Call) -> Answer:
        if self._transport is None:
            # Loaded here: whoever only imports the package shall not pay for HTTP.
            from clover_provider.wire.transport import Transport

            self._transport = Transport(self.config)
        answer = self._transport.send(call)
        if answer.status != 401:
            return answer
        renewed = self._with_new_token(call)
        return answer if renewed is None else self._transport.send(renewed)

    def _with_new_token(self, call: Call) -> Call | None:
        """The same call with a renewed token; None if it was sent with another key."""
        config = self.config
        keys = (config.private_key, config.hosted_private_key, config.platform_token)
        if self._renew is None or not call.bearer or call.bearer in keys:
            return None
        renewed = self._renew(call.bearer)
        return replace(call, bearer=renewed, attempt=call.attempt + 1)


def _refuse_hosted_only(config: CloverConfig, asked: str) -> None:
    if not takes_cards(config):
        raise UnsupportedOperation(
            f"Clover was not asked {asked}: in hosted mode the card stays on its page, "
            "which charges at once; add iframe or api to CLOVER['MODES']",
            code=MODE_NOT_CONFIGURED,
            provider=PROVIDER,
        )


def _check_merchant(source: PaymentSource, config: CloverConfig) -> None:
    if source.merchant_id.upper() not in ("", config.merchant_id):
        raise InvalidRequest(
            "this card token was made for another merchant: nothing was sent",
            code=SOURCE_OF_ANOTHER_MERCHANT,
            provider=PROVIDER,
        )
