"""One test for each row of the table of disagreements, and for every other switch."""

from pathlib import Path

import pytest

from clover_simulator.state.switches import Switches, describe, parse
from clover_simulator.state.webhooks import signature
from clover_simulator.traffic.client import fetch
from tests.clover_simulator.api.test_captures import capture
from tests.clover_simulator.api.test_oauth import allow, trade
from tests.clover_simulator.api.test_refunds import read, refund
from tests.clover_simulator.api.test_tokens import tokenize
from tests.clover_simulator.conftest import error_of, open_checkout
from tests.clover_simulator.shop import running_shop

DECLINED_CARD = "4005571702222222"


@pytest.fixture
def switch(clover_simulator):
    return clover_simulator.switch


def test_d1_the_tip_comes_on_top_or_is_included(client, switch):
    on_top = client.charge(1150, tip_amount=150).json()
    switch(tip_included=True)
    included = client.charge(1150, tip_amount=150).json()

    assert (on_top["amount"], included["amount"]) == (1150, 1000)
    assert on_top["tip_amount"] == included["tip_amount"] == 150
    assert error_of(client.charge(100, tip_amount=100))[1] == "invalid_tip_amount"


def test_d2_captured_in_a_request_is_ignored(client):
    assert client.charge(captured=False).json()["captured"] is True


def test_d3_a_source_object_is_refused(client):
    assert client.charge(source={"id": "clv_x"}).status == 400


def test_d4_metadata_is_an_object_of_texts(client):
    assert client.charge(metadata={"order": "1"}).status == 200
    assert client.charge(metadata="order 1").status == 400
    assert client.charge(metadata={"order": 1}).status == 400


@pytest.mark.parametrize(
    ("form", "rows"),
    [
        ("data", lambda body: body["data"]),
        ("elements", lambda body: body["elements"]),
        ("nested", lambda body: body["data"]["elements"]),
        ("bare", lambda body: body),
    ],
)
def test_d5_a_list_comes_in_four_envelopes(client, switch, form, rows):
    charge = client.charge().json()
    refund(client, charge["id"])
    switch(list_envelope=form)

    for path in ("/v1/charges", "/v1/refunds"):
        assert len(rows(client.get(path).json())) == 1


@pytest.mark.parametrize(
    ("case", "shown"), [("as_sent", "uSd"), ("lower", "usd"), ("upper", "USD")]
)
def test_d6_the_currency_is_answered_in_any_case(client, switch, case, shown):
    switch(currency_case=case)

    assert client.charge(currency="uSd").json()["currency"] == shown


BAD_ADDRESSES = [
    None,
    "unknown",
    "203.0.113.7:51234",
    "203.0.113.7, 198.51.100.1",
    "[2001:db8::7]",
    "fe80::1%eth0",
]


def money_calls(client, address):
    """Charge, capture and order pay, each as it would succeed, with this address."""
    headers = {"x-forwarded-for": address}
    authorization = client.charge(capture=False).json()["id"]
    order = {"currency": "USD", "items": [{"amount": 500}]}
    order_id = client.post("/v1/orders", order).json()["id"]
    charge = {"amount": 1, "currency": "USD", "source": client.simulator.token()}
    calls = {
        "/v1/charges": charge,
        f"/v1/charges/{authorization}/capture": {},
        f"/v1/orders/{order_id}/pay": {"source": client.simulator.token()},
    }
    return [client.post(path, body, headers=headers) for path, body in calls.items()]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_d7_the_shoppers_address_is_demanded(client, address):
    answers = money_calls(client, address)

    assert [error_of(answer)[:2] for answer in answers] == [
        (400, "invalid_request")
    ] * 3
    assert all("x-forwarded-for" in error_of(answer)[2] for answer in answers)
    assert [c.amount_captured for c in client.simulator.ledger.charges] == [0]


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7"])
def test_d7_one_bare_address_is_enough(client, address):
    assert [answer.status for answer in money_calls(client, address)] == [200] * 3


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_d7_the_address_can_be_left_to_the_client(client, switch, address):
    switch(require_forwarded_for=False)

    assert [answer.status for answer in money_calls(client, address)] == [200] * 3


