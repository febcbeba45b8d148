"""What is wrong with a configuration, and what cannot be known without another key."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from clover_provider.config import CloverConfig
from payment_hooks import (
    ConfigurationError,
    Gateway,
    LookUpRequest,
    Mode,
    PaymentError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; its text holds no secret."""

    subject: str
    text: str
    is_well: bool = True

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def examine(*, online: bool = False) -> list[Finding]:
    """What the environment's configuration looks like; with calls to Clover if asked."""
    try:
        config = CloverConfig.from_environ()
    except ConfigurationError as error:
        return [Finding(subject="settings", text=str(error), is_well=False)]
    return [*_read(config), *(_ask(config) if online else ())]


def _read(config: CloverConfig) -> Iterator[Finding]:
    modes = ", ".join(config.modes)
    yield Finding(
        subject="settings",
        text=f"{config.environment}, merchant {config.merchant_id}, "
        f"{config.currency}, modes {modes}",
    )
    if Mode.HOSTED in config.modes:
        certain = bool(config.platform_key)
        yield Finding(
            subject="hosted payments",
            text="read back through the platform API"
            if certain
            else "read back by charge id, which Clover does not document for hosted "
            "payments: set PLATFORM_TOKEN to be certain",
        )
    if Mode.IFRAME in config.modes and not config.public_key:
        yield Finding(
            subject="public key", text="fetched from Clover (PAKMS) on first use"
        )


def _ask(config: CloverConfig) -> Iterator[Finding]:
    """One read of the charges, which shows that key, host and permission work."""
    from clover_provider.provider import CloverProvider

    since = datetime.now(UTC) - timedelta(minutes=1)
    try:
        Gateway.to(CloverProvider(config)).look_up(LookUpRequest(since=since))
    except PaymentError as error:
        yield Finding(subject="Clover", text=error.message, is_well=False)
    else:
        yield Finding(subject="Clover", text="answers, and takes the private key")
