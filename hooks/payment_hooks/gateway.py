"""The way to one provider: checked registration, and hooks that only it answers."""

import difflib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from typing import Self, TypeVar

import pluggy

from payment_hooks import spec
from payment_hooks.cards import CardDetails, PaymentSource
from payment_hooks.errors import (
    ConfigurationError,
    OutcomeUnknown,
    PaymentError,
    ProviderUnavailable,
    UnsupportedOperation,
)
from payment_hooks.events import PaymentChanged
from payment_hooks.money import Money
from payment_hooks.purchases import (
    AccessRequest,
    CompletePurchaseRequest,
    FindPurchaseRequest,
    HoldPurchaseRequest,
    Purchase,
)
from payment_hooks.saved_sources import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.storable import find_long
from payment_hooks.types import (
    CaptureRequest,
    CheckoutRequest,
    CheckoutSession,
    LookUpRequest,
    LookUpResult,
    PaymentRequest,
    RefundRequest,
    RetryRequest,
    Transaction,
    VoidRequest,
    WebhookEvent,
    WebhookRequest,
)

Result = TypeVar("Result")

_MOVING = frozenset(
    {
        "payment_authorize",
        "payment_charge",
        "payment_capture",
        "payment_refund",
        "payment_void",
        "payment_retry",
    }
)
"""The hooks that move money; after a failure of any other nothing has moved."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPlugin:
    """An installed plugin that could not be taken in."""

    name: str
    distribution: str
    """The package that brings it, with its version."""
    why: str

    def __str__(self) -> str:
        return f"plugin {self.name!r} of {self.distribution} is broken: {self.why}"


class PluginRegistry(pluggy.PluginManager):
    """The registered providers, wrappers and shops.

    >>> registry = PluginRegistry()
    >>> class Typo:
    ...     @spec.hookimpl
    ...     def payment_chrage(self, request): ...
    >>> try:
    ...     registry.register(Typo())
    ... except pluggy.PluginValidationError as error:
    ...     print(str(error).partition(". ")[2])
    Did you mean 'payment_charge'?
    """

    def __init__(self) -> None:
        super().__init__(spec.PROJECT)
        self.add_hookspecs(spec)
        self.generation = 0
        self.broken: list[BrokenPlugin] = []
        """What `load_installed` could not take in."""
        self.distributions: dict[str, str] = {}
        """The package of each installed plugin, by the plugin's name."""

    def register(self, plugin: object, name: str | None = None) -> str | None:
        """Take a plugin in, under its name; a misspelt hook or argument is refused.

        Raises:
            pluggy.PluginValidationError: no such hook, or no such argument.
            ValueError: the name or the plugin is registered already.
        """
        self._refuse_unknown_hooks(plugin)
        if type(plugin).__hash__ is None:
            raise pluggy.PluginValidationError(
                plugin,
                f"Plugin {type(plugin).__name__!r} is not hashable: "
                "give its class eq=False or a __hash__",
            )
        registered = super().register(plugin, name)
        self.generation += 1
        return registered

    def unregister(
        self, plugin: object | None = None, name: str | None = None
    ) -> object | None:
        """Take a plugin out again."""
        self.generation += 1
        return super().unregister(plugin, name)

    def load_installed(self) -> int:
        """Register what installed packages offer in the entry-point group; how many.

        One that is broken does not take the others down: it is logged as an error, and
        `broken` names it. Whoever must not run without it calls `refuse_broken`.
        """
        before = {name for name, _ in self.list_name_plugin()}
        count = 0
        for found in sorted(entry_points(group=spec.PROJECT), key=attrgetter("name")):
            if found.name not in before and not self.is_blocked(found.name):
                count += self._load(found)
        return count

    def refuse_broken(self) -> None:
        """Go on only with every installed plugin in place.

        Raises:
            ConfigurationError: one is broken; the message names all of them.
        """
        if self.broken:
            raise ConfigurationError("; ".join(map(str, self.broken)))

    def _load(self, found: EntryPoint) -> bool:
        package = found.dist
        distribution = f"{package.name} {package.version}" if package else "no package"
        if self.has_plugin(found.name):
            other = self.distributions.get(found.name, "another package")
            logger.error(
                "%s", self._note(found, distribution, f"{other} has one of this name")
            )
            return False
        try:
            self.register(found.load(), found.name)
        except (Exception, SystemExit) as error:
            why = f"{type(error).__name__}: {error}"
            logger.exception("%s", self._note(found, distribution, why))
            if self.has_plugin(found.name):
                self.unregister(name=found.name)
            return False
        self.distributions[found.name] = distribution
        return True

    def _note(self, found: EntryPoint, distribution: str, why: str) -> BrokenPlugin:
        row = BrokenPlugin(name=found.name, distribution=distribution, why=why)
        if row not in self.broken:
            self.broken.append(row)
        return row

    def _refuse_unknown_hooks(self, plugin: object) -> None:
        for attribute in dir(plugin):
            options = self.parse_hookimpl_opts(plugin, attribute)
            if options is None or options["optionalhook"]:
                continue
            hook = options["specname"] or attribute
            if not hasattr(self.hook, hook):
                raise pluggy.PluginValidationError(
                    plugin, _no_such_hook(plugin, hook, list(vars(self.hook)))
                )


