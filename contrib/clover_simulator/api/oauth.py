"""`/oauth/v2`: a code is traded for tokens, and a refresh token for new ones."""

import base64
import hashlib
import hmac

from clover_simulator.calls.call import Call
from clover_simulator.state.grants import Code
from clover_simulator.state.records import JSON
from clover_simulator.traffic.answers import Answer, Refusal

BAD_CODE = "Failed to validate authentication code."
BAD_REFRESH_TOKEN = "Failed to validate refresh token."  # noqa: S105 - a message


def exchange(call: Call) -> Answer:
    """`POST /oauth/v2/token`: trade a code, with the app's secret or the PKCE verifier."""
    body = call.body
    code = call.state.grants.redeem_code(body["code"])
    if (
        code is None
        or code.merchant.app_id != body["client_id"]
        or not _proves(code, body)
    ):
        raise Refusal.oauth(401, BAD_CODE)
    with_refresh = call.query.get("no_refresh_token", "").lower() != "true"
    return Answer(
        body=call.state.grants.grant(code.merchant, with_refresh=with_refresh)
    )


def _proves(code: Code, body: JSON) -> bool:
    if code.challenge is None:
        secret = str(body.get("client_secret", ""))
        return hmac.compare_digest(secret.encode(), code.merchant.app_secret.encode())
    digest = hashlib.sha256(str(body.get("code_verifier", "")).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == code.challenge


def refresh(call: Call) -> Answer:
    """`POST /oauth/v2/refresh`: the token shown dies, a new pair comes back."""
    merchant = call.state.grants.redeem_refresh_token(call.body["refresh_token"])
    if merchant is None or merchant.app_id != call.body["client_id"]:
        raise Refusal.oauth(401, BAD_REFRESH_TOKEN)
    return Answer(body=call.state.grants.grant(merchant))
