"""The payment gateway of a channel, as Saleor calls it.

Saleor locks a checkout for three minutes when a plugin raises or returns nothing, so
every call of it ends with an answer, and within the merchant's time limit.
"""

import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from saleor.payment import PaymentError as SaleorPaymentError
from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse, InitializedPaymentResponse
from saleor.plugins.base_plugin import BasePlugin
from saleor.plugins.error_codes import PluginErrorCode

from clover_django.web.webhooks import receive
from clover_saleor.installation import hosted_page
from clover_saleor.installation.languages import (
    explain_to_staff,
    language_of_payment,
)
from clover_saleor.installation.names import GATEWAY, TITLE
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.merchants import configuration, saved_cards
from clover_saleor.merchants.channels import Merchant, merchant_of
from clover_saleor.payments_flow import payments, responses
from payment_hooks import (
    ConfigurationError,
    Mode,
    OutcomeUnknown,
    PaymentError,
    StaffAction,
    shopper_language,
    shopper_text,
    time_limit,
)
from payment_hooks.storefront import describe_next_action, read_entry

logger = logging.getLogger(__name__)


class CloverPlugin(BasePlugin):
    """Takes a channel's payments with the merchant of that channel."""

    PLUGIN_NAME = TITLE
    PLUGIN_ID = GATEWAY
    PLUGIN_DESCRIPTION = "Takes card payments: in your storefront, or on a hosted page."
    CONFIGURATION_PER_CHANNEL = True
    CONFIG_STRUCTURE = configuration.FIELDS
    DEFAULT_CONFIGURATION = configuration.DEFAULTS
    DEFAULT_ACTIVE = False

    def __init__(self, *, configuration: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(configuration=configuration, **kwargs)
        # Read now: Saleor masks the secrets of a plugin that it shows.
        self._values = _values_of(configuration)

    def process_payment(
        self, payment_information: SaleorObject, previous_value: SaleorObject
    ) -> GatewayResponse:
        """Charge or authorize, or answer with what the storefront must do next."""
        return self._submit(payment_information, first=True)

    def confirm_payment(
        self, payment_information: SaleorObject, previous_value: SaleorObject
    ) -> GatewayResponse:
        """Look up the outcome of a page or a lost answer, or charge a card that came."""
        return self._submit(payment_information, first=False)

    def authorize_payment(
        self, payment_information: SaleorObject, previous_value: SaleorObject
    ) -> GatewayResponse:
        """As `process_payment`; whether it captures is the merchant's setting."""
        return self._submit(payment_information, first=True)

    def capture_payment(
        self, payment_information: SaleorObject, previous_value: SaleorObject
    ) -> GatewayResponse:
        """Capture a part of the authorization, or all; also while the plugin is off."""
        return self._move(payment_information, StaffAction.CAPTURE)

    def refund_payment(
        self, payment_information: SaleorObject, previous_value: SaleorObject
    ) -> GatewayResponse:
        """Refund a part, or all; also while the plugin is off."""
        return self._move(payment_information, StaffAction.REFUND)

    def void_payment(
        self, payment_information: SaleorObject, previous_value: SaleorObject
    ) -> GatewayResponse:
        """Void the authorization; also while the plugin is off."""
        return self._move(payment_information, StaffAction.VOID)

    def initialize_payment(
        self, payment_data: SaleorObject, previous_value: SaleorObject, **kwargs: Any
    ) -> InitializedPaymentResponse:
        """What a card form needs; a card of the shop's own form becomes a token here.

        Raises:
            saleor.payment.PaymentError: Saleor shows its text to the storefront.
        """
        language = _language_in(payment_data)
        said = shopper_text("unavailable", language)
        if not self.active:
            raise SaleorPaymentError(said)
        try:
            merchant = merchant_of(self._values)
            with time_limit(merchant.seconds):
                data = self._card_entry(merchant, payment_data, language)
        except (PaymentError, ConfigurationError) as error:
            logger.warning("%s: no card entry: %s", self.channel, error)
            if isinstance(error, PaymentError):
                said = error.shopper_message(language)
            raise SaleorPaymentError(said) from None
        return InitializedPaymentResponse(gateway=GATEWAY, name=TITLE, data=data)

    def list_payment_sources(
        self, customer_id: str, previous_value: SaleorObject
    ) -> SaleorObject:
        """The customer's saved cards at this channel's merchant."""
        try:
            ours = saved_cards.list_for_payments_flow(
                merchant_of(self._values), customer_id
            )
        except ConfigurationError as error:
            logger.error("%s is misconfigured: %s", self.channel, error)
            ours = []
        return [*(previous_value or []), *ours]

    def get_payment_config(self, previous_value: SaleorObject) -> list[dict[str, str]]:
        """What every shopper may read; nothing secret, and no call for it."""
        public = {
            "mode": self._values["mode"],
            "environment": self._values["environment"],
            "merchant_id": self._values["merchant_id"],
            "public_key": self._values["public_key"],
        }
        try:
            merchant = merchant_of(self._values)
            public |= self._script_urls(merchant)
        except (PaymentError, ConfigurationError) as error:
            logger.warning("%s is misconfigured: %s", self.channel, error)
        return [
            {"field": name, "value": str(value)}
            for name, value in public.items()
            if value
        ]

    def get_supported_currencies(self, previous_value: SaleorObject) -> list[str]:
        """The merchant's currency."""
        return configuration.currencies_of(self._values)

    def token_is_required_as_payment_input(self, previous_value: SaleorObject) -> bool:
        """No: a token may also come with `checkoutComplete`, and a page needs none."""
        return False

    def webhook(
        self, request: HttpRequest, path: str, previous_value: SaleorObject
    ) -> HttpResponse:
        """Receive a webhook about a hosted payment."""
        # The route without a channel comes here while the plugin is off, too.
        if not self.active or path.rstrip("/") != hosted_page.WEBHOOK.rstrip("/"):
            return HttpResponseNotFound("no such address")
        return receive(request, lambda: merchant_of(self._values).payments)

    def resolve_plugin_configuration(self, request: Any) -> Any:  # noqa: ANN401
        """The form, with the address for messages in it."""
        for row in self.configuration:
            if row["name"] == "webhook_url" and self.channel is not None:
                row["value"] = hosted_page.webhook_url(self.channel.slug)
        return self.configuration

    @classmethod
    def save_plugin_configuration(
        cls,
        plugin_configuration: SaleorObject,
        cleaned_data: dict[str, Any],
    ) -> Any:  # noqa: ANN401
        """As in Saleor; a secret that comes back as its own mask stays as it is."""
        known = _values_of(plugin_configuration.configuration)
        sent = [
            row
            for row in cleaned_data.get("configuration") or ()
            if not configuration.is_mask(
                row["name"], row.get("value"), known.get(row["name"])
            )
        ]
        return super().save_plugin_configuration(
            plugin_configuration, {**cleaned_data, "configuration": sent}
        )

    @classmethod
    def validate_plugin_configuration(
        cls,
        plugin_configuration: SaleorObject,
        **kwargs: Any,
    ) -> None:
        """Refuse to be active with what cannot work; the provider is asked as well."""
        if not plugin_configuration.active:
            return
        values = _values_of(plugin_configuration.configuration)
        try:
            config = configuration.to_config(values)
            _refuse_other_currency(config.currency, plugin_configuration.channel)
        except configuration.FieldError as error:
            raise _invalid(error.field, str(error)) from None
        for text in configuration.find_mistakes(config):
            raise _invalid("private_key", text)

    @classmethod
    def pre_save_plugin_configuration(
        cls,
        plugin_configuration: SaleorObject,
    ) -> None:
        """Keep the public key, so that no page has to wait for it."""
        values = _values_of(plugin_configuration.configuration)
        if not plugin_configuration.active or values["public_key"]:
            return
        merchant = merchant_of(values)
        if merchant.mode is Mode.HOSTED:
            return
        try:
            key = _card_entry(merchant).get("publicKey")
        except (PaymentError, ConfigurationError):
            return  # a page asks for it when it needs it
        rows = [
            row
            for row in plugin_configuration.configuration
            if row["name"] != "public_key"
        ]
        plugin_configuration.configuration = [
            *rows,
            {"name": "public_key", "value": key},
        ]

    def _submit(self, asked: SaleorObject, *, first: bool) -> GatewayResponse:
        def run(merchant: Merchant) -> GatewayResponse:
            if not self.active:
                return payments.look_only(merchant, asked)
            return payments.submit(merchant, asked, first=first)

        try:
            return self._within_limit(run)
        except ConfigurationError as error:
            logger.error("%s is misconfigured: %s", self.channel, error)
            text = shopper_text("unavailable", language_of_payment(asked))
            return responses.failed(asked, TransactionKind.CAPTURE, text)
        except Exception:
            logger.exception("a payment was interrupted; the next look-up resolves it")
            return responses.outcome_unknown(asked)

    def _move(self, asked: SaleorObject, action: StaffAction) -> GatewayResponse:
        kind = action.value  # Saleor's word for it is the same
        refused: Exception

        def run(merchant: Merchant) -> GatewayResponse:
            return responses.succeeded(asked, payments.move(merchant, asked, action))

        try:
            return self._within_limit(run)
        except OutcomeUnknown as error:
            logger.error("%s of %s: %s", kind, asked.token, error)
            refused, say = error, error.shopper_message
        except PaymentError as error:
            refused, say = error, error.shopper_message
        except ConfigurationError as error:
            refused, say = error, partial(shopper_text, "error")
        except Exception:
            logger.exception("%s of %s ended in the middle", kind, asked.token)
            refused = OutcomeUnknown("it ended in the middle")
            say = partial(shopper_text, "outcome_unknown")
        if payments.has_order(asked):
            text = explain_to_staff(self, refused)
            return responses.failed(asked, kind, text)
        # Saleor refunds the payment of a checkout that cannot be completed, and shows the
        # text to whoever wanted to complete it.
        logger.warning("%s of %s: %s", kind, asked.token, refused)
        return responses.failed(asked, kind, say(language_of_payment(asked)))

    def _within_limit(
        self, run: Callable[[Merchant], GatewayResponse]
    ) -> GatewayResponse:
        merchant = merchant_of(self._values)
        with time_limit(merchant.seconds):
            return run(merchant)

    def _card_entry(
        self, merchant: Merchant, sent: object, language: str
    ) -> dict[str, Any]:
        card = read_entry(sent).card
        if card is None:
            return _card_entry(merchant, language)
        source = merchant.payments.tokenize(card)
        return {
            "token": source.token,
            "brand": source.brand,
            "last4": source.last4,
            "expMonth": source.exp_month,
            "expYear": source.exp_year,
        }

    def _script_urls(self, merchant: Merchant) -> dict[str, str]:
        if merchant.mode is Mode.HOSTED or not self._values["public_key"]:
            return {}
        entry = _card_entry(merchant)
        return {
            "script_url": entry.get("scriptUrl", ""),
            "authentication_script_url": entry.get("authenticationScriptUrl", ""),
        }


def _language_in(sent: object) -> str:
    """What the storefront names in its JSON: this call knows no checkout and no user."""
    named = sent.get("languageCode") if isinstance(sent, dict) else None
    return shopper_language(named, default="") if isinstance(named, str) else ""


def _card_entry(merchant: Merchant, language: str = "") -> dict[str, Any]:
    if merchant.mode is Mode.HOSTED:
        return {"mode": merchant.mode.value}
    step = merchant.payments.card_entry(
        merchant.currency, merchant.mode, locale=language
    )
    return dict(describe_next_action(step, language=language))


def _values_of(rows: Any) -> dict[str, Any]:  # noqa: ANN401
    return configuration.values_of(rows)


def _refuse_other_currency(currency: str, channel: Any) -> None:  # noqa: ANN401
    if channel is not None and channel.currency_code != currency:
        raise configuration.FieldError(
            "supported_currencies",
            f"is {currency}, but the channel sells in {channel.currency_code}",
        )


def _invalid(field: str, text: str) -> ValidationError:
    is_missing = re.match("is missing", text)
    code = PluginErrorCode.REQUIRED if is_missing else PluginErrorCode.INVALID
    return ValidationError({field: ValidationError(text, code=code.value)})
