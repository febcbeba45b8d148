"""Checks a configuration: what is wrong, and what cannot be known from here."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from clover_provider.config import CloverConfig
from payment_hooks import (
    AuthenticationFailed,
    CardFields,
    CardForm,
    CheckoutRequest,
    ConfigurationError,
    FindRequest,
    Mode,
    Money,
    PaymentError,
    ProviderHooks,
    RetrieveRequest,
)

_NO_PAYMENT = "DOCTOR0000000"
_ROTATION = 2
_OTHER_TYPE = (
    "the private key of a pair made for Hosted Checkout is refused here as well: card "
    "payments want one of the integration type iframe or API"
)


class Verdict(StrEnum):
    """What a finding says."""

    OK = "ok"
    UNKNOWN = "unknown"
    """It may be right; the text says what would make it certain."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; its text holds no secret."""

    subject: str
    text: str
    verdict: Verdict = Verdict.OK

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def examine(config: CloverConfig, *, online: bool = False) -> list[Finding]:
    """Findings about a configuration; with `online`, Clover is asked as well."""
    return [
        *_settings(config),
        *_keys(config),
        *_authentication(config),
        *_hosted(config),
        *(_online(config) if online else ()),
    ]


def refused(error: ConfigurationError) -> Finding:
    """The finding for settings that cannot be read."""
    return Finding(subject="settings", text=str(error), verdict=Verdict.WRONG)


def _settings(config: CloverConfig) -> Iterator[Finding]:
    yield Finding(
        subject="settings",
        text=f"{config.environment}, merchant {config.merchant_id}, "
        f"{config.currency}, modes {', '.join(config.modes)}",
    )
    if Mode.API in config.modes and not config.require_encryption:
        yield Finding(
            subject="card encryption",
            text="not required: without the package cryptography, card numbers go out "
            "as they are; set REQUIRE_ENCRYPTION",
            verdict=Verdict.UNKNOWN,
        )


def _keys(config: CloverConfig) -> Iterator[Finding]:
    if not config.ecommerce_key:
        yield Finding(
            subject="private key",
            text="none: each merchant's comes with the consent to your app",
            verdict=Verdict.UNKNOWN,
        )
    elif config.ecommerce_key is config.access_token:
        yield Finding(
            subject="private key",
            text="an OAuth access token, which lives for minutes: renew it with "
            "OAuthSession",
            verdict=Verdict.UNKNOWN,
        )
    if _takes_cards(config) and _is_hosted_key(config):
        yield Finding(
            subject="private key",
            text="the same as HOSTED_PRIVATE_KEY, which is of the pair made for Hosted "
            "Checkout: card payments want the private key of a pair made for the "
            "integration type iframe or API",
            verdict=Verdict.WRONG,
        )
    if _takes_cards(config):
        fetched = "fetched from Clover (PAKMS) on first use"
        yield Finding(
            subject="public key", text="set" if config.public_key else fetched
        )


def _authentication(config: CloverConfig) -> Iterator[Finding]:
    if not config.three_d_secure:
        return
    if not _takes_cards(config):
        yield Finding(
            subject="3-D Secure",
            text="THREE_D_SECURE changes nothing: Clover's own page asks by itself, as "
            "the merchant's dashboard says",
            verdict=Verdict.UNKNOWN,
        )
        return
    yield Finding(
        subject="3-D Secure",
        text="asked for where the shopper's browser is known; whether the merchant has "
        "turned it on under Fraud Tools, only Clover's dashboard shows",
        verdict=Verdict.UNKNOWN,
    )


def _takes_cards(config: CloverConfig) -> bool:
    return bool({Mode.IFRAME, Mode.API} & set(config.modes))


def _is_hosted_key(config: CloverConfig) -> bool:
    """Whether cards would be charged with the key of the hosted pair."""
    return bool(config.hosted_private_key) and (
        config.ecommerce_key == config.hosted_private_key
    )


def _hosted(config: CloverConfig) -> Iterator[Finding]:
    if Mode.HOSTED not in config.modes:
        return
    if config.platform_key:
        yield Finding(
            subject="hosted payments", text="read back through the platform API"
        )
    else:
        yield Finding(
            subject="hosted payments",
            text="read back by charge id, which Clover does not document for hosted "
            "payments: set PLATFORM_TOKEN to be certain",
            verdict=Verdict.UNKNOWN,
        )
    yield Finding(
        subject="hosted key",
        text="cannot be tried without opening a checkout session: open one",
        verdict=Verdict.UNKNOWN,
    )
    yield Finding(
        subject="webhook",
        text="Clover does not show where it sends them, nor with which secret: press "
        "the test button in the dashboard",
        verdict=Verdict.UNKNOWN,
    )
    if len(config.webhook_secrets) >= _ROTATION:
        yield Finding(
            subject="webhook secrets",
            text=f"{len(config.webhook_secrets)} are good at the same time: remove the "
            "old one when the new one is in use",
        )


