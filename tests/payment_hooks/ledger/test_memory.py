"""The ledger in memory does what every ledger does."""

import pytest

from payment_hooks import MemoryLedger
from payment_hooks.testing import LedgerKit


class TestMemoryLedger(LedgerKit):
    @pytest.fixture
    def ledger(self):
        return MemoryLedger()
