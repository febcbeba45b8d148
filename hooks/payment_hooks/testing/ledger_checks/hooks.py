"""What a store may say to the kit about itself."""

from collections.abc import Iterable
from dataclasses import fields

from payment_hooks.ledger.store import Ledger
from payment_hooks.model.records import HostedPage, Intent, Operation, Payment
from payment_hooks.model.results import WebhookEvent


class StoreHooks:
    """Override these where your store has more to show; none of them has to be."""

    def leave_thread(self) -> None:
        """Called at the end of each thread of the kit: close its connections here."""

    def column_names(self, ledger: Ledger) -> Iterable[str]:
        """The names of all columns; read them from the database's own schema."""
        kinds = (Payment, Operation, Intent, HostedPage, WebhookEvent)
        return [row.name for kind in kinds for row in fields(kind)]

    def stored_text(self, ledger: Ledger, payment_ids: Iterable[str]) -> str:
        """Everything that is stored, as text: a dump of all tables is best."""
        return repr(
            [
                (ledger.get_payment(payment_id), ledger.operations(payment_id))
                for payment_id in payment_ids
            ]
        )
