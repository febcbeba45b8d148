"""Calls the hooks: of exactly one provider, and of the first shop that answers."""

import logging
from collections.abc import Callable, Sequence
from typing import Self, TypeVar

from payment_hooks.model.cards import CardDetails, PaymentSource
from payment_hooks.model.errors import (
    ConfigurationError,
    OutcomeUnknown,
    PaymentError,
    ProviderUnavailable,
    UnsupportedOperation,
    WebhookRejected,
)
from payment_hooks.model.kinds import ErrorCode, EventKind, Mode
from payment_hooks.model.money import Money
from payment_hooks.model.provider_info import Ability, ProviderInfo
from payment_hooks.model.purchases import (
    AccessRequest,
    CompletePurchaseRequest,
    FindPurchaseRequest,
    HoldPurchaseRequest,
    Purchase,
)
from payment_hooks.model.records import PaymentChanged
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
    find_fault,
)
from payment_hooks.model.saved_cards import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.spec.plugins import PluginRegistry

Result = TypeVar("Result")

_MOVING = frozenset(
    {
        "payment_authorize",
        "payment_charge",
        "payment_confirm",
        "payment_capture",
        "payment_refund",
        "payment_void",
        "payment_retry",
    }
)
"""The hooks that move money; after a failure of any other nothing has moved."""
_UNNAMED = "provider"
"""What a provider is registered as that is to say its name itself."""
_ABILITIES_OF = {
    "payment_authorize": {Ability.AUTHORIZE},
    "payment_capture": {Ability.PARTIAL_CAPTURE},
    "payment_refund": {Ability.PARTIAL_REFUND, Ability.SEVERAL_REFUNDS},
    "payment_void": {Ability.VOID},
    "payment_save_source": {Ability.SAVE_CARD},
    "payment_confirm": {Ability.CHALLENGE},
    "payment_retrieve": {Ability.LOOK_UP},
    "payment_find": {Ability.LOOK_UP},
    "payment_list": {Ability.LIST},
    "payment_read_webhook": {Ability.WEBHOOKS},
}
"""What is believed of a provider that does not describe itself, by its hooks."""

logger = logging.getLogger(__name__)