def test_d8_a_key_is_forgotten_after_its_time(client, switch):
    token = client.simulator.token()
    client.charge(source=token, key="k-1")
    client.simulator.clock.advance(hours=23)
    remembered = client.charge(source=token, key="k-1")
    client.simulator.clock.advance(hours=2)

    assert remembered.status == 200
    assert error_of(client.charge(source=token, key="k-1"))[1] == "token_already_used"


def test_d8_a_key_has_a_longest_length(client, switch):
    assert client.charge(key="k" * 255).status == 200
    assert client.charge(key="k" * 256).status == 400


def test_d8_a_key_lives_and_measures_what_the_switches_say(client, switch):
    switch(idempotency_hours=1, idempotency_key_length=4)
    token = client.simulator.token()
    client.charge(source=token, key="k-1")
    client.simulator.clock.advance(minutes=61)

    assert error_of(client.charge(source=token, key="k-1"))[1] == "token_already_used"
    assert client.charge(key="k-123").status == 400


def test_tokens_of_oauth_live_as_long_as_the_switches_say(client, switch):
    switch(access_token_minutes=1, refresh_token_days=1)
    grant = trade(client, allow(client)["code"]).json()

    lifetimes = [
        grant["access_token_expiration"] - client.simulator.clock.seconds(),
        grant["refresh_token_expiration"] - client.simulator.clock.seconds(),
    ]
    assert 50 <= lifetimes[0] <= 60
    assert 86_390 <= lifetimes[1] <= 86_400


def test_d8_another_body_is_400_or_409(client, switch):
    client.charge(key="k-1")
    switch(idempotency_mismatch_status=409)

    assert client.charge(key="k-1").status == 409


def test_d8_a_decline_can_be_forgotten(client, switch):
    switch(idempotent_declines=False, decline_spends_token=False)
    token = client.simulator.token(DECLINED_CARD)

    first = client.charge(source=token, key="k-1").json()["error"]["charge"]
    second = client.charge(source=token, key="k-1").json()["error"]["charge"]

    assert first != second


def test_d8_refunds_can_ignore_the_key(client, switch):
    charge = client.charge(1000).json()["id"]
    switch(idempotent_refunds=False)

    for _ in range(2):
        refund(client, charge, key="r-1", amount=100)

    assert read(client, charge)["amount_refunded"] == 200


@pytest.mark.parametrize(("honoured", "status"), [(False, 400), (True, 200)])
def test_d8_captures_can_honour_the_key(client, switch, honoured, status):
    charge = client.charge(capture=False).json()["id"]
    switch(idempotent_captures=honoured)
    client.post(f"/v1/charges/{charge}/capture", {}, key="c-1")

    assert client.post(f"/v1/charges/{charge}/capture", {}, key="c-1").status == status


def test_d9_a_token_can_grow_old(client, switch):
    token = client.simulator.token()
    client.simulator.clock.advance(days=300)
    unlimited = client.charge(source=token)
    switch(token_minutes=10)
    token = client.simulator.token()
    client.simulator.clock.advance(minutes=10)

    assert unlimited.status == 200
    assert client.charge(source=token).status == 400


def test_d10_a_decline_spends_the_token_or_not(client, switch):
    token = client.simulator.token(DECLINED_CARD)
    codes = [error_of(client.charge(source=token))[1] for _ in range(2)]
    switch(decline_spends_token=False)
    token = client.simulator.token(DECLINED_CARD)
    kept = [error_of(client.charge(source=token))[1] for _ in range(2)]

    assert codes == ["card_declined", "token_already_used"]
    assert kept == ["card_declined", "card_declined"]


def test_d11_token_already_used_carries_no_type_unless_asked(client, switch):
    token = client.simulator.token()
    client.charge(source=token)

    bare = client.charge(source=token).json()["error"]
    switch(token_reuse_type=True)
    typed = client.charge(source=token).json()["error"]

    assert "type" not in bare
    assert typed["type"] == "invalid_request_error"


