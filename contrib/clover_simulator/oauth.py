"""OAuth v2: consent, the code, and the tokens that it is traded for.

A code and a refresh token work once; of the refresh tokens of one merchant only so many
live at the same time, and the oldest dies first.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clover_simulator.answers import Answer, Call, Refusal
from clover_simulator.merchants import Merchant
from clover_simulator.records import JSON

if TYPE_CHECKING:
    from clover_simulator.state import State

CODE_MINUTES = 10
BAD_CODE = "Failed to validate authentication code."
BAD_REFRESH_TOKEN = "Failed to validate refresh token."  # noqa: S105 - a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code, waiting to be traded."""

    merchant: Merchant
    expires: datetime
    challenge: str | None = None
    """S256 challenge of a low-trust app; a high-trust app shows its secret instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """For whom a token works, and until when."""

    merchant: Merchant
    expires: datetime


@dataclass(slots=True)
class Grants:
    """The codes and tokens given out."""

    state: "State"
    _codes: dict[str, Code] = field(default_factory=dict)
    _access: dict[str, Life] = field(default_factory=dict)
    _refresh: dict[str, Life] = field(default_factory=dict)

    def merchant_of(self, access_token: str) -> Merchant | None:
        """The merchant for whom this access token works now."""
        return self._alive(self._access.get(access_token))

    def _alive(self, life: Life | None) -> Merchant | None:
        is_alive = life is not None and life.expires > self.state.clock.now()
        return life.merchant if life is not None and is_alive else None

    def new_code(self, merchant: Merchant, challenge: str | None) -> str:
        """A code for the redirect after the merchant's consent."""
        code = self.state.ids.uuid("code")
        expires = self.state.clock.now() + timedelta(minutes=CODE_MINUTES)
        self._codes[code] = Code(
            merchant=merchant, expires=expires, challenge=challenge
        )
        return code

    def take_code(self, code: str) -> Code | None:
        """The code, which dies of it."""
        found = self._codes.pop(code, None)
        return found if found and found.expires > self.state.clock.now() else None

    def take_refresh_token(self, token: str) -> Merchant | None:
        """The merchant of a refresh token, which dies of it."""
        return self._alive(self._refresh.pop(token, None))

    def grant(self, merchant: Merchant, *, with_refresh: bool = True) -> JSON:
        """New tokens; expirations are absolute Unix seconds."""
        now, switches = self.state.clock.now(), self.state.switches
        expires = now + timedelta(minutes=switches.access_token_minutes)
        access = f"eyJ{self.state.ids.secret('access token', 40)}"
        self._access[access] = Life(merchant=merchant, expires=expires)
        answer: JSON = {
            "access_token": access,
            "access_token_expiration": int(expires.timestamp()),
        }
        if with_refresh:
            until = now + timedelta(days=switches.refresh_token_days)
            answer["refresh_token"] = self._new_refresh_token(merchant, until)
            answer["refresh_token_expiration"] = int(until.timestamp())
        return answer

    def _new_refresh_token(self, merchant: Merchant, expires: datetime) -> str:
        token = self.state.ids.secret("refresh token", 40)
        self._refresh[token] = Life(merchant=merchant, expires=expires)
        alive = [
            t for t, life in self._refresh.items() if life.merchant.id == merchant.id
        ]
        for old in alive[: -self.state.switches.refresh_tokens_alive]:
            del self._refresh[old]
        return token

    def expire_access_tokens(self) -> None:
        """No access token works any more."""
        self._access.clear()

    def expire_refresh_tokens(self) -> None:
        """No refresh token works any more."""
        self._refresh.clear()


def exchange(call: Call) -> Answer:
    """`POST /oauth/v2/token`: trade a code, with the app's secret or the PKCE verifier."""
    body = call.body
    code = call.state.oauth.take_code(body["code"])
    if (
        code is None
        or code.merchant.app_id != body["client_id"]
        or not _proves(code, body)
    ):
        raise Refusal.oauth(401, BAD_CODE)
    with_refresh = call.query.get("no_refresh_token", "").lower() != "true"
    return Answer(body=call.state.oauth.grant(code.merchant, with_refresh=with_refresh))


def _proves(code: Code, body: JSON) -> bool:
    if code.challenge is None:
        secret = str(body.get("client_secret", ""))
        return hmac.compare_digest(secret.encode(), code.merchant.app_secret.encode())
    digest = hashlib.sha256(str(body.get("code_verifier", "")).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == code.challenge


def refresh(call: Call) -> Answer:
    """`POST /oauth/v2/refresh`: the token shown dies, a new pair comes back."""
    merchant = call.state.oauth.take_refresh_token(call.body["refresh_token"])
    if merchant is None or merchant.app_id != call.body["client_id"]:
        raise Refusal.oauth(401, BAD_REFRESH_TOKEN)
    return Answer(body=call.state.oauth.grant(merchant))
