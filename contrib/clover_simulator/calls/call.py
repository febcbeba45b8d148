"""What a request asks, once its sender and its form are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clover_simulator.state.merchants import Merchant
from clover_simulator.state.records import JSON
from clover_simulator.state.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authenticated and validated request."""

    state: State
    merchant: Merchant
    body: JSON = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    """The platform's `filter`, which may come several times."""
    expand: frozenset[str] = frozenset()
    """What the platform's `expand` names; it may come several times, and have commas."""
    headers: Mapping[str, str] = field(default_factory=dict)
    base_url: str = ""

    @property
    def idempotency_key(self) -> str | None:
        """The key the client sent."""
        return self.headers.get("idempotency-key")

    def simulated(self, name: str) -> str | None:
        """The trigger `metadata.sim_<name>`, the simulator's own namespace."""
        metadata = self.body.get("metadata")
        value = metadata.get(f"sim_{name}") if isinstance(metadata, dict) else None
        return None if value is None else str(value)