def test_d12_a_cvv_failure_is_400_when_saving_and_402_is_for_charges(client, switch):
    switch(cvc_check="fail")
    body = {"email": "buyer@example.test", "source": client.simulator.token()}

    saving = client.post("/v1/customers", body)
    charging = client.charge(metadata={"sim_decline": "incorrect_cvc"})

    assert error_of(saving)[:2] == (400, "invalid_cvc")
    assert charging.status == 402


@pytest.mark.parametrize(
    ("form", "kind"), [("iso", str), ("unix", int), ("unix_ms", int)]
)
def test_d13_the_times_of_a_session_have_three_forms(client, switch, form, kind):
    switch(checkout_times=form)

    answer = open_checkout(client).json()

    assert type(answer["createdTime"]) is type(answer["expirationTime"]) is kind
    if form == "unix":
        assert answer["expirationTime"] - answer["createdTime"] == 900
    if form == "unix_ms":
        assert answer["expirationTime"] - answer["createdTime"] == 900_000


def paid_event(client, shop, count=1):
    session = open_checkout(client).json()
    client.simulator.pay_hosted(session["href"])
    client.simulator.wait_until(lambda: len(shop.received) >= count)
    return session["checkoutSessionId"], [body.decode() for _, body in shop.received]


@pytest.fixture
def shop(client):
    with running_shop() as shop:
        client.simulator.send_webhooks_to(shop.url)
        yield shop


def test_d14_the_session_id_can_have_another_key_or_none(client, shop, switch):
    switch(webhook_data_key="checkoutSessionId")
    session, events = paid_event(client, shop)
    switch(webhook_data_key="none")
    other, more = paid_event(client, shop, 2)

    assert f'"checkoutSessionId":"{session}"' in events[0]
    assert '"data"' not in events[0]
    assert other not in more[1]


def test_d14_the_keys_can_be_pascal_case(client, shop, switch):
    switch(webhook_keys="pascal")

    session, [event] = paid_event(client, shop)

    assert f'"Data":"{session}"' in event
    assert '"MerchantId"' in event


def test_d14_a_webhook_can_come_more_than_once(client, shop, switch):
    switch(webhook_copies=3)

    _, events = paid_event(client, shop, 3)

    assert len(set(events)) == 1


def test_d14_a_webhook_can_get_lost(client, shop, switch):
    switch(webhook_drop=True)

    client.simulator.pay_hosted(open_checkout(client).json()["href"])

    assert [delivery.state for delivery in client.simulator.deliveries] == ["dropped"]
    assert shop.received == []


def test_d15_a_hosted_payment_can_be_hidden_from_v1(client, switch):
    client.simulator.pay_hosted(open_checkout(client).json()["href"])
    charge = client.simulator.ledger.charges[0].id
    visible = client.get(f"/v1/charges/{charge}")
    switch(hosted_on_v1=False)

    assert visible.status == 200
    assert client.get(f"/v1/charges/{charge}").status == 404
    assert client.get("/v1/charges").json()["data"] == []
    assert refund(client, charge).status == 404


def test_d16_redirect_placeholders_stay_or_are_filled(client, switch):
    urls = {"success": "https://shop.example/ok?s={CHECKOUT_SESSION_ID}"}
    literal = client.simulator.pay_hosted(
        open_checkout(client, redirectUrls=urls).json()["href"]
    )
    switch(fill_redirect_placeholders=True)
    session = open_checkout(client, redirectUrls=urls).json()
    filled = client.simulator.pay_hosted(session["href"])

    assert literal.location == urls["success"]
    assert (
        filled.location == f"https://shop.example/ok?s={session['checkoutSessionId']}"
    )


def test_d17_a_partial_refund_with_tax_can_be_refused(client, switch):
    charge = client.charge(1000, tax_amount=80).json()["id"]
    allowed = refund(client, charge, amount=100)
    switch(refuse_partial_refund_with_tax=True)

    assert allowed.status == 200
    assert refund(client, charge, amount=100).status == 400
    assert refund(client, charge).status == 200


TWO_LINES = [
    [{"name": "Mug", "price": 500}, {"name": "Cup", "price": 500}],
    [{"name": "Mug", "price": 500, "unitQty": 2}],
]


