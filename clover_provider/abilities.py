"""What Clover can do for a merchant with these settings."""

from clover_provider.codes import PROVIDER
from clover_provider.config import CloverConfig, Environment
from clover_provider.config.limits import AUTHORIZATION_WINDOW, MOST_MINOR_UNITS
from payment_hooks import Ability, Limits, Mode, Money, ProviderInfo

_ALWAYS = frozenset(
    {
        Ability.PARTIAL_CAPTURE,
        Ability.PARTIAL_REFUND,
        Ability.SEVERAL_REFUNDS,
        Ability.VOID,
        Ability.LOOK_UP,
        Ability.LIST,
    }
)
"""Also in hosted mode alone: what was authorized in another mode is still there."""
_WITH_CARDS = frozenset({Ability.AUTHORIZE, Ability.SAVE_CARD})


def describe(config: CloverConfig) -> ProviderInfo:
    """The merchant, the modes and what Clover can do in them.

    Clover documents a largest charge, and neither a smallest one nor how long refunds
    are possible. How long an authorization can be captured depends on the card; its
    examples are 7 days for Visa and 30 for Mastercard. It captures more than was
    authorized where the issuer agrees, which cannot be known before.
    """
    with_cards = _WITH_CARDS if takes_cards(config) else frozenset()
    is_asked = takes_cards(config) and config.three_d_secure
    challenges = {Ability.CHALLENGE} if is_asked else set()
    messages = {Ability.WEBHOOKS} if any(config.webhook_secrets) else set()
    return ProviderInfo(
        name=PROVIDER,
        merchant_id=config.merchant_id,
        modes=frozenset(config.modes),
        currencies=frozenset({config.currency}),
        abilities=_ALWAYS | with_cards | challenges | messages,
        limits=Limits(
            most=(Money(MOST_MINOR_UNITS, config.currency),),
            authorization_window=AUTHORIZATION_WINDOW,
        ),
        is_test=config.environment is not Environment.PRODUCTION,
    )


def takes_cards(config: CloverConfig) -> bool:
    """Whether card tokens reach the shop, and not only Clover's page."""
    return any(mode is not Mode.HOSTED for mode in config.modes)
