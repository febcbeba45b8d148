"""What Saleor does when a payment changes, whoever noticed."""

from payment_hooks import AccessRequest, PaymentChanged, hookimpl


class SaleorShop:
    """Keeps Saleor's payments up to date and makes the order of a paid checkout."""

    @hookimpl
    def shop_allows(self, request: AccessRequest) -> bool | None:
        """What Saleor asks its plugins for, it has allowed."""
        from clover_saleor.merchants.channels import SaleorStaff

        return isinstance(request.caller, SaleorStaff) or None

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Record it in the flow that it was begun in; what raises is notified again."""
        from saleor.core.db.connection import allow_writer

        from clover_saleor.payments_flow import payments
        from clover_saleor.payments_flow import records as payment_records
        from clover_saleor.transactions_flow import records as transaction_records
        from clover_saleor.transactions_flow import sessions

        adapter = event.payment.adapter
        with allow_writer():  # Saleor's worker logs every statement without it
            if adapter == payments.ADAPTER:
                payment_records.record_change(event)
            elif adapter == sessions.ADAPTER:
                transaction_records.record_change(event)
