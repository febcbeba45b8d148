"""The tokens of an OAuth app for one merchant: how they are refreshed and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clover_provider.api.fields import read_moment
from clover_provider.codes import PROVIDER, TOKENS_INCOMPLETE
from clover_provider.config import CloverConfig, Secret
from payment_hooks import AuthenticationFailed, ConfigurationError
from payment_hooks.model import forgetful

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path
REFRESH_PATH = "/oauth/v2/refresh"

_RENEWED_BEFORE_EXPIRY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthTokens:
    """An access token and the single-use token that renews it."""

    access_token: Secret
    access_expires_at: datetime
    refresh_token: Secret
    refresh_expires_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether the access token must be renewed before it is used."""
        return now >= self.access_expires_at - _RENEWED_BEFORE_EXPIRY


@forgetful
def build_refresh(config: CloverConfig, tokens: OAuthTokens) -> dict[str, object]:
    """The body of `POST /oauth/v2/refresh`; the refresh token is used up by it."""
    return {
        "client_id": app_id(config),
        "refresh_token": tokens.refresh_token.reveal(),
    }


@forgetful
def read_tokens(answer: Mapping[str, object]) -> OAuthTokens:
    """The tokens in Clover's answer; its times are Unix seconds.

    Raises:
        AuthenticationFailed: they are not all there.
    """
    return OAuthTokens(
        access_token=_secret(answer, "access_token"),
        access_expires_at=_time(answer, "access_token_expiration"),
        refresh_token=_secret(answer, "refresh_token"),
        refresh_expires_at=_time(answer, "refresh_token_expiration"),
    )


def app_id(config: CloverConfig) -> str:
    """The app's id.

    Raises:
        ConfigurationError: it is missing.
    """
    if not config.app_id:
        raise ConfigurationError(
            "CLOVER['APP_ID'] is missing: the developer dashboard shows the app's id"
        )
    return config.app_id


def _secret(answer: Mapping[str, object], name: str) -> Secret:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise _incomplete(name)
    return Secret(value)


def _time(answer: Mapping[str, object], name: str) -> datetime:
    moment = read_moment(answer.get(name))
    if moment is None:
        raise _incomplete(name)
    return moment


def _incomplete(name: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"Clover's answer has no {name}: connect the app again",
        code=TOKENS_INCOMPLETE,
        provider=PROVIDER,
    )
