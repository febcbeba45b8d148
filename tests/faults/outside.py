"""A shop in another process: it knows the simulator by its address alone."""

from types import SimpleNamespace

from clover_provider import CloverConfig, CloverProvider
from clover_simulator import shopper
from payment_hooks import Payments
from tests.faults.rig import Clock, Rig, Shop


def rig_outside(settings: dict[str, object]) -> Rig:
    """A shop with these settings and a ledger in memory."""
    provider = CloverProvider(CloverConfig.from_mapping(settings))
    payments = Payments.using(provider)
    url, key = str(settings["BASE_URL"]), str(settings["PUBLIC_KEY"])
    cards = SimpleNamespace(
        token=lambda: shopper.tokenize(url, key, shopper.APPROVED_CARD)
    )
    return Rig(payments, provider, cards, None, payments.ledger, Shop(), Clock())  # type: ignore[arg-type]  # it sees neither simulator nor proxy
