"""The tested releases of Saleor, and its undocumented functions that are used here."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

TESTED = ("3.21", "3.22", "3.23")
"""Saleor's releases that were driven with this one, oldest first."""


@dataclass(frozen=True, slots=True)
class Internal:
    """A class or function of Saleor, and the arguments it is called with here."""

    path: str
    places: str | None = None
    """The positional parameters, in this order; None where it is not called."""
    keywords: str = ""
    """The keyword parameters."""

    def problem(self) -> str:
        """Why it cannot be used in this way; empty if it can."""
        module, _, name = self.path.rpartition(".")
        try:
            found = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as error:
            return f"{self.path} is gone ({error})"
        if self.places is None:
            return ""
        return self._misfit(found, self.places.split())

    def _misfit(self, found: Callable[..., Any], places: list[str]) -> str:
        signature = inspect.signature(found)
        first = list(signature.parameters)[: len(places)]
        if first != places:
            return f"{self.path} begins with {first}, not {places}"
        try:
            signature.bind(*places, **dict.fromkeys(self.keywords.split()))
        except TypeError as error:
            return f"{self.path} cannot be called as before ({error})"
        return ""


INTERNALS = (
    Internal("saleor.app.models.App"),
    Internal("saleor.channel.models.Channel"),
    Internal(
        "saleor.checkout.complete_checkout.complete_checkout",
        "",
        "manager checkout_info lines payment_data store_source user app",
    ),
    Internal("saleor.checkout.fetch.fetch_checkout_info", "checkout lines manager"),
    Internal("saleor.checkout.fetch.fetch_checkout_lines", "checkout"),
    Internal("saleor.checkout.models.Checkout"),
    Internal("saleor.core.db.connection.allow_writer", ""),
    Internal("saleor.core.transactions.transaction_with_commit_on_errors", ""),
    Internal("saleor.core.utils.build_absolute_uri", "location"),
    Internal("saleor.core.utils.url.validate_storefront_url", "url"),
    Internal(
        "saleor.order.actions.order_authorized",
        "order user app amount payment manager",
    ),
    Internal(
        "saleor.order.actions.order_charged",
        "order_info user app amount payment manager",
    ),
    Internal(
        "saleor.order.actions.order_refunded",
        "order user app amount payment manager",
    ),
    Internal("saleor.order.actions.order_voided", "order user app payment manager"),
    Internal("saleor.order.fetch.fetch_order_info", "order"),
    Internal("saleor.payment.PaymentError"),
    Internal("saleor.payment.TransactionEventType"),
    Internal("saleor.payment.TransactionKind"),
    Internal(
        "saleor.payment.gateway.payment_refund_or_void", "payment manager channel_slug"
    ),
    Internal(
        "saleor.payment.interface.CustomerSource",
        "",
        "id gateway credit_card_info metadata",
    ),
    Internal(
        "saleor.payment.interface.GatewayResponse",
        "",
        "is_success action_required kind amount currency transaction_id error "
        "payment_method_info raw_response action_required_data "
        "transaction_already_processed psp_reference",
    ),
    Internal(
        "saleor.payment.interface.InitializedPaymentResponse", "", "gateway name data"
    ),
    Internal(
        "saleor.payment.interface.PaymentGateway", "", "id name currencies config"
    ),
    Internal(
        "saleor.payment.interface.PaymentGatewayData", "", "app_identifier data error"
    ),
    Internal(
        "saleor.payment.interface.PaymentMethodCreditCardInfo",
        "",
        "brand last_digits exp_month exp_year",
    ),
    Internal(
        "saleor.payment.interface.PaymentMethodData",
        "",
        "id type external_id gateway supported_payment_flows credit_card_info name",
    ),
    Internal(
        "saleor.payment.interface.PaymentMethodInfo",
        "",
        "last_4 exp_year exp_month brand type",
    ),
    Internal(
        "saleor.payment.interface.StoredPaymentMethodRequestDeleteResponseData",
        "",
        "result error",
    ),
    Internal("saleor.payment.interface.StoredPaymentMethodRequestDeleteResult"),
    Internal(
        "saleor.payment.interface.TransactionSessionResult",
        "",
        "app_identifier response",
    ),
    Internal("saleor.payment.models.Payment"),
    Internal("saleor.payment.models.TransactionEvent"),
    Internal("saleor.payment.models.TransactionItem"),
    Internal(
        "saleor.payment.utils.create_transaction",
        "payment",
        "kind payment_information gateway_response",
    ),
    Internal(
        "saleor.payment.utils.create_transaction_event_for_transaction_session",
        "request_event app manager transaction_webhook_response",
    ),
    Internal(
        "saleor.payment.utils.create_transaction_event_from_request_and_webhook_response",
        "request_event app transaction_webhook_response",
    ),
    Internal("saleor.payment.utils.gateway_postprocess", "transaction payment"),
    Internal(
        "saleor.payment.utils.try_void_or_refund_inactive_payment",
        "payment transaction manager",
    ),
    Internal(
        "saleor.payment.utils.update_payment_charge_status", "payment transaction"
    ),
    Internal(
        "saleor.payment.utils.update_payment_method_details",
        "payment payment_method_info changed_fields",
    ),
    Internal("saleor.plugins.base_plugin.BasePlugin"),
    Internal("saleor.plugins.base_plugin.ConfigurationTypeField"),
    Internal("saleor.plugins.error_codes.PluginErrorCode"),
    Internal("saleor.plugins.manager.get_plugins_manager", "", "allow_replica"),
    Internal("saleor.plugins.models.PluginConfiguration"),
)
"""All that the package imports from Saleor; a test compares it with the code."""


def version() -> str:
    """The version of the Saleor that this runs in; empty when it does not say."""
    import saleor

    return str(getattr(saleor, "__version__", ""))


def untested() -> str:
    """The remedy where this release of Saleor was not tested; empty if it was."""
    found = version()
    if ".".join(found.split(".")[:2]) in TESTED:
        return ""
    return (
        f"{found or 'a version without a name'} was never tested with this release of "
        f"clover-provider, which knows {TESTED[0]} to {TESTED[-1]}: take a Saleor of "
        "these, or a clover-provider that knows yours, before money moves"
    )


def moved() -> Iterator[str]:
    """The functions that this Saleor lacks, or that have other parameters."""
    return filter(None, (internal.problem() for internal in INTERNALS))