def _online(config: CloverConfig) -> Iterator[Finding]:
    """What reading calls show; no payment is made and no hosted page is opened."""
    from clover_provider.provider import CloverProvider

    if not config.ecommerce_key:
        yield Finding(
            subject="Clover",
            text="was not asked: there is no key to ask with",
            verdict=Verdict.UNKNOWN,
        )
        return
    with closing(CloverProvider(config)) as provider:
        gateway = ProviderHooks.to(provider)
        yield _try_charges(gateway, config)
        for mode in (Mode.IFRAME, Mode.API):
            if mode in config.modes:
                yield _try_checkout(gateway, config, mode)
        if config.public_key and _takes_cards(config):
            yield _try_pair(config)
        if config.platform_key:
            yield _try_platform(gateway)


def _try_charges(gateway: ProviderHooks, config: CloverConfig) -> Finding:
    now = datetime.now(UTC)
    request = FindRequest(
        operation_id="doctor", since=now - timedelta(minutes=1), until=now
    )
    try:
        gateway.find(request)
    except AuthenticationFailed as error:
        # A hosted pair may not read charges; the platform is asked for its payments.
        is_enough = config.modes == (Mode.HOSTED,) and bool(config.platform_key)
        verdict = Verdict.UNKNOWN if is_enough else Verdict.WRONG
        return Finding(subject="charges", text=error.message, verdict=verdict)
    except PaymentError as error:
        return Finding(subject="charges", text=error.message, verdict=Verdict.WRONG)
    return Finding(subject="charges", text="Clover answers, and takes the private key")


def _try_checkout(gateway: ProviderHooks, config: CloverConfig, mode: Mode) -> Finding:
    """What the page needs; in these two modes, Clover is asked for public keys only."""
    subject = f"mode {mode}"
    request = CheckoutRequest(
        amount=Money(100, config.currency), reference="doctor", mode=mode
    )
    try:
        gateway.start_checkout(request)
    except AuthenticationFailed as error:
        text = f"{error.message}; {_OTHER_TYPE}"
        return Finding(subject=subject, text=text, verdict=Verdict.WRONG)
    except PaymentError as error:
        return Finding(subject=subject, text=error.message, verdict=Verdict.WRONG)
    except ConfigurationError as error:
        return Finding(subject=subject, text=str(error), verdict=Verdict.WRONG)
    return Finding(subject=subject, text="all that the card form needs is there")


def _try_pair(config: CloverConfig) -> Finding:
    """Whether Clover names the configured public key for the private one.

    It may refuse to say so, or name another public key of the merchant's: neither is
    proof of a mistake, but the only trace that a key of the wrong pair leaves.
    """
    from clover_provider.provider import CloverProvider

    subject = "key pair"
    mode = Mode.IFRAME if Mode.IFRAME in config.modes else Mode.API
    request = CheckoutRequest(
        amount=Money(100, config.currency), reference="doctor", mode=mode
    )
    with closing(CloverProvider(replace(config, public_key=""))) as provider:
        try:
            session = ProviderHooks.to(provider).start_checkout(request)
        except ConfigurationError as error:
            return Finding(subject=subject, text=str(error), verdict=Verdict.WRONG)
        except PaymentError as error:
            text = f"{error.message}; {_OTHER_TYPE}"
            return Finding(subject=subject, text=text, verdict=Verdict.UNKNOWN)
    shown = session.public_key if isinstance(session, CardFields | CardForm) else ""
    if shown == config.public_key:
        return Finding(subject=subject, text="the public key is the private one's")
    return Finding(
        subject=subject,
        text="Clover names another public key for this private one: if card fields do "
        "not work, copy both from the same pair",
        verdict=Verdict.UNKNOWN,
    )


def _try_platform(gateway: ProviderHooks) -> Finding:
    """Ask for a payment that does not exist: a valid key gets a 404."""
    try:
        gateway.retrieve(RetrieveRequest(transaction_id=_NO_PAYMENT))
    except PaymentError as error:
        return Finding(subject="platform", text=error.message, verdict=Verdict.WRONG)
    return Finding(subject="platform", text="Clover answers, and takes the token")