@pytest.mark.parametrize("lines", TWO_LINES)
def test_d17_a_partial_refund_of_several_lines_can_be_refused(client, switch, lines):
    client.simulator.pay_hosted(open_checkout(client, *lines).json()["href"])
    charge = client.simulator.ledger.charges[0].id
    allowed = refund(client, charge, amount=100)
    switch(refuse_partial_refund_of_lines=True)

    refused = refund(client, charge, amount=100)

    assert allowed.status == 200
    assert error_of(refused)[:2] == (400, "processing_error")
    assert refund(client, charge).status == 200


def test_d17_a_payment_of_one_line_is_refunded_in_parts(client, switch):
    switch(refuse_partial_refund_of_lines=True)
    line = {"name": "Mug", "price": 1000}
    client.simulator.pay_hosted(open_checkout(client, line).json()["href"])
    hosted = client.simulator.ledger.charges[0].id
    api = client.charge(1000).json()["id"]

    for charge in (hosted, api):
        assert refund(client, charge, amount=100).status == 200


def test_d18_more_than_authorized_can_be_captured(client, switch):
    charge = client.charge(1000, capture=False).json()["id"]
    switch(capture_limit_percent=115)

    assert capture(client, charge, amount=1151).status == 400
    assert capture(client, charge, amount=1150).json()["amount_captured"] == 1150


def test_d19_a_void_reads_refunded_or_not(client, switch):
    charge = client.charge(1000, capture=False).json()["id"]
    refund(client, charge)
    marked = read(client, charge)
    switch(void_marks_refunded=False)
    plain = read(client, charge)

    assert (marked["refunded"], marked["amount_refunded"]) == (True, 1000)
    assert (plain["refunded"], plain["amount_refunded"]) == (False, 0)


def test_d20_a_webhook_is_not_repeated_unless_asked(client, shop, switch):
    shop.statuses = [500, 500, 500]
    paid_event(client, shop)
    client.simulator.wait_until(
        lambda: client.simulator.deliveries[0].state == "answered"
    )
    switch(webhook_retries=1)
    paid_event(client, shop, 3)

    client.simulator.wait_until(lambda: client.simulator.deliveries[1].attempts == 2)
    assert client.simulator.deliveries[0].attempts == 1


@pytest.mark.parametrize(
    ("rules", "missing", "status"),
    [
        ("lenient", ("cvv",), 200),
        ("docs", ("cvv",), 400),
        ("docs", ("brand",), 400),
        ("transarmor", ("first6",), 400),
        ("transarmor", ("brand",), 200),
    ],
)
def test_d21_required_card_fields(client, switch, rules, missing, status):
    switch(token_fields=rules)
    card = {
        "number": "4242424242424242",
        "exp_month": "12",
        "exp_year": "2099",
        "cvv": "123",
        "brand": "VISA",
        "first6": "424242",
        "last4": "4242",
    }
    given = {name: value for name, value in card.items() if name not in missing}

    assert tokenize(client.simulator, given).status == status


@pytest.mark.parametrize("rules", ["docs", "transarmor"])
def test_d21_the_shopper_fills_in_all_that_may_be_required(client, switch, rules):
    switch(token_fields=rules)

    assert client.charge().status == 200


def test_d22_the_brand_is_taken_in_any_case_and_answered_upper(client, switch):
    upper = tokenize(client.simulator, brand="Visa").json()["card"]["brand"]
    switch(brand_case="as_sent")
    as_sent = tokenize(client.simulator, brand="Visa").json()["card"]["brand"]

    assert (upper, as_sent) == ("VISA", "Visa")


def test_d23_the_checks_have_two_vocabularies(client, switch):
    metadata = {"sim_cvc_check": "fail", "sim_address_check": "pass"}
    switch(check_words="passed")

    source = client.charge(metadata=metadata).json()["source"]

    assert (source["cvc_check"], source["address_zip_check"]) == ("failed", "passed")


def test_d24_pakms_is_answered_by_the_one_process_that_plays_both_hosts(client):
    assert client.get("/pakms/apikey").status == 200


