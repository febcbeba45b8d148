"""Authentication: which key, token or header each endpoint needs."""

from collections.abc import Callable, Mapping
from enum import Enum, auto

from clover_simulator.state.merchants import Merchant
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Answer, Refusal


class Credential(Enum):
    """The kind of credential that an endpoint needs."""

    NONE = auto()
    PUBLIC_KEY = auto()
    PAKMS = auto()
    PRIVATE_KEY = auto()
    """The ecommerce key of iframe and API integrations, or an OAuth access token."""
    ANY_PRIVATE_KEY = auto()
    """The hosted key too: reading and refunding what was paid on the hosted page."""
    HOSTED_KEY = auto()
    PLATFORM = auto()


Find = Callable[[State, str, Mapping[str, str]], Merchant | None]


def authenticate(
    state: State,
    credential: Credential,
    headers: Mapping[str, str],
    path: Mapping[str, str],
) -> Merchant:
    """The merchant whose credential came with the request."""
    if credential is Credential.NONE:
        return state.merchants.first()
    shown = headers.get("apikey", "")
    if credential is not Credential.PUBLIC_KEY:
        shown = bearer(headers)
    merchant = FINDERS[credential](state, shown, path)
    if merchant is None:
        raise (
            Refusal(UNAUTHORIZED_PAKMS)
            if credential is Credential.PAKMS
            else (Refusal.unauthorized())
        )
    if credential is Credential.HOSTED_KEY:
        _hold_against_header(merchant, headers)
    return merchant


UNAUTHORIZED_PAKMS = Answer(status=401, body="Unauthorized", media_type="text/plain")


def bearer(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer`, or nothing."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _hold_against_header(merchant: Merchant, headers: Mapping[str, str]) -> None:
    named = headers.get("x-clover-merchant-id")
    if not named:
        raise Refusal.platform(400, "The header X-Clover-Merchant-Id is missing.")
    if named != merchant.id:
        raise Refusal.unauthorized()


def _by(state: State, shown: str, *names: str) -> Merchant | None:
    found = (state.merchants.having(name, shown) for name in names)
    return next((merchant for merchant in found if merchant), None)


def _public(state: State, shown: str, path: Mapping[str, str]) -> Merchant | None:
    names = ["public_key", "pakms_key"]
    if not state.switches.strict_key_types:
        names.append("hosted_public_key")
    return _by(state, shown, *names)


def _pakms(state: State, shown: str, path: Mapping[str, str]) -> Merchant | None:
    if state.switches.pakms_takes_private_key:
        return _private(state, shown, path)
    return state.grants.merchant_of(shown)


def _private(state: State, shown: str, path: Mapping[str, str]) -> Merchant | None:
    strict = state.switches.strict_key_types
    names = ("private_key",) if strict else ("private_key", "hosted_private_key")
    return _by(state, shown, *names) or state.grants.merchant_of(shown)


def _any_private(state: State, shown: str, path: Mapping[str, str]) -> Merchant | None:
    hosted = _by(state, shown, "hosted_private_key")
    return hosted or _private(state, shown, path)


def _hosted(state: State, shown: str, path: Mapping[str, str]) -> Merchant | None:
    strict = state.switches.strict_key_types
    names = ("hosted_private_key",) if strict else ("hosted_private_key", "private_key")
    return _by(state, shown, *names) or state.grants.merchant_of(shown)


def _platform(state: State, shown: str, path: Mapping[str, str]) -> Merchant | None:
    merchant = _by(state, shown, "platform_token") or state.grants.merchant_of(shown)
    return merchant if merchant and merchant.id == path["mId"] else None


FINDERS: dict[Credential, Find] = {
    Credential.PUBLIC_KEY: _public,
    Credential.PAKMS: _pakms,
    Credential.PRIVATE_KEY: _private,
    Credential.ANY_PRIVATE_KEY: _any_private,
    Credential.HOSTED_KEY: _hosted,
    Credential.PLATFORM: _platform,
}
