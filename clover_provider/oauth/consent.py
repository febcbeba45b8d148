"""A merchant's consent to an OAuth app: the way to Clover's page, and what comes back.

Source: "OAuth 2.0 flows in Clover", docs.clover.com, read 2026-11.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from clover_provider.codes import CODE_MISSING, STATE_DIFFERS, VERIFIER_INVALID
from clover_provider.config import CloverConfig, Secret
from clover_provider.oauth.tokens import app_id
from payment_hooks import ConfigurationError, InvalidRequest
from payment_hooks.model import forgetful


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The merchant's consent, from the return URL of Clover's consent page."""

    merchant_id: str
    code: Secret


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
            code=VERIFIER_INVALID,
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
        "client_id": app_id(config),
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "state": state,
    }
    if code_challenge:
        query |= {"code_challenge": code_challenge, "code_challenge_method": "S256"}
    return f"{config.www_url}/oauth/v2/authorize?{urlencode(query)}"


@forgetful
def check_return(query: Mapping[str, str], *, expected_state: str) -> Consent:
    """The consent in the return URL, once its state is the one of this session.

    Raises:
        InvalidRequest: the state is another one, or code or merchant is missing.
    """
    state = query.get("state", "")
    if not expected_state or not hmac.compare_digest(
        state.encode(errors="replace"), expected_state.encode(errors="replace")
    ):
        raise InvalidRequest(
            "this return from Clover was not asked for in this session: start again",
            code=STATE_DIFFERS,
        )
    if not query.get("code") or not query.get("merchant_id"):
        raise InvalidRequest(
            "Clover's return has no code: the merchant may have refused",
            code=CODE_MISSING,
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
        "client_id": app_id(config),
        "code": consent.code.reveal(),
    }
    if verifier:
        return body | {"code_verifier": verifier}
    if not config.app_secret:
        raise ConfigurationError(
            "CLOVER['APP_SECRET'] is missing: set it, or use PKCE and pass the verifier"
        )
    return body | {"client_secret": config.app_secret.reveal()}