class ProviderHooks:
    """Calls exactly one provider, while all plugins' wrappers still wrap.

    Every method answers with the hook's result or raises a `PaymentError`.
    """

    def __init__(self, registry: PluginRegistry, name: str) -> None:
        self.registry = registry
        self._registered_as = name
        if registry.get_plugin(name) is None:
            names = ", ".join(sorted(other for other, _ in registry.list_name_plugin()))
            raise ConfigurationError(
                f"no payment provider is registered as {name!r} "
                f"(registered: {names or 'none'}): register one, or mend the name"
            )
        self._callers: dict[str, Callable[..., object]] = {}
        self._info: ProviderInfo | None = None
        self._generation = registry.generation

    @classmethod
    def to(cls, provider: object, *plugins: object) -> Self:
        """This provider's hooks, with a registry of its own for the plugins."""
        registry = PluginRegistry()
        registry.register(provider, _UNNAMED)
        for plugin in plugins:
            registry.register(plugin)
        return cls(registry, _UNNAMED)

    @property
    def name(self) -> str:
        """What the ledger keeps as the provider: as registered, or as it says itself."""
        is_unnamed = self._registered_as == _UNNAMED
        return self.info.name if is_unnamed else self._registered_as

    @property
    def merchant_id(self) -> str:
        """The merchant that the provider takes money for, empty when it does not say."""
        return self.info.merchant_id

    @property
    def info(self) -> ProviderInfo:
        """What the provider is and can do; asked once for a state of the registry.

        Raises:
            ConfigurationError: its settings or its answer are wrong.
        """
        if self._generation != self.registry.generation:
            self._forget()
        if self._info is None:
            self._info = self.describe()
        return self._info

    def describe(self) -> ProviderInfo:
        """See `payment_describe`; without that hook, what follows from the others.

        Raises:
            ConfigurationError: the provider's settings or its answer are wrong.
        """
        try:
            said = self._caller("payment_describe")()
        except (PaymentError, ConfigurationError):
            raise
        except Exception as error:
            raise ConfigurationError(
                f"payment_describe of provider {self._registered_as!r} broke with "
                f"{type(error).__name__}: mend the plugin"
            ) from error
        if said is None:
            return self._derive_info()
        if not isinstance(said, ProviderInfo):
            raise ConfigurationError(
                f"payment_describe of provider {self._registered_as!r} answered with "
                f"{type(said).__name__}: it must be a ProviderInfo"
            )
        return said

    def _derive_info(self) -> ProviderInfo:
        can = [found for hook, found in _ABILITIES_OF.items() if self.has(hook)]
        return ProviderInfo(
            name=self._registered_as,
            modes=frozenset(Mode),
            abilities=frozenset[Ability]().union(*can),
        )

    def has(self, hook: str) -> bool:
        """Whether the provider itself answers this hook."""
        chosen = self.registry.get_plugin(self._registered_as)
        found = getattr(self.registry.hook, hook).get_hookimpls()
        return any(implementation.plugin is chosen for implementation in found)

    def tokenize(self, request: CardDetails) -> PaymentSource:
        """See `payment_tokenize`."""
        return self._ask("payment_tokenize", PaymentSource, request)

    def save_source(self, request: SaveSourceRequest) -> SavedSource:
        """See `payment_save_source`."""
        return self._ask("payment_save_source", SavedSource, request)

    def remove_source(self, request: RemoveSourceRequest) -> bool:
        """See `payment_remove_source`."""
        return self._ask("payment_remove_source", bool, request)

    def authorize(self, request: PaymentRequest) -> Transaction | Challenge:
        """See `payment_authorize`."""
        return self._ask_for_money("payment_authorize", request)

    def charge(self, request: PaymentRequest) -> Transaction | Challenge:
        """See `payment_charge`."""
        return self._ask_for_money("payment_charge", request)

    def confirm(self, request: ConfirmRequest) -> Transaction | Challenge:
        """See `payment_confirm`."""
        return self._ask_for_money("payment_confirm", request)

    def end(self, request: ConfirmRequest) -> Transaction | Challenge:
        """The same with `canceled`, of the provider alone.

        No wrapper is asked: its no would be taken for the provider's, and other money be
        asked for while this may still come.
        """
        hook = "payment_confirm"
        chosen = self.registry.get_plugin(self._registered_as)
        others = [
            row.plugin
            for row in getattr(self.registry.hook, hook).get_hookimpls()
            if row.plugin is not chosen
        ]
        caller = self.registry.subset_hook_caller(hook, others)
        return self._check_money(hook, self._check(hook, caller, object, request))

    def capture(self, request: CaptureRequest) -> Transaction:
        """See `payment_capture`."""
        return self._ask("payment_capture", Transaction, request)

    def refund(self, request: RefundRequest) -> Transaction:
        """See `payment_refund`."""
        return self._ask("payment_refund", Transaction, request)

    def void(self, request: VoidRequest) -> Transaction:
        """See `payment_void`."""
        return self._ask("payment_void", Transaction, request)

    def start_checkout(self, request: CheckoutRequest) -> NextAction:
        """See `payment_start_checkout`."""
        return self._ask("payment_start_checkout", NextAction, request)

    def retry(self, request: RetryRequest) -> Transaction | Challenge:
        """See `payment_retry`."""
        return self._ask_for_money("payment_retry", request)

    def retrieve(self, request: RetrieveRequest) -> RetrieveResult:
        """See `payment_retrieve`; of another transaction nothing is believed."""
        result = self._ask("payment_retrieve", RetrieveResult, request)
        found = result.transaction
        if found is not None and found.transaction_id != request.transaction_id:
            why = f"payment_retrieve answered with {found.transaction_id}"
            raise self._unusable(
                "payment_retrieve",
                f"{why} in place of {request.transaction_id}",
                ErrorCode.PLUGIN_ERROR,
            )
        return result

    def find(self, request: FindRequest) -> FindResult:
        """See `payment_find`; of another operation's nothing is believed."""
        result = self._ask("payment_find", FindResult, request)
        found = result.transaction
        if found is not None and found.operation_id != request.operation_id:
            raise self._unusable(
                "payment_find",
                f"payment_find answered with {found.transaction_id}, which is not "
                f"shown to be of operation {request.operation_id}",
                ErrorCode.PLUGIN_ERROR,
            )
        return result

    def list(self, request: ListRequest) -> ListResult:
        """See `payment_list`."""
        return self._ask("payment_list", ListResult, request)

    def read_webhook(self, request: WebhookRequest) -> WebhookEvent:
        """See `payment_read_webhook`; a message of an unknown kind is rejected."""
        event = self._ask("payment_read_webhook", WebhookEvent, request)
        if type(event.kind) is not EventKind:
            raise WebhookRejected(
                f"{self.name!r} read the message {event.event_id} as of kind "
                f"{event.kind!r}, which is no EventKind",
                code=ErrorCode.EVENT_KIND_UNKNOWN,
                provider=self.name,
            )
        return event

    def _ask_for_money(self, hook: str, request: object) -> Transaction | Challenge:
        return self._check_money(hook, self._ask(hook, object, request))

    def _check_money(self, hook: str, result: object) -> Transaction | Challenge:
        if isinstance(result, Transaction | Challenge):
            return result
        raise self._unexpected(hook, result, "Transaction or Challenge")

    def _ask(self, hook: str, expected: type[Result], request: object) -> Result:
        return self._check(hook, self._caller(hook), expected, request)

    def _check(
        self,
        hook: str,
        caller: Callable[..., object],
        expected: type[Result],
        request: object,
    ) -> Result:
        """The hook's result, once it is what it must be."""
        try:
            result = caller(request=request)
        except OutcomeUnknown as error:
            if hook in _MOVING:
                raise
            raise self._unusable(hook, error.message, error.code) from error
        except (PaymentError, ConfigurationError):
            raise
        except Exception as error:
            why = f"{hook} broke with {type(error).__name__}"
            raise self._unusable(hook, why, ErrorCode.PLUGIN_ERROR) from error
        if result is None:
            raise UnsupportedOperation(
                f"provider {self._known_name!r} has no {hook}",
                code=ErrorCode.UNSUPPORTED,
                provider=self._known_name,
            )
        if not isinstance(result, expected):
            raise self._unexpected(hook, result, expected.__name__)
        fault = find_fault(result)
        if fault is not None:
            why, code = fault
            raise self._unusable(hook, f"{hook} answered with {why}", code)
        return result

    def _unexpected(self, hook: str, result: object, expected: str) -> PaymentError:
        why = f"{hook} answered with {type(result).__name__}, not {expected}"
        return self._unusable(hook, why, ErrorCode.PLUGIN_ERROR)

    def _unusable(self, hook: str, why: str, code: str) -> PaymentError:
        """The error for a result that cannot be used: unknown if the hook moves money."""
        if hook in _MOVING:
            return OutcomeUnknown(
                f"{why}: look the outcome up", code=code, provider=self._known_name
            )
        return ProviderUnavailable(
            f"{why}; nothing was moved, ask again", code=code, provider=self._known_name
        )

    @property
    def _known_name(self) -> str:
        """The name for an error: nothing is asked on the way to it."""
        if self._registered_as == _UNNAMED and self._info is not None:
            return self._info.name
        return self._registered_as

    def _forget(self) -> None:
        """Another plugin was registered: who answers, and how, is found out anew."""
        self._callers, self._info = {}, None
        self._generation = self.registry.generation

    def _caller(self, hook: str) -> Callable[..., object]:
        if self._generation != self.registry.generation:
            self._forget()
        if hook not in self._callers:
            self._callers[hook] = self.registry.subset_hook_caller(
                hook, self._other_providers(hook)
            )
        return self._callers[hook]

    def _other_providers(self, hook: str) -> Sequence[object]:
        chosen = self.registry.get_plugin(self._registered_as)
        implementations = getattr(self.registry.hook, hook).get_hookimpls()
        return [
            implementation.plugin
            for implementation in implementations
            if implementation.plugin is not chosen
            and not (implementation.wrapper or implementation.hookwrapper)
        ]


