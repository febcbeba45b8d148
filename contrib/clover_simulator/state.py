"""Everything one running simulator knows."""

from clover_simulator.clock import Clock
from clover_simulator.courier import Courier
from clover_simulator.faults import Faults
from clover_simulator.idempotency import IdempotencyKeys
from clover_simulator.identifiers import Identifiers
from clover_simulator.keys import EncryptionKey
from clover_simulator.ledger import Ledger
from clover_simulator.limits import RateLimits
from clover_simulator.merchants import Merchants
from clover_simulator.oauth import Grants
from clover_simulator.switches import Switches
from clover_simulator.traffic import Traffic

DEFAULT_SEED = "clover"


class State:
    """One simulated Clover; used from the server's event loop only, so it needs no lock."""

    def __init__(
        self,
        *,
        seed: str = DEFAULT_SEED,
        switches: Switches | None = None,
        webhook_url: str = "",
    ) -> None:
        self.seed = seed
        self.clock = Clock()
        self.merchants = Merchants()
        self.encryption_key = EncryptionKey()
        self._switches_at_start = switches or Switches()
        self._webhook_url_at_start = webhook_url
        self._start_afresh()

    def _start_afresh(self) -> None:
        self.switches = self._switches_at_start
        self.merchants.reset()
        for merchant in self.merchants:
            merchant.webhook_url = self._webhook_url_at_start
        self.ids = Identifiers(self.seed)
        self.ledger = Ledger()
        self.idempotency = IdempotencyKeys()
        self.oauth = Grants(self)
        self.faults = Faults()
        self.traffic = Traffic()
        self.limits = RateLimits()
        self.courier = Courier(self)

    def reset(self, seed: str | None = None) -> None:
        """Forget everything, so that the next run gives the same ids again."""
        self.courier.stop()
        self.seed = self.seed if seed is None else seed
        self.clock.reset()
        self._start_afresh()
