"""Payment on account: a second provider beside Clover, chosen for each order.

Reserving is a promise, capturing is the invoice that goes out. It keeps nothing: its ids
follow from the idempotency key, so that a repeated call is the same movement.
"""

from payment_hooks import (
    Ability,
    Ledger,
    Mode,
    Money,
    Payments,
    PluginRegistry,
    ProviderHooks,
    ProviderInfo,
    Transaction,
    TransactionKind,
    hookimpl,
)

LARGE = Money(100_000, "USD")


class Invoices:
    """A provider needs the hooks of what it can do, and no others."""

    name = "invoice"
    merchant_id = "ACCOUNTS"

    @hookimpl
    def payment_describe(self):
        """A promise is kept whole or in part; nobody can be asked about it."""
        return ProviderInfo(
            name=self.name,
            merchant_id=self.merchant_id,
            modes=frozenset({Mode.API}),
            abilities=frozenset(
                {
                    Ability.AUTHORIZE,
                    Ability.PARTIAL_CAPTURE,
                    Ability.PARTIAL_REFUND,
                    Ability.SEVERAL_REFUNDS,
                    Ability.VOID,
                }
            ),
        )

    @hookimpl
    def payment_authorize(self, request):
        """A promise to pay."""
        return _transaction(TransactionKind.AUTHORIZATION, request)

    @hookimpl
    def payment_capture(self, request):
        """The invoice goes out."""
        return _transaction(TransactionKind.CAPTURE, request, request.transaction_id)

    @hookimpl
    def payment_void(self, request):
        """The promise is withdrawn."""
        return _transaction(TransactionKind.VOID, request, request.transaction_id)

    @hookimpl
    def payment_refund(self, request):
        """A credit note."""
        return _transaction(TransactionKind.REFUND, request, request.transaction_id)

    @hookimpl
    def payment_retry(self, request):
        """The same promise again: its id follows from the key."""
        return _transaction(request.kind, request.request)


def payments_for(total: Money, registry: PluginRegistry, ledger: Ledger) -> Payments:
    """The `Payments` for an order: large ones go on account, others through Clover.

    Both may share a ledger: each moves only what it began.
    """
    name = "invoice" if total >= LARGE else "clover"
    return Payments(ProviderHooks(registry, name), ledger)


def _transaction(kind: TransactionKind, request, parent_id: str = "") -> Transaction:
    return Transaction(
        kind=kind,
        transaction_id=f"{kind.value.upper()}-{request.idempotency_key[:12]}",
        parent_id=parent_id,
        amount=request.amount,
        provider=Invoices.name,
        merchant_id=Invoices.merchant_id,
        reference=request.reference,
        operation_id=request.operation_id,
    )


plugin = Invoices()