class ShopHooks:
    """Asks and notifies the shop, through whichever of its plugins answers."""

    def __init__(self, registry: PluginRegistry) -> None:
        self.registry = registry

    @classmethod
    def to(cls, *plugins: object) -> Self:
        """These plugins' hooks, with a registry of their own."""
        registry = PluginRegistry()
        for plugin in plugins:
            registry.register(plugin)
        return cls(registry)

    def amount_due(self, reference: str) -> Money | None:
        """See `shop_amount_due`."""
        amount = self.registry.hook.shop_amount_due(reference=reference)
        if amount is not None and not isinstance(amount, Money):
            raise ConfigurationError(
                f"shop_amount_due must answer with Money, not {type(amount).__name__}"
            )
        return amount

    def find_purchase(self, request: FindPurchaseRequest) -> Purchase | None:
        """See `shop_find_purchase`."""
        found = self.registry.hook.shop_find_purchase(request=request)
        return _as_purchase(found, "shop_find_purchase")

    def allows(self, request: AccessRequest) -> bool:
        """See `shop_allows`; an error means no."""
        try:
            return self.registry.hook.shop_allows(request=request) is True
        except PaymentError:
            logger.exception("shop_allows failed: %s is refused", request.action)
            return False

    def hold_purchase(self, request: HoldPurchaseRequest) -> None:
        """See `shop_hold_purchase`."""
        self.registry.hook.shop_hold_purchase(request=request)

    def complete_purchase(self, request: CompletePurchaseRequest) -> Purchase | None:
        """See `shop_complete_purchase`."""
        made = self.registry.hook.shop_complete_purchase(request=request)
        return _as_purchase(made, "shop_complete_purchase")

    def payment_changed(self, event: PaymentChanged) -> None:
        """See `shop_payment_changed`."""
        self.registry.hook.shop_payment_changed(event=event)


def _as_purchase(answer: object, hook: str) -> Purchase | None:
    if answer is None or isinstance(answer, Purchase):
        return answer
    raise ConfigurationError(
        f"{hook} must answer with a Purchase, not {type(answer).__name__}"
    )
