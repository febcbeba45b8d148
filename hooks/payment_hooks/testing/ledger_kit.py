"""The conformance kit of ledgers: one fixture to write, every check is inherited."""

from collections.abc import Callable

import pytest

from payment_hooks.ledger.store import Ledger
from payment_hooks.testing.ledger_checks.contents import ContentChecks
from payment_hooks.testing.ledger_checks.events import EventChecks
from payment_hooks.testing.ledger_checks.listing import ListingChecks
from payment_hooks.testing.ledger_checks.operations import OperationChecks
from payment_hooks.testing.ledger_checks.payments import PaymentChecks
from payment_hooks.testing.ledger_checks.secrecy import SecrecyChecks
from payment_hooks.testing.ledger_checks.sharing import SharingChecks


class LedgerKit(
    PaymentChecks,
    OperationChecks,
    ListingChecks,
    EventChecks,
    ContentChecks,
    SharingChecks,
    SecrecyChecks,
):
    """All that a store of payments must do; subclass it in a test module.

    class TestOurLedger(LedgerKit):
        @pytest.fixture
        def ledger(self, tmp_path):
            return OurLedger(tmp_path / "ledger.db")

    `ledger` gives a fresh and empty store. A durable one also says how to look at it
    through another connection, by the fixture `reopen`. `leave_thread`, `column_names`
    and `stored_text` may be overridden where the store has more to show.
    """

    @pytest.fixture
    def reopen(self, ledger: Ledger) -> Callable[[], Ledger]:
        """Gives the same store through another connection; the same object if not."""
        return lambda: ledger
