"""The values of a merchant's settings, not yet checked."""

from dataclasses import dataclass, field
from enum import StrEnum

from clover_provider.config.hosts import Environment
from clover_provider.config.secret import Secret
from payment_hooks import Mode

_EMPTY = Secret()


class HostedLines(StrEnum):
    """How many lines a hosted page shows."""

    ONE = "one"
    """One, named after the order and what is in it: it can be refunded in part."""
    ALL = "all"
    """Those of the basket; Clover documents that it refunds only the whole of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigValues:
    """One merchant's settings as given; `CloverConfig` completes and checks them."""

    environment: Environment
    merchant_id: str
    """Clover's id of the merchant: exactly 13 letters and digits."""
    mode: Mode = Mode.IFRAME
    """How cards reach Clover, unless a request asks for another of `modes`."""
    modes: tuple[Mode, ...] = ()
    """All modes that may be asked for; only `mode` when empty."""
    private_key: Secret = _EMPTY
    """The private ecommerce key; charges, captures and refunds are made with it."""
    public_key: str = ""
    """The public ecommerce key for the browser; fetched from Clover when empty."""
    hosted_private_key: Secret = _EMPTY
    """The private key of the Hosted Checkout pair; Clover makes one for each type."""
    webhook_secrets: tuple[Secret, ...] = ()
    """Signing secrets of hosted-checkout webhooks; two while one replaces the other."""
    platform_token: Secret = _EMPTY
    """A platform (v3) API token; makes reading hosted payments back certain."""
    access_token: Secret = _EMPTY
    """An OAuth access token, used for every key above that is empty."""
    app_id: str = ""
    """The OAuth app's id, for shops that connect merchants through an app."""
    app_secret: Secret = _EMPTY
    """The OAuth app's secret; empty for apps that use PKCE alone."""
    currency: str = "USD"
    """The merchant's currency, USD or CAD; requests in another are refused unsent."""
    country: str = ""
    """US or CA; follows the currency when empty."""
    locale: str = ""
    """Language of Clover's card fields: en, en-CA or fr-CA; follows the country."""
    page_config_id: str = ""
    """Which configured checkout page a hosted session shows; the default when empty."""
    three_d_secure: bool = False
    """Whether charges ask for 3-D Secure where the shopper's browser is known; the
    merchant turns it on in Clover's dashboard as well, under Fraud Tools."""
    hosted_lines: HostedLines = HostedLines.ONE
    """How many lines a hosted page shows: Clover refunds several only as a whole."""
    pci_attestation: str = ""
    """Names your own PCI DSS assessment (SAQ D); mode api is refused without it."""
    require_encryption: bool = True
    """Whether mode api refuses to send a card number that is not encrypted."""
    base_url: str = ""
    """Where the Clover double answers; for environment local only."""
    ca_bundle: str = ""
    """A file of certificates to trust; those of `certifi` when empty. No other switch."""
    connect_timeout_seconds: float = 5.0
    """How long to wait for a connection."""
    read_timeout_seconds: float = 25.0
    """How long to wait for the next bytes of an answer."""
    deadline_seconds: float = 30.0
    """How long a whole call may take, with all its retries."""
    requests_per_second: float = -1.0
    """How many calls may begin in a second; 0 for no limit. Clover's documented 16 when
    negative, and no limit in environment local."""
    requests_at_once: int = -1
    """How many calls may be under way; Clover's documented 5 when negative, likewise."""
    redis_url: Secret = _EMPTY
    """A Redis that several processes keep these two limits in; each its own when empty."""
    max_answer_bytes: int = 1024 * 1024
    """The largest answer that is read, after decompression."""
    webhook_tolerance_seconds: float = 300.0
    """How old a signed webhook may be."""
    source: str = field(default="", repr=False, compare=False)
    """Where the settings came from, for messages; set by the constructors below."""

    @property
    def ecommerce_key(self) -> Secret:
        """The bearer of charges, captures, refunds and PAKMS."""
        return self.private_key or self.access_token or self.hosted_private_key

    @property
    def hosted_key(self) -> Secret:
        """The bearer of hosted checkout sessions."""
        return self.hosted_private_key or self.access_token

    @property
    def platform_key(self) -> Secret:
        """The bearer of platform (v3) reads; empty when there is none."""
        return self.platform_token or self.access_token
