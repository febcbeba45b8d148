"""The `threeds` objects that Clover is sent: to begin with, and after each step."""

import logging
import re
from uuid import UUID, uuid5

from clover_provider.codes import FLOW_STATUS_INVALID, PROVIDER
from payment_hooks import (
    BrowserInfo,
    ChargeDetails,
    ConfirmRequest,
    EnteredBy,
    InvalidRequest,
)

logger = logging.getLogger(__name__)

_SOURCE = "CLOVER"
_FLOW_STATUS = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""Clover documents no value of it; this is what it may look like."""
_KEYS = UUID("0a4ff8b5-3fd6-5a0c-8b0e-3b5f5b0c6d0e")


def build(details: ChargeDetails) -> dict[str, object]:
    """The `threeds` of a charge; nothing where something that Clover demands is missing.

    Clover calls every field mandatory, the shopper's address too: without it the charge
    is made without 3-D Secure, which is logged. Staff that types a card answers no bank.

    Source: "Initiate 3DS SDK with the Create a charge endpoint" and "Add 3DS
    authentication to create a charge endpoint", docs.clover.com, read 2026-11.
    """
    browser = details.browser
    if browser is None or details.entered_by is not EnteredBy.SHOPPER:
        return {}
    if not details.shopper_ip:
        logger.warning(
            "a charge goes without 3-D Secure: Clover demands the shopper's address, and "
            "no shopper_ip is known"
        )
        return {}
    return {
        "threeds": {
            "source": _SOURCE,
            "browser_info": {
                "browser_ip": details.shopper_ip,
                **_browser_info(browser),
            },
        }
    }


def build_answer(request: ConfirmRequest) -> dict[str, object]:
    """The body of `POST /v1/charges/finalize_payment`.

    Raises:
        InvalidRequest: the browser brought back no `flow_status`, or none that may be
            one; nothing was sent.

    Source: "Initiate 3DS SDK with the Create a charge endpoint", as above.
    """
    return {
        "charge_id": request.transaction_id,
        "threeds": {"source": _SOURCE, "flow_status": flow_status_of(request)},
    }


def flow_status_of(request: ConfirmRequest) -> str:
    """What Clover's script said at the end of the step.

    Raises:
        InvalidRequest: it is missing, or none that may be one.
    """
    status = request.answer.get("flow_status", "")
    if _FLOW_STATUS.fullmatch(status):
        return status
    raise InvalidRequest(
        "the answer has no flow_status of Clover's 3DS script: nothing was sent",
        code=FLOW_STATUS_INVALID,
        provider=PROVIDER,
    )


def key_of_step(request: ConfirmRequest, step: str) -> str:
    """The idempotency key of one step: of the charge's, the step and its answer.

    A charge may be finalized twice, after the look at the browser and after the
    challenge. Under the charge's own key, or one of both, Clover would repeat an answer.
    """
    answers = sorted(map(repr, request.answer.items()))
    parts = (request.idempotency_key, step, *answers)
    return str(uuid5(_KEYS, "\n".join(parts)))


def _browser_info(browser: BrowserInfo) -> dict[str, object]:
    """The fields in the form in which Clover's own 3DS script gives them."""
    return {
        "browser_accept_header": browser.accept_header,
        "browser_javascript_enabled": browser.javascript_enabled,
        "browser_java_enabled": browser.java_enabled,
        "browser_language": browser.language,
        "browser_screen_width": str(browser.screen_width),
        "browser_screen_height": str(browser.screen_height),
        "browser_color_depth": str(browser.color_depth),
        "browser_tz": str(browser.time_zone_offset),
        "browser_user_agent": browser.user_agent,
        "browser_http_origin": browser.origin,
    }
