"""The Transactions API of every channel's gateway.

Saleor keeps only what a plugin without a channel answers there, since its own webhook
plugin comes after those with one. This one asks the channel's merchant.
"""

import logging
from collections.abc import Sequence
from decimal import Decimal

from saleor.payment.interface import (
    PaymentGatewayData,
    StoredPaymentMethodRequestDeleteResponseData,
    StoredPaymentMethodRequestDeleteResult,
    TransactionSessionResult,
)
from saleor.plugins.base_plugin import BasePlugin

from clover_saleor.installation.languages import (
    explain_to_staff,
    in_language_of_staff,
    language_of,
    language_of_customer,
)
from clover_saleor.installation.names import GATEWAY, SESSIONS, TITLE
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.merchants import saved_cards
from clover_saleor.merchants.channels import Merchant, merchant_of_channel
from clover_saleor.transactions_flow import records, responses, sessions
from payment_hooks import (
    ConfigurationError,
    InvalidRequest,
    Mode,
    Movement,
    Operation,
    OutcomeUnknown,
    Payment,
    PaymentError,
    StaffAction,
    read_money,
    shopper_text,
    time_limit,
)
from payment_hooks.storefront import CHECKING, describe_next_action

logger = logging.getLogger(__name__)


class CloverTransactions(BasePlugin):
    """Serves sessions and requests; it has no settings and is no gateway by itself."""

    PLUGIN_NAME = f"{TITLE}: Transactions API"
    PLUGIN_ID = SESSIONS
    PLUGIN_DESCRIPTION = "Serves the Transactions API for the plugins of the channels."
    CONFIGURATION_PER_CHANNEL = False
    DEFAULT_ACTIVE = True
    HIDDEN = True

    def payment_gateway_initialize_session(
        self,
        amount: Decimal,
        payment_gateways: list[PaymentGatewayData] | None,
        source_object: SaleorObject,
        previous_value: SaleorObject,
    ) -> SaleorObject:
        """What the storefront's card form needs, or that it is going to be a page."""
        wanted = payment_gateways is None or any(
            row.app_identifier == GATEWAY for row in payment_gateways
        )
        if not wanted:
            return previous_value
        data, error = self._entry(source_object)
        ours = PaymentGatewayData(app_identifier=GATEWAY, data=data, error=error)
        return [*(previous_value or []), ours]

    def transaction_initialize_session(
        self, transaction_session_data: SaleorObject, previous_value: SaleorObject
    ) -> SaleorObject:
        """Begin to pay: with a card at once, or with the way to a page."""
        return self._session(transaction_session_data, previous_value, first=True)

    def transaction_process_session(
        self, transaction_session_data: SaleorObject, previous_value: SaleorObject
    ) -> SaleorObject:
        """Continue: look up the outcome, or charge the card that came."""
        return self._session(transaction_session_data, previous_value, first=False)

    def transaction_charge_requested(
        self, transaction_action_data: SaleorObject, previous_value: SaleorObject
    ) -> SaleorObject:
        """Capture."""
        return self._request(
            transaction_action_data, previous_value, StaffAction.CAPTURE
        )

    def transaction_refund_requested(
        self, transaction_action_data: SaleorObject, previous_value: SaleorObject
    ) -> SaleorObject:
        """Refund; each request of Saleor's is an intent of its own."""
        return self._request(
            transaction_action_data, previous_value, StaffAction.REFUND
        )

    def transaction_cancelation_requested(
        self, transaction_action_data: SaleorObject, previous_value: SaleorObject
    ) -> SaleorObject:
        """Void; always the whole."""
        return self._request(transaction_action_data, previous_value, StaffAction.VOID)

    def list_stored_payment_methods(
        self,
        list_stored_payment_methods_data: SaleorObject,
        previous_value: SaleorObject,
    ) -> SaleorObject:
        """The customer's saved cards at the channel's merchant."""
        asked, known = list_stored_payment_methods_data, previous_value or []
        try:
            merchant = merchant_of_channel(asked.channel.slug)
        except ConfigurationError as error:
            logger.error("%s is misconfigured: %s", asked.channel, error)
            return known
        if merchant is None:
            return known
        return [*known, *saved_cards.list_for_transactions_flow(merchant, asked.user)]

    def stored_payment_method_request_delete(
        self, request_delete_data: SaleorObject, previous_value: SaleorObject
    ) -> SaleorObject:
        """Remove the customer's own card; another customer's is not found."""
        asked = request_delete_data
        owner = saved_cards.owner_of(asked.user)
        try:
            merchant = merchant_of_channel(asked.channel.slug, also_off=True)
            if merchant is None:
                return previous_value
            saved_cards.remove(merchant, owner, asked.payment_method_id)
        except InvalidRequest:
            return previous_value
        except (PaymentError, ConfigurationError) as error:
            logger.error("a saved card could not be removed: %s", error)
            return StoredPaymentMethodRequestDeleteResponseData(
                result=StoredPaymentMethodRequestDeleteResult.FAILED_TO_DELETE,
                error=shopper_text("unavailable", language_of_customer(asked.user)),
            )
        return StoredPaymentMethodRequestDeleteResponseData(
            result=StoredPaymentMethodRequestDeleteResult.SUCCESSFULLY_DELETED
        )

    def _entry(
        self, source: SaleorObject
    ) -> tuple[dict[str, object] | None, str | None]:
        """The data and no error, or the other way round."""
        language = language_of(source)
        unavailable = shopper_text("unavailable", language)
        try:
            merchant = merchant_of_channel(source.channel.slug)
            if merchant is None:
                return None, unavailable
            if merchant.mode is Mode.HOSTED:
                return {"mode": merchant.mode.value}, None
            with time_limit(merchant.seconds):
                step = merchant.payments.card_entry(
                    merchant.currency, merchant.mode, locale=language
                )
        except (PaymentError, ConfigurationError) as error:
            logger.warning("%s: no card entry: %s", source.channel.slug, error)
            return None, unavailable
        return dict(describe_next_action(step, language=language)), None

    def _session(
        self, asked: SaleorObject, previous: SaleorObject, *, first: bool
    ) -> SaleorObject:
        if asked.payment_gateway_data.app_identifier != GATEWAY:
            return previous
        prefix = asked.action.action_type.upper()
        language = language_of(asked.source_object)
        try:
            response = self._submit(asked, prefix, first=first)
        except ConfigurationError as error:
            logger.error("%s is misconfigured: %s", asked.source_object.channel, error)
            text = shopper_text("unavailable", language)
            response = responses.failure(prefix, asked.action.amount, text)
        except Exception:
            logger.exception("a payment was interrupted; the next look-up resolves it")
            text = shopper_text("outcome_unknown", language)
            response = {
                "result": f"{prefix}_ACTION_REQUIRED",
                "amount": asked.action.amount,
                "message": text,
                "data": {"status": CHECKING, "message": text},
            }
        return TransactionSessionResult(app_identifier=GATEWAY, response=response)

    def _submit(
        self, asked: SaleorObject, prefix: str, *, first: bool
    ) -> responses.Response:
        merchant = merchant_of_channel(asked.source_object.channel.slug)
        if merchant is None:
            text = shopper_text("unavailable", language_of(asked.source_object))
            return responses.failure(prefix, asked.action.amount, text)
        with time_limit(merchant.seconds):
            return sessions.submit(merchant, asked, first=first)

    def _request(
        self, asked: SaleorObject, previous: SaleorObject, action: StaffAction
    ) -> SaleorObject:
        if asked.transaction.app_identifier != GATEWAY:
            return previous
        records.forget_miss(asked.event)
        try:
            merchant = _merchant_of(asked.transaction)
            payment = sessions.find_payment(merchant, asked.transaction)
            with in_language_of_staff(self):
                self._move(asked, merchant, payment, action)
        except (PaymentError, ConfigurationError) as error:
            logger.warning("transaction %s: %s", asked.transaction.token, error)
            records.record_refusal(asked.event, explain_to_staff(self, error))
        except Exception:
            # The request stays without an outcome, which is what is known of it.
            logger.exception("%s of %s broke off", asked.event, asked.transaction.token)
        return previous

    def _move(
        self,
        asked: SaleorObject,
        merchant: Merchant,
        payment: Payment,
        action: StaffAction,
    ) -> None:
        payments, payment_id = merchant.payments, payment.payment_id
        try:
            with time_limit(merchant.seconds):
                movement = _movement(asked, action)
                operation = merchant.move(payment, movement, notify=False)
        except OutcomeUnknown as error:
            logger.error("transaction %s: %s", asked.transaction.token, error)
            _await(asked.event, payments.operations(payment_id))
        else:
            records.record_outcome(asked.event, operation)
            payments.notify(
                payment_id
            )  # which also records what a capture has released


def _movement(asked: SaleorObject, action: StaffAction) -> Movement:
    """What staff asks for; each request of Saleor's is an intent of its own."""
    amount = read_money(asked.action_value, asked.transaction.currency)
    return Movement(
        action=action,
        amount=None if action is StaffAction.VOID else amount,
        intent_id=f"saleor event {asked.event.pk}",
    )


def _merchant_of(item: SaleorObject) -> Merchant:
    """The merchant of the transaction's channel, also while the plugin is off there.

    Raises:
        ConfigurationError: there is none.
    """
    channel = (item.checkout or item.order).channel
    merchant = merchant_of_channel(channel.slug, also_off=True)
    if merchant is None:
        raise ConfigurationError(f"channel {channel.slug} has no settings for {TITLE}")
    return merchant


def _await(request: SaleorObject, operations: Sequence[Operation]) -> None:
    for row in reversed(operations):
        asked_for = records.REQUEST_OF.get(row.kind)
        if row.state.is_open and asked_for == request.type:
            records.record_pending(request, row)
            return
