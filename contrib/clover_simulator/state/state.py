"""Everything one running simulator knows."""

from clover_simulator.state.clock import Clock
from clover_simulator.state.encryption import EncryptionKey
from clover_simulator.state.grants import Grants
from clover_simulator.state.identifiers import Identifiers
from clover_simulator.state.merchants import Merchants
from clover_simulator.state.records import Ledger
from clover_simulator.state.switches import Switches
from clover_simulator.state.webhook_sender import WebhookSender
from clover_simulator.traffic.faults import Faults
from clover_simulator.traffic.idempotency import IdempotencyKeys
from clover_simulator.traffic.limits import RateLimits
from clover_simulator.traffic.requests import Traffic

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
        self.grants = Grants(self)
        self.faults = Faults()
        self.traffic = Traffic()
        self.limits = RateLimits()
        self.webhooks = WebhookSender(self)

    def reset(self, seed: str | None = None) -> None:
        """Forget everything, so that the next run gives the same ids again."""
        self.webhooks.stop()
        self.seed = self.seed if seed is None else seed
        self.clock.reset()
        self._start_afresh()