def test_d25_rate_limits_are_enforced_on_request(client, switch):
    unlimited = {client.get("/v1/charges").status for _ in range(20)}
    switch(rate_limits=True)
    answers = [client.get("/v1/charges") for _ in range(20)]

    refused = [answer for answer in answers if answer.status == 429]
    assert unlimited == {200}
    assert refused
    assert refused[0].headers["x-ratelimit-tokenlimit"] == "16"


@pytest.mark.parametrize("key", ["declineCode", "decline_code"])
def test_d26_the_decline_code_has_two_spellings(client, switch, key):
    switch(decline_code_key=key)

    error = client.charge(source=client.simulator.token(DECLINED_CARD)).json()["error"]

    assert error[key] == "issuer_declined"


@pytest.mark.parametrize(("shown", "note"), [(True, "blue"), (False, None)])
def test_the_notes_of_a_page_may_not_reach_its_order(client, switch, shown, note):
    switch(hosted_notes=shown)
    line = {"name": "Mug", "price": 1000, "note": "blue"}
    client.simulator.pay_hosted(open_checkout(client, line).json()["href"])

    [order] = client.get(
        f"/v3/merchants/{client.merchant.id}/orders",
        headers={"authorization": f"Bearer {client.merchant.platform_token}"},
        expand="lineItems",
    ).json()["elements"]

    assert order["lineItems"]["elements"][0].get("note") == note


def test_d27_the_page_has_two_paths(client, switch):
    switch(checkout_path="checkout")

    href = open_checkout(client).json()["href"]

    assert "/checkout/" in href
    assert fetch("GET", href).status == 200


def test_d28_customers_are_not_the_platforms(client):
    assert client.get(f"/v3/merchants/{client.merchant.id}/customers").status == 404


def test_a7_refunds_can_be_refused_right_after_the_charge(client, switch):
    switch(refund_wait_seconds=10)
    charge = client.charge().json()["id"]
    early = refund(client, charge)
    client.simulator.clock.advance(seconds=11)

    assert early.status == 404
    assert refund(client, charge).status == 200


def test_a7_a_signature_can_be_forged_or_old(client, shop, switch):
    switch(webhook_age_seconds=3600)
    paid_event(client, shop)
    old = client.simulator.deliveries[0]
    switch(webhook_age_seconds=0, webhook_forge=True)
    paid_event(client, shop, 2)
    forged = client.simulator.deliveries[1]

    time_of_old = int(old.signature.split(",")[0][2:])
    time_of_forged = int(forged.signature.split(",")[0][2:])
    secret = client.merchant.webhook_secret
    assert 3590 <= client.simulator.clock.seconds() - time_of_old <= 3610
    assert old.signature == signature(secret, time_of_old, old.body)
    assert forged.signature != signature(secret, time_of_forged, forged.body)


def test_a7_webhooks_can_change_places(client, shop, switch):
    switch(webhook_reorder=True)
    first = open_checkout(client).json()
    client.simulator.pay_hosted(first["href"])
    assert shop.received == []

    second, events = paid_event(client, shop, 2)

    assert second in events[0]
    assert first["checkoutSessionId"] in events[1]


def test_a7_a_held_webhook_can_be_released(client, shop, switch):
    switch(webhook_reorder=True)
    client.simulator.pay_hosted(open_checkout(client).json()["href"])

    client.simulator.release_webhooks()

    client.simulator.wait_until(lambda: len(shop.received) == 1)


def test_a7_a_webhook_can_be_late(client, shop, switch):
    switch(webhook_delay_seconds=0.2)

    client.simulator.pay_hosted(open_checkout(client).json()["href"])

    assert shop.received == []
    client.simulator.wait_until(lambda: len(shop.received) == 1)


def test_an_authorization_can_live_for_other_days(client, switch):
    switch(authorization_days=1)
    charge = client.charge(capture=False).json()["id"]
    client.simulator.clock.advance(days=1)

    assert capture(client, charge).status == 400


def test_reads_can_be_thin(client, switch):
    charge = client.charge().json()
    switch(thin_reads=True)

    thin = read(client, charge["id"])

    assert {"amount_refunded", "ref_num"}.isdisjoint(thin)
    assert "exp_month" not in thin["source"]
    assert (thin["id"], thin["captured"], thin["status"]) == (
        charge["id"],
        True,
        "succeeded",
    )


