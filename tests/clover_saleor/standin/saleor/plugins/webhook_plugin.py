"""Saleor's built-in plugin without a channel, which forgets what came before it."""

from saleor.payment.interface import TransactionSessionResult
from saleor.payment.utils import create_failed_transaction_event
from saleor.plugins.base_plugin import BasePlugin


class WebhookPlugin(BasePlugin):
    PLUGIN_ID = "mirumee.webhooks"
    CONFIGURATION_PER_CHANNEL = False
    DEFAULT_ACTIVE = True

    def payment_gateway_initialize_session(
        self, amount, payment_gateways, source_object, previous_value
    ):
        return []

    def transaction_initialize_session(self, transaction_session_data, previous_value):
        name = transaction_session_data.payment_gateway_data.app_identifier
        return TransactionSessionResult(app_identifier=name, error="no webhook")

    transaction_process_session = transaction_initialize_session

    def transaction_charge_requested(self, transaction_action_data, previous_value):
        create_failed_transaction_event(
            transaction_action_data.event,
            "Cannot find a webhook that can process the action.",
        )
        return previous_value

    transaction_refund_requested = transaction_charge_requested
    transaction_cancelation_requested = transaction_charge_requested
