"""OAuth v2: the codes and the tokens that were given out.

A code and a refresh token work once; of the refresh tokens of one merchant only so many
live at the same time, and the oldest dies first.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from clover_simulator.state.clock import Clock
from clover_simulator.state.identifiers import Identifiers
from clover_simulator.state.merchants import Merchant
from clover_simulator.state.records import JSON
from clover_simulator.state.switches import Switches

CODE_MINUTES = 10


class Conditions(Protocol):
    """Where grants get the time, their ids and the switches from: the simulator's state."""

    clock: Clock
    ids: Identifiers
    switches: Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code, waiting to be traded."""

    merchant: Merchant
    expires: datetime
    challenge: str | None = None
    """S256 challenge of a low-trust app; a high-trust app shows its secret instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLifetime:
    """For whom a token works, and until when."""

    merchant: Merchant
    expires: datetime


@dataclass(slots=True)
class Grants:
    """The codes and tokens given out."""

    conditions: Conditions
    _codes: dict[str, Code] = field(default_factory=dict)
    _access: dict[str, TokenLifetime] = field(default_factory=dict)
    _refresh: dict[str, TokenLifetime] = field(default_factory=dict)

    def merchant_of(self, access_token: str) -> Merchant | None:
        """The merchant for whom this access token works now."""
        return self._alive(self._access.get(access_token))

    def _alive(self, lifetime: TokenLifetime | None) -> Merchant | None:
        is_alive = (
            lifetime is not None and lifetime.expires > self.conditions.clock.now()
        )
        return lifetime.merchant if lifetime is not None and is_alive else None

    def new_code(self, merchant: Merchant, challenge: str | None) -> str:
        """A code for the redirect after the merchant's consent."""
        code = self.conditions.ids.uuid("code")
        expires = self.conditions.clock.now() + timedelta(minutes=CODE_MINUTES)
        self._codes[code] = Code(
            merchant=merchant, expires=expires, challenge=challenge
        )
        return code

    def redeem_code(self, code: str) -> Code | None:
        """The code, which works no more after it."""
        found = self._codes.pop(code, None)
        return found if found and found.expires > self.conditions.clock.now() else None

    def redeem_refresh_token(self, token: str) -> Merchant | None:
        """The merchant of a refresh token, which works no more after it."""
        return self._alive(self._refresh.pop(token, None))

    def grant(self, merchant: Merchant, *, with_refresh: bool = True) -> JSON:
        """New tokens; expirations are absolute Unix seconds."""
        now, switches = self.conditions.clock.now(), self.conditions.switches
        expires = now + timedelta(minutes=switches.access_token_minutes)
        access = f"eyJ{self.conditions.ids.secret('access token', 40)}"
        self._access[access] = TokenLifetime(merchant=merchant, expires=expires)
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
        token = self.conditions.ids.secret("refresh token", 40)
        self._refresh[token] = TokenLifetime(merchant=merchant, expires=expires)
        alive = [
            t
            for t, lifetime in self._refresh.items()
            if lifetime.merchant.id == merchant.id
        ]
        for old in alive[: -self.conditions.switches.refresh_tokens_alive]:
            del self._refresh[old]
        return token

    def expire_access_tokens(self) -> None:
        """No access token works any more."""
        self._access.clear()

    def expire_refresh_tokens(self) -> None:
        """No refresh token works any more."""
        self._refresh.clear()
