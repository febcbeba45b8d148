"""What a charge waits for, and when it is money whatever 3-D Secure says."""

from datetime import UTC, datetime, timedelta

import pytest

from clover_provider.api import charges
from clover_provider.api.authentication import steps
from clover_provider.api.fields import Reading
from payment_hooks import OutcomeUnknown, TransactionKind, TransactionStatus

CREATED = 1767225600123
METHOD = {
    "validation_result": "THREEDS_METHOD_FLOW_REQUIRED",
    "liability_protection_status": "NOT_PROTECTED",
    "source": "CLOVER",
    "data": {
        "method_url": "https://acs.bank.example/method",
        "method_notification_url": "https://checkout.clover.com/done",
        "threeds_server_transaction_id": "server-1",
        "threeds_protocol_version": "2.2.0",
    },
}
CHALLENGE = {
    "validation_result": "CHALLENGE_FLOW_REQUIRED",
    "liability_protection_status": "NOT_PROTECTED",
    "source": "CLOVER",
    "data": {
        "acs_url": "https://acs.bank.example/challenge",
        "acs_transaction_id": "acs-1",
        "threeds_server_transaction_id": "server-1",
        "threeds_protocol_version": "2.2.0",
    },
}
WAITING = {"status": "pending", "paid": False, "captured": False, "created": CREATED}


def reading(canned, threeds=CHALLENGE, **changes):
    fields = canned("charge", threeds=threeds, **WAITING | changes)
    return Reading(fields=fields, what="charge")


def transaction(charge):
    return charges.read_charge(charge.fields, merchant_id="TESTMERCH0001")


def test_a_look_at_the_browser_is_a_challenge_for_the_script(canned, config):
    step = steps.read(reading(canned, METHOD), config)

    assert step.transaction_id == reading(canned).need_id()
    assert step.url == ""
    assert step.script_url == (
        "https://checkout.dev1.dev.clover.com/clover3DS/clover3DS-sdk.js"
    )
    assert step.data == {
        "merchantUuid": "TESTMERCH0001",
        "flow": "method",
        "_3DSServerTransId": "server-1",
        "acsMethodUrl": "https://acs.bank.example/method",
        "methodNotificationUrl": "https://checkout.clover.com/done",
    }


def test_a_challenge_has_what_the_script_s_other_function_needs(canned, config):
    assert steps.read(reading(canned), config).data == {
        "merchantUuid": "TESTMERCH0001",
        "flow": "challenge",
        "messageVersion": "2.2.0",
        "acsTransID": "acs-1",
        "acsUrl": "https://acs.bank.example/challenge",
        "threeDSServerTransID": "server-1",
    }


def test_it_ends_half_an_hour_after_the_charge_began(canned, config):
    begun = datetime.fromtimestamp(CREATED / 1000, UTC)

    assert steps.read(reading(canned), config).expires_at == begun + timedelta(
        minutes=30
    )


def test_it_ends_half_an_hour_from_now_where_the_charge_names_no_time(canned, config):
    before = datetime.now(UTC)

    ends = steps.read(reading(canned, created=None), config).expires_at

    assert (
        before + timedelta(minutes=30)
        <= ends
        <= datetime.now(UTC) + timedelta(minutes=30)
    )


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"status": "succeeded", "paid": False, "captured": True},
        {"status": "succeeded", "paid": None, "captured": False},
        {"status": None, "paid": None, "captured": None},
        {"status": "something_new", "paid": True},
        {"status": "pending", "paid": True, "captured": True},
    ],
)
def test_what_waits_is_pending_in_whatever_form_it_is_shown(canned, config, form):
    charge = reading(canned, **form)

    assert steps.read(charge, config) is not None
    assert transaction(charge).status is TransactionStatus.PENDING
    assert transaction(charge).captured is None


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ({"paid": True, "captured": True}, TransactionKind.CHARGE),
        ({"paid": None, "captured": True}, TransactionKind.CHARGE),
        ({"paid": True, "captured": False}, TransactionKind.AUTHORIZATION),
    ],
)
def test_what_is_paid_is_money_whatever_3d_secure_says(canned, config, form, kind):
    charge = reading(canned, status="succeeded", **form)

    assert steps.read(charge, config) is None
    found = transaction(charge)
    assert (found.status, found.kind) == (TransactionStatus.SUCCEEDED, kind)


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_what_failed_waits_no_more(canned, config, status):
    charge = reading(canned, status=status)

    assert steps.read(charge, config) is None
    assert transaction(charge).status is TransactionStatus(status)


@pytest.mark.parametrize(
    "result", ["AUTHENTICATION_SUCCESSFUL", "AUTHENTICATION_STATUS_UNKNOWN", "", None]
)
def test_any_other_result_is_a_charge_like_any_other(canned, config, result):
    threeds = {
        "validation_result": result,
        "liability_protection_status": "PROTECTED",
    }
    charge = reading(canned, threeds, status="succeeded", paid=True, captured=True)

    assert steps.read(charge, config) is None
    said = transaction(charge).raw["threeds"]
    assert said["liability_protection_status"] == "PROTECTED"


@pytest.mark.parametrize("threeds", [METHOD, CHALLENGE])
def test_a_step_without_what_the_script_needs_is_an_unknown_outcome(
    canned, config, threeds
):
    for missing in threeds["data"]:
        if missing == "threeds_protocol_version" and threeds is METHOD:
            continue
        for wrong in (None, "", 7):
            data = threeds["data"] | {missing: wrong}
            with pytest.raises(OutcomeUnknown):
                steps.read(reading(canned, threeds | {"data": data}), config)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "/challenge", "https://", "http://["]
)
def test_a_step_leads_to_the_web_alone(canned, config, url):
    data = CHALLENGE["data"] | {"acs_url": url}

    with pytest.raises(OutcomeUnknown, match="no web address"):
        steps.read(reading(canned, CHALLENGE | {"data": data}), config)


def test_what_the_bank_is_asked_is_not_stored(canned):
    raw = transaction(reading(canned)).raw

    assert raw["threeds"] == {
        "validation_result": "CHALLENGE_FLOW_REQUIRED",
        "liability_protection_status": "NOT_PROTECTED",
    }