def _no_such_hook(plugin: object, attribute: str, hooks: list[str]) -> str:
    message = (
        f"Plugin {type(plugin).__name__!r} implements {attribute!r}, which is no hook."
    )
    close = difflib.get_close_matches(attribute, hooks, n=1)
    return f"{message} Did you mean {close[0]!r}?" if close else message


class Gateway:
    """Calls exactly one provider, while everybody's wrappers still wrap.

    Every method answers with the hook's result or raises a `PaymentError`.
    """

    def __init__(self, registry: PluginRegistry, provider: str) -> None:
        self.registry = registry
        self.provider = provider
        if registry.get_plugin(provider) is None:
            names = ", ".join(sorted(name for name, _ in registry.list_name_plugin()))
            raise ConfigurationError(
                f"no payment provider is registered as {provider!r} "
                f"(registered: {names or 'none'}): register one, or mend the name"
            )
        self._callers: dict[str, Callable[..., object]] = {}
        self._generation = registry.generation

    @classmethod
    def to(cls, provider: object, *plugins: object) -> Self:
        """A gateway to this provider, with a registry of its own for the plugins."""
        registry = PluginRegistry()
        name = str(getattr(provider, "name", "provider"))
        registry.register(provider, name)
        for plugin in plugins:
            registry.register(plugin)
        return cls(registry, name)

    @property
    def merchant_id(self) -> str:
        """The merchant that the provider takes money for, empty when it does not say."""
        plugin = self.registry.get_plugin(self.provider)
        return str(getattr(plugin, "merchant_id", ""))

    def has(self, hook: str) -> bool:
        """Whether the provider itself answers this hook."""
        chosen = self.registry.get_plugin(self.provider)
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

    def authorize(self, request: PaymentRequest) -> Transaction:
        """See `payment_authorize`."""
        return self._ask("payment_authorize", Transaction, request)

    def charge(self, request: PaymentRequest) -> Transaction:
        """See `payment_charge`."""
        return self._ask("payment_charge", Transaction, request)

    def capture(self, request: CaptureRequest) -> Transaction:
        """See `payment_capture`."""
        return self._ask("payment_capture", Transaction, request)

    def refund(self, request: RefundRequest) -> Transaction:
        """See `payment_refund`."""
        return self._ask("payment_refund", Transaction, request)

    def void(self, request: VoidRequest) -> Transaction:
        """See `payment_void`."""
        return self._ask("payment_void", Transaction, request)

    def start_checkout(self, request: CheckoutRequest) -> CheckoutSession:
        """See `payment_start_checkout`."""
        return self._ask("payment_start_checkout", CheckoutSession, request)

    def retry(self, request: RetryRequest) -> Transaction:
        """See `payment_retry`."""
        return self._ask("payment_retry", Transaction, request)

    def look_up(self, request: LookUpRequest) -> LookUpResult:
        """See `payment_look_up`."""
        return self._ask("payment_look_up", LookUpResult, request)

    def read_webhook(self, request: WebhookRequest) -> WebhookEvent:
        """See `payment_read_webhook`."""
        return self._ask("payment_read_webhook", WebhookEvent, request)

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
        """See `shop_allows`; whoever cannot tell says no."""
        try:
            return self.registry.hook.shop_allows(request=request) is True
        except PaymentError:
            logger.exception(
                "shop_allows could not tell: %s is refused", request.action
            )
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

    def _ask(self, hook: str, expected: type[Result], request: object) -> Result:
        caller = self._caller(hook)
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
            raise self._unusable(hook, why, "plugin_error") from error
        if result is None:
            raise UnsupportedOperation(
                f"provider {self.provider!r} has no {hook}",
                code="unsupported",
                provider=self.provider,
            )
        if not isinstance(result, expected):
            why = (
                f"{hook} answered with {type(result).__name__}, not {expected.__name__}"
            )
            raise self._unusable(hook, why, "plugin_error")
        too_long = find_long(result)
        if too_long:
            why = f"{hook} answered with {too_long}, which cannot be kept"
            raise self._unusable(hook, why, "too_long")
        return result

    def _unusable(self, hook: str, why: str, code: str) -> PaymentError:
        """What an answer that cannot be used means for the money."""
        if hook in _MOVING:
            return OutcomeUnknown(
                f"{why}: look the outcome up", code=code, provider=self.provider
            )
        return ProviderUnavailable(
            f"{why}; nothing was moved, ask again", code=code, provider=self.provider
        )

    def _caller(self, hook: str) -> Callable[..., object]:
        if self._generation != self.registry.generation:
            self._callers = {}
            self._generation = self.registry.generation
        if hook not in self._callers:
            self._callers[hook] = self.registry.subset_hook_caller(
                hook, self._other_providers(hook)
            )
        return self._callers[hook]

    def _other_providers(self, hook: str) -> list[object]:
        chosen = self.registry.get_plugin(self.provider)
        implementations = getattr(self.registry.hook, hook).get_hookimpls()
        return [
            implementation.plugin
            for implementation in implementations
            if implementation.plugin is not chosen
            and not (implementation.wrapper or implementation.hookwrapper)
        ]


def _as_purchase(answer: object, hook: str) -> Purchase | None:
    if answer is None or isinstance(answer, Purchase):
        return answer
    raise ConfigurationError(
        f"{hook} must answer with a Purchase, not {type(answer).__name__}"
    )
