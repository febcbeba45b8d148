"""`GET /pakms/apikey`: the public key for tokenising, and the card encryption key."""

from clover_simulator.calls.call import Call
from clover_simulator.state import forms
from clover_simulator.traffic.answers import Answer

CREATED_MILLISECONDS = 1767225600000


def api_key(call: Call) -> Answer:
    """The merchant's key for `/v1/tokens`; it never changes."""
    return Answer(
        body={
            "apiAccessKey": call.merchant.pakms_key,
            "merchantUuid": forms.merchant_id(call.state.switches, call.merchant.id),
            "developerAppUuid": call.merchant.app_id,
            "active": True,
            "createdTime": CREATED_MILLISECONDS,
            "modifiedTime": CREATED_MILLISECONDS,
        }
    )


def encryption_keys(call: Call) -> Answer:
    """`GET /assets/keys.json`: the one key, under the names of both environments."""
    published = call.state.encryption_key.published()
    return Answer(
        body={"TA_PUBLIC_KEY_DEV": published, "TA_PUBLIC_KEY_PROD": published}
    )
