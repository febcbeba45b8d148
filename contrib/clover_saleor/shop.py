"""What Saleor does when a payment changes, whoever noticed."""

from payment_hooks import PaymentChanged, hookimpl


class SaleorShop:
    """Keeps Saleor's books and makes the order of a paid checkout."""

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Book it in the flow that it was begun in; what raises is told again."""
        from saleor.core.db.connection import allow_writer

        from clover_saleor import payment_books, payments_flow, session_books, sessions

        flow = event.payment.context.get("flow")
        with allow_writer():  # Saleor's worker logs every statement without it
            if flow == payments_flow.FLOW:
                payment_books.book(event)
            elif flow == sessions.FLOW:
                session_books.book(event)
