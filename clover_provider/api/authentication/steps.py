"""The steps of 3-D Secure that a charge waits for, as Clover's answers name them.

No page shows a whole charge that waits: neither its `status`, nor `paid` and `captured`,
nor whether it can be read or listed. So `threeds.validation_result` alone says that it
waits, unless the charge says that it is paid: then it is money, whatever `threeds` says.

Source: "Initiate 3DS SDK with the Create a charge endpoint", docs.clover.com, read 2026-11.
"""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from clover_provider.api.fields import Reading
from clover_provider.config import CloverConfig
from payment_hooks import Challenge

CHALLENGE_LIFE = timedelta(minutes=15)
"""How long an answer is waited for, which is our own limit: Clover states none."""

_METHOD = "THREEDS_METHOD_FLOW_REQUIRED"
_CHALLENGE = "CHALLENGE_FLOW_REQUIRED"
_FLOWS = MappingProxyType({_METHOD: "method", _CHALLENGE: "challenge"})
_PARAMETERS = MappingProxyType(
    {
        _METHOD: {
            "_3DSServerTransId": "threeds_server_transaction_id",
            "acsMethodUrl": "method_url",
            "methodNotificationUrl": "method_notification_url",
        },
        _CHALLENGE: {
            "messageVersion": "threeds_protocol_version",
            "acsTransID": "acs_transaction_id",
            "acsUrl": "acs_url",
            "threeDSServerTransID": "threeds_server_transaction_id",
        },
    }
)
"""What the two functions of Clover's 3DS script get, and from which field."""


def validation_result(charge: Reading) -> str:
    """What 3-D Secure has come to so far, in Clover's word; empty without it."""
    return charge.part("threeds").text("validation_result")


def is_flow(result: str) -> bool:
    """Whether this result is a step that the shopper's browser has to make."""
    return result in _FLOWS


def is_waiting(charge: Reading) -> bool:
    """Whether the charge waits for a step of the shopper's browser, and is no money."""
    if not is_flow(validation_result(charge)):
        return False
    if charge.text("status") in ("failed", "canceled"):
        return False
    return not _is_money(charge)


def read(charge: Reading, config: CloverConfig) -> Challenge | None:
    """The step that the charge waits for; None if it waits for none.

    `data` holds the merchant for `new Clover3DS(…)`, the `flow`, and the parameters of
    the one function of the script that carries it out: `perform3DSFingerPrinting` for
    `method`, `perform3DSChallenge` for `challenge`.

    Raises:
        OutcomeUnknown: what the script needs is missing; the charge waits all the same.
    """
    if not is_waiting(charge):
        return None
    result = validation_result(charge)
    begun = charge.moment("created") or datetime.now(UTC)
    data = charge.part("threeds").part("data")
    parameters = {
        name: data.need_text(field) for name, field in _PARAMETERS[result].items()
    }
    for name, text in parameters.items():
        if name.endswith("Url") and not _is_web_address(text):
            raise charge.refuse(f"its {name} is no web address")
    return Challenge(
        transaction_id=charge.need_id(),
        script_url=config.authentication_sdk_url,
        data={
            "merchantUuid": config.merchant_id,
            "flow": _FLOWS[result],
            **parameters,
        },
        expires_at=begun + CHALLENGE_LIFE,
    )


def _is_money(charge: Reading) -> bool:
    paid = charge.flag("paid")
    if charge.text("status") != "succeeded" or paid is False:
        return False
    return paid is True or charge.flag("captured") is True


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc)
