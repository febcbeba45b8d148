"""Where Clover's services are, by environment and role."""

from dataclasses import dataclass
from enum import StrEnum


class Environment(StrEnum):
    """Clover's environment; each has its own keys, merchants and charges."""

    SANDBOX = "sandbox"
    """Clover's test system: test cards, no real money."""
    PRODUCTION = "production"
    """Real cards, real money."""
    LOCAL = "local"
    """A Clover double at `base_url`, such as `clover simulate`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """The base URLs of Clover's services, without a slash at the end."""

    ecommerce: str
    """Charges, captures, refunds, PAKMS."""
    token: str
    """Card tokenization; wants the public key."""
    api: str
    """Platform v3, OAuth tokens, hosted checkout sessions."""
    www: str
    """OAuth consent page and hosted payment pages."""
    checkout: str
    """The iframe SDK."""
    authentication: str
    """The 3-D Secure script."""
    keys: str
    """The card-encryption keys of both environments."""


# Source: "Developing apps with the Ecommerce API" and the pages of each service on
# docs.clover.com, read 2026-11. US and Canada share the hosts.
_PRODUCTION_CHECKOUT = "https://checkout.clover.com"
_CLOVER = {
    Environment.SANDBOX: Hosts(
        ecommerce="https://scl-sandbox.dev.clover.com",
        token="https://token-sandbox.dev.clover.com",  # noqa: S106  a host, not a password
        api="https://apisandbox.dev.clover.com",
        www="https://sandbox.dev.clover.com",
        checkout="https://checkout.sandbox.dev.clover.com",
        authentication="https://checkout.dev1.dev.clover.com",
        keys=_PRODUCTION_CHECKOUT,
    ),
    Environment.PRODUCTION: Hosts(
        ecommerce="https://scl.clover.com",
        token="https://token.clover.com",  # noqa: S106  a host, not a password
        api="https://api.clover.com",
        www="https://www.clover.com",
        checkout=_PRODUCTION_CHECKOUT,
        authentication=_PRODUCTION_CHECKOUT,
        keys=_PRODUCTION_CHECKOUT,
    ),
}


def hosts_of(environment: Environment, base_url: str) -> Hosts:
    """The hosts of an environment; for LOCAL, `base_url` in every role."""
    if environment in _CLOVER:
        return _CLOVER[environment]
    url = base_url.rstrip("/")
    return Hosts(**dict.fromkeys(Hosts.__dataclass_fields__, url))