@pytest.mark.parametrize(
    ("name", "key"),
    [("cvc_check", "cvc_check"), ("address_check", "address_zip_check")],
)
def test_the_checks_of_every_charge_can_fail(client, switch, name, key):
    switch(**{name: "fail"})

    assert client.charge().json()["source"][key] == "fail"


def test_pakms_can_insist_on_oauth(client, switch):
    switch(pakms_takes_private_key=False)

    assert client.get("/pakms/apikey").status == 401


def test_one_key_pair_can_do_for_everything(client, switch):
    switch(strict_key_types=False)
    key = client.merchant.hosted_private_key
    headers = {"authorization": f"Bearer {key}"}
    body = {"amount": 1, "currency": "USD", "source": client.simulator.token()}

    assert client.call("POST", "/v1/charges", body, headers=headers).status == 200
    assert (
        tokenize(client.simulator, key=client.merchant.hosted_public_key).status == 200
    )


def test_a_customer_can_be_created_without_a_card(client, switch):
    body = {"email": "buyer@example.test"}
    refused = client.post("/v1/customers", body)
    switch(customer_needs_source=False)

    assert refused.status == 400
    assert client.post("/v1/customers", body).status == 200


def test_a_delete_of_what_is_gone_has_two_codes(client, switch):
    path = "/v1/customers/CUSTABCDEF123/sources/CARDABCDEF123"
    recorded = error_of(client.call("DELETE", path))
    switch(delete_missing_code="resource_missing")
    other = error_of(client.call("DELETE", path))

    assert recorded[:2] == (404, "invalid_request")
    assert other[:2] == (404, "resource_missing")


def test_a_session_can_live_for_other_minutes(client, switch):
    switch(session_minutes=1)
    href = open_checkout(client).json()["href"]
    client.simulator.clock.advance(seconds=61)

    assert client.simulator.pay_hosted(href).status == 410


def test_http_redirects_can_be_refused_for_this_machine_too(client, switch):
    switch(https_redirects_only=True)

    answer = open_checkout(client, redirectUrls={"success": "http://127.0.0.1/ok"})

    assert answer.status == 400


def test_customer_fields_can_be_mandatory(client, switch):
    switch(customer_fields_required=True)
    customer = {"firstName": "A", "lastName": "B", "email": "a@example.test"}

    assert open_checkout(client).status == 400
    assert open_checkout(client, customer=customer).status == 200


def test_the_page_can_take_a_late_payment(client, switch):
    switch(pays_after_expiry=True)
    href = open_checkout(client).json()["href"]
    client.simulator.clock.advance(hours=1)

    assert client.simulator.pay_hosted(href).status == 303


def test_the_shopper_can_tip_on_the_page(client, switch):
    switch(hosted_tip=300)

    client.simulator.pay_hosted(open_checkout(client).json()["href"])

    charge = client.simulator.ledger.charges[0]
    assert (charge.amount, charge.tip_amount) == (2390, 300)


def test_every_switch_has_a_meaning_and_a_test():
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(__file__).parents[1].rglob("test_*.py")
    )

    for entry in describe():
        assert entry.text.endswith("."), entry.name
        assert entry.name in tests, entry.name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"no_such_switch": 1}, "no switch is called 'no_such_switch'"),
        ({"list_envelope": "odd"}, "switch list_envelope is one of"),
        ({"rate_limits": "perhaps"}, "switch rate_limits wants bool"),
        ({"webhook_copies": "many"}, "switch webhook_copies wants int"),
        ({"webhook_copies": True}, "switch webhook_copies wants int"),
        ({"session_minutes": -1}, "switch session_minutes wants float"),
    ],
)
def test_a_wrong_switch_says_what_is_wanted(changes, message):
    with pytest.raises(ValueError, match=message):
        Switches().changed(changes)


def test_switches_are_read_from_text():
    changed = Switches().changed(
        dict([parse("rate-limits=on"), parse("hosted_tip=300")])
    )

    assert (changed.rate_limits, changed.hosted_tip) == (True, 300)
    with pytest.raises(ValueError, match="name=value"):
        parse("rate_limits")
