"""What Clover is told to begin 3-D Secure, and after each step of it."""

import pytest

from clover_provider.api import calls, charges
from clover_provider.api.authentication import asking
from payment_hooks import (
    BrowserInfo,
    ChargeDetails,
    ConfirmRequest,
    EnteredBy,
    InvalidRequest,
    Money,
    TransactionKind,
)

BROWSER = BrowserInfo(
    accept_header="*/*",
    user_agent="Mozilla/5.0",
    language="en-US",
    origin="https://shop.example",
    screen_width=1792,
    screen_height=1120,
    color_depth=24,
    time_zone_offset=420,
)
DETAILS = ChargeDetails(browser=BROWSER, shopper_ip="203.0.113.7")


def confirmation(**changes):
    fields = {
        "transaction_id": "CHARGE0000001",
        "kind": TransactionKind.CHARGE,
        "amount": Money(2599, "USD"),
        "reference": "100123",
        "operation_id": "operation-1",
        "idempotency_key": "key-1",
        "answer": {"flow_status": "Y"},
    }
    return ConfirmRequest(**fields | changes)


def test_a_charge_brings_all_that_clover_demands():
    assert asking.build(DETAILS) == {
        "threeds": {
            "source": "CLOVER",
            "browser_info": {
                "browser_ip": "203.0.113.7",
                "browser_accept_header": "*/*",
                "browser_javascript_enabled": True,
                "browser_java_enabled": False,
                "browser_language": "en-US",
                "browser_screen_width": "1792",
                "browser_screen_height": "1120",
                "browser_color_depth": "24",
                "browser_tz": "420",
                "browser_user_agent": "Mozilla/5.0",
                "browser_http_origin": "https://shop.example",
            },
        }
    }


def test_without_the_address_it_goes_without_3d_secure_and_says_so(caplog):
    assert asking.build(ChargeDetails(browser=BROWSER)) == {}

    assert "shopper_ip" in caplog.text
    assert "Mozilla" not in caplog.text


def test_staff_that_types_a_card_answers_no_bank(caplog):
    details = ChargeDetails(
        browser=BROWSER, shopper_ip="203.0.113.7", entered_by=EnteredBy.MERCHANT
    )

    assert asking.build(details) == {}
    assert caplog.text == ""


@pytest.mark.parametrize("is_on", [True, False])
def test_the_setting_decides_whether_a_charge_asks(configure, ask_for, is_on):
    config = configure(THREE_D_SECURE=is_on)
    request = ask_for(browser=BROWSER, shopper_ip="203.0.113.7")

    call = calls.charge(request, config, capture=True, attempt=1)

    assert ("threeds" in call.body) is is_on


def test_a_charge_without_a_browser_asks_for_nothing(ask_for):
    assert "threeds" not in charges.build_charge(
        ask_for(), capture=True, authenticate=True
    )


def test_the_answer_names_charge_and_status(config):
    call = calls.finalize(confirmation(), config, step="")

    assert (call.method, call.path) == ("POST", "/v1/charges/finalize_payment")
    assert call.url == f"{config.ecommerce_url}/v1/charges/finalize_payment"
    assert call.body == {
        "charge_id": "CHARGE0000001",
        "threeds": {"source": "CLOVER", "flow_status": "Y"},
    }
    assert call.moves_money
    assert call.bearer == config.ecommerce_key


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"status": "succeeded"},
        {"flow_status": ""},
        {"flow_status": "a b"},
        {"flow_status": "Y\n"},
        {"flow_status": "x" * 65},
        {"flow_status": '{"a": 1}'},
    ],
)
def test_an_answer_that_is_none_is_refused_unsent(config, answer):
    with pytest.raises(InvalidRequest) as caught:
        calls.finalize(confirmation(answer=answer), config, step="")

    assert caught.value.code == "flow_status_invalid"


def test_each_step_has_a_key_of_its_own_and_a_repetition_the_same():
    first = asking.key_of_step(confirmation(), "THREEDS_METHOD_FLOW_REQUIRED")
    again = asking.key_of_step(confirmation(), "THREEDS_METHOD_FLOW_REQUIRED")
    other_step = asking.key_of_step(confirmation(), "CHALLENGE_FLOW_REQUIRED")
    other_answer = asking.key_of_step(
        confirmation(answer={"flow_status": "N"}), "THREEDS_METHOD_FLOW_REQUIRED"
    )
    other_charge = asking.key_of_step(
        confirmation(idempotency_key="key-2"), "THREEDS_METHOD_FLOW_REQUIRED"
    )

    assert first == again
    assert len({first, other_step, other_answer, other_charge, "key-1"}) == 5
