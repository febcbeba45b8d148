"""OAuth v2 for apps: from a merchant's consent to tokens that renew themselves.

Source: "OAuth 2.0 flows in Clover", "Use refresh tokens", docs.clover.com, read 2026-11.
A refresh token works once: two that use the same one lock each other out. `OAuthSession`
holds a lock of its own against other threads, and the store's against other processes.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol
from urllib.parse import urlencode

from clover_provider.api.fields import read_moment
from clover_provider.config import CloverConfig, Secret
from clover_provider.wire.json_strict import Fields
from payment_hooks import AuthenticationFailed, ConfigurationError, InvalidRequest
from payment_hooks.secrecy import forgetful

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path
REFRESH_PATH = "/oauth/v2/refresh"
_EARLY = timedelta(minutes=2)

Send = Callable[[str, Mapping[str, object]], Mapping[str, object]]
"""Posts a body to a path of Clover's API host and gives the answer's JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthTokens:
    """An access token and the single-use token that renews it."""

    access_token: Secret
    access_expires_at: datetime
    refresh_token: Secret
    refresh_expires_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether the access token must be renewed before it is used."""
        return now >= self.access_expires_at - _EARLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the merchant's browser brings back from Clover's consent page."""

    merchant_id: str
    code: Secret


class TokenStore(Protocol):
    """Where a merchant's tokens are kept; shared by all processes that use them."""

    def locked(self) -> AbstractContextManager[None]:
        """Keeps every other process from refreshing while the block runs."""
        ...

    def load(self) -> OAuthTokens:
        """The newest tokens."""
        ...

    def save(self, tokens: OAuthTokens) -> None:
        """Keep them durably before returning: the old refresh token is dead."""
        ...


class OAuthSession:
    """Gives an access token that works, refreshed once per expiry."""

    def __init__(
        self,
        config: CloverConfig,
        store: TokenStore,
        send: Send,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._config = config
        self._store = store
        self._send = send
        self._now = now
        self._lock = Lock()

    def access_token(self) -> Secret:
        """A token that is good for the next minutes.

        Raises:
            AuthenticationFailed: the merchant must connect the app again.
        """
        tokens = self._store.load()
        if not tokens.is_due(self._now()):
            return tokens.access_token
        with self._lock, self._store.locked():
            tokens = self._store.load()
            if tokens.is_due(self._now()):
                tokens = self._refresh(tokens)
        return tokens.access_token

    def renew(self, refused: Secret) -> Secret:
        """A token in place of one that Clover refused before its time was over.

        However many calls were refused with it, it is refreshed once.

        Raises:
            AuthenticationFailed: the merchant must connect the app again.
        """
        with self._lock, self._store.locked():
            tokens = self._store.load()
            if tokens.access_token == refused:
                tokens = self._refresh(tokens)
        return tokens.access_token

    def _refresh(self, tokens: OAuthTokens) -> OAuthTokens:
        try:
            answer = Fields(
                self._send(REFRESH_PATH, build_refresh(self._config, tokens))
            )
        except (AuthenticationFailed, InvalidRequest) as error:
            raise AuthenticationFailed(
                "Clover refused the refresh token, which works only once: the merchant "
                "must connect the app again (authorize_url)",
                code="reconnect",
                provider="clover",
            ) from error
        renewed = read_tokens(answer)
        self._store.save(renewed)
        return renewed


def new_state() -> str:
    """An unguessable value to keep in the session and find again in the return."""
    return secrets.token_urlsafe(32)


def new_verifier() -> str:
    """A PKCE code verifier, to keep in the session until the code is exchanged."""
    return secrets.token_urlsafe(64)


@forgetful
def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier.

    >>> challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

    Raises:
        InvalidRequest: it holds a letter that no verifier has.
    """
    if not verifier.isascii():
        raise InvalidRequest(
            "this is no PKCE verifier: make one with new_verifier()",
            code="verifier_invalid",
        )
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


@forgetful
def authorize_url(
    config: CloverConfig, *, redirect_uri: str, state: str, code_challenge: str = ""
) -> str:
    """Where to send the merchant's browser; with a challenge for apps without secret.

    Raises:
        ConfigurationError: the app's id is missing.
    """
    query = {
        "client_id": _app_id(config),
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "state": state,
    }
    if code_challenge:
        query |= {"code_challenge": code_challenge, "code_challenge_method": "S256"}
    return f"{config.www_url}/oauth/v2/authorize?{urlencode(query)}"


@forgetful
def check_return(query: Mapping[str, str], *, expected_state: str) -> Consent:
    """What came back, once its state proves that we asked.

    Raises:
        InvalidRequest: somebody else's state, or no code or merchant in it.
    """
    state = query.get("state", "")
    if not expected_state or not hmac.compare_digest(
        state.encode(errors="replace"), expected_state.encode(errors="replace")
    ):
        raise InvalidRequest(
            "this return from Clover was not asked for in this session: start again",
            code="state_differs",
        )
    if not query.get("code") or not query.get("merchant_id"):
        raise InvalidRequest(
            "Clover's return has no code: the merchant may have refused", code="no_code"
        )
    return Consent(merchant_id=query["merchant_id"].upper(), code=Secret(query["code"]))


@forgetful
def build_exchange(
    config: CloverConfig, consent: Consent, *, verifier: str = ""
) -> dict[str, object]:
    """The body of `POST /oauth/v2/token`: with the secret, or with the PKCE verifier.

    Raises:
        ConfigurationError: neither is there.
    """
    body: dict[str, object] = {
        "client_id": _app_id(config),
        "code": consent.code.reveal(),
    }
    if verifier:
        return body | {"code_verifier": verifier}
    if not config.app_secret:
        raise ConfigurationError(
            "CLOVER['APP_SECRET'] is missing: set it, or use PKCE and pass the verifier"
        )
    return body | {"client_secret": config.app_secret.reveal()}


@forgetful
def build_refresh(config: CloverConfig, tokens: OAuthTokens) -> dict[str, object]:
    """The body of `POST /oauth/v2/refresh`; it uses the refresh token up."""
    return {
        "client_id": _app_id(config),
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


def _app_id(config: CloverConfig) -> str:
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
        code="tokens_incomplete",
        provider="clover",
    )
