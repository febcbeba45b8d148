"""OAuth v2 for apps: from a merchant's consent to tokens that renew themselves."""

from clover_provider.oauth.consent import (
    Consent,
    authorize_url,
    build_exchange,
    challenge_of,
    check_return,
    new_state,
    new_verifier,
)
from clover_provider.oauth.sender import oauth_sender
from clover_provider.oauth.session import OAuthSession, Send, TokenStore
from clover_provider.oauth.tokens import (
    REFRESH_PATH,
    TOKEN_PATH,
    OAuthTokens,
    build_refresh,
    read_tokens,
)

__all__ = [
    "REFRESH_PATH",
    "TOKEN_PATH",
    "Consent",
    "OAuthSession",
    "OAuthTokens",
    "Send",
    "TokenStore",
    "authorize_url",
    "build_exchange",
    "build_refresh",
    "challenge_of",
    "check_return",
    "new_state",
    "new_verifier",
    "oauth_sender",
    "read_tokens",
]
