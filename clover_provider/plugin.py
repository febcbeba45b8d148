"""The installed plugin `clover`: the merchant of the environment variables `CLOVER_…`.

Nothing is read when it is loaded; a missing setting shows with the first call.
"""

from functools import cache

from clover_provider.config import CloverConfig
from clover_provider.provider import CloverProvider

_provider = CloverProvider(cache(CloverConfig.from_environ))

payment_tokenize = _provider.payment_tokenize
payment_authorize = _provider.payment_authorize
payment_charge = _provider.payment_charge
payment_capture = _provider.payment_capture
payment_refund = _provider.payment_refund
payment_void = _provider.payment_void
payment_start_checkout = _provider.payment_start_checkout
payment_look_up = _provider.payment_look_up
payment_read_webhook = _provider.payment_read_webhook


def __getattr__(name: str) -> str:
    """`merchant_id` and `mode`, which a provider tells; read when they are asked for."""
    if name in ("merchant_id", "mode"):
        return str(getattr(_provider, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
