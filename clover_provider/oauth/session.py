"""An access token that is refreshed once, however many threads and processes need it.

Source: "Use refresh tokens", docs.clover.com, read 2026-11. A refresh token works once:
where two processes use the same one, both lose access. `OAuthSession` holds a lock of
its own against other threads, and the store's against other processes.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from clover_provider.codes import PROVIDER, RECONNECT
from clover_provider.config import CloverConfig, Secret
from clover_provider.oauth.tokens import (
    REFRESH_PATH,
    OAuthTokens,
    build_refresh,
    read_tokens,
)
from clover_provider.wire.json_strict import Fields
from payment_hooks import AuthenticationFailed, InvalidRequest

Send = Callable[[str, Mapping[str, object]], Mapping[str, object]]
"""Posts a body to a path of Clover's API host and gives the answer's JSON."""


class TokenStore(Protocol):
    """Where a merchant's tokens are kept; shared by all processes that use them."""

    def locked(self) -> AbstractContextManager[None]:
        """Keeps every other process from refreshing while the block runs."""
        ...

    def load(self) -> OAuthTokens:
        """The newest tokens."""
        ...

    def save(self, tokens: OAuthTokens) -> None:
        """Store them durably before returning: the old refresh token is void."""
        ...


class OAuthSession:
    """Provides a valid access token, refreshed once per expiry."""

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
        """A token that is valid for the next minutes.

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
        """A new token in place of one that Clover refused before it expired.

        However many calls were refused with that one, it is refreshed once.

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
                code=RECONNECT,
                provider=PROVIDER,
            ) from error
        renewed = read_tokens(answer)
        self._store.save(renewed)
        return renewed
