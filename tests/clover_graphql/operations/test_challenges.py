"""Charges for which the bank asks the shopper first (3-D Secure), in both flows."""

import json

import pytest

from clover_graphql import OfferedGateway, PaymentsApi
from payment_hooks import MemoryLedger, Mode, Money, Payments, TransactionStatus
from payment_hooks.testing import FakeProvider
from tests.clover_graphql.documents import (
    CHECKOUT,
    COMPLETE,
    INITIALIZE,
    PAYMENT_CREATE,
    PROCESS,
    TRANSACTION,
)
from tests.clover_graphql.shop import DUE, GATEWAY, Caller, Storefront

CANCELED = {"challengeCanceled": True}


@pytest.fixture
def fake():
    return FakeProvider()


@pytest.fixture
def fake_payments(fake, shop):
    return Payments.using(fake, shop, ledger=MemoryLedger())


@pytest.fixture
def build_storefront(fake_payments):
    def build(caller=None, **options):
        known = {"modes": (Mode.IFRAME, Mode.API), "gateway_id": GATEWAY}
        offer = OfferedGateway(fake_payments, **known | options)
        return Storefront(PaymentsApi(offer, secret_key="a key of the tests"), caller)

    return build


@pytest.fixture
def storefront(build_storefront):
    return build_storefront()


def begin(storefront, token="challenge-1", **variables):
    gateway = {"id": GATEWAY, "data": {"token": token}}
    return storefront.run(INITIALIZE, id=CHECKOUT, gateway=gateway, **variables)


def go_on(storefront, begun, data=None):
    return storefront.run(PROCESS, id=begun["transaction"]["id"], data=data)


def create(storefront, token="challenge-1"):
    sent = {"gateway": GATEWAY, "amount": 25.99, "token": token}
    return storefront.run(PAYMENT_CREATE, id=CHECKOUT, input=sent)


def complete(storefront, data=None):
    text = json.dumps(data) if data is not None else None
    return storefront.run(COMPLETE, id=CHECKOUT, data=text)


def answer_to(said):
    """What the challenge's page gives the storefront, as the bank's shopper did it."""
    code = said["challenge"]["data"]["challenge"]
    return {"challenge": {"code": f"answered {code}"}}


def kind_of(answered):
    return answered["transactionEvent"]["type"]


def charged(fake):
    return [
        row.captured
        for row in fake.ledger.values()
        if row.status is TransactionStatus.SUCCEEDED
    ]


def test_the_storefront_gets_the_challenge_and_nothing_is_charged(storefront, fake):
    begun = begin(storefront)

    assert kind_of(begun) == "CHARGE_ACTION_REQUIRED"
    assert begun["errors"] == []
    assert begun["data"]["mode"] == "iframe"
    assert begun["data"]["challenge"]["url"] == "https://fake.test/challenge/T1"
    assert begun["data"]["challenge"]["expiresAt"]
    assert charged(fake) == []


def test_a_payment_that_is_authorized_first_waits_as_well(build_storefront):
    storefront = build_storefront(captures_at_once=False)

    begun = begin(storefront)
    paid = go_on(storefront, begun, answer_to(begun["data"]))

    assert kind_of(begun) == "AUTHORIZATION_ACTION_REQUIRED"
    assert kind_of(paid) == "AUTHORIZATION_SUCCESS"


def test_the_answer_pays_and_the_order_is_there(storefront, shop, fake):
    begun = begin(storefront)

    paid = go_on(storefront, begun, answer_to(begun["data"]))
    done = complete(storefront)

    assert kind_of(paid) == "CHARGE_SUCCESS"
    assert paid["data"] is None
    assert paid["transaction"]["actions"] == ["REFUND"]
    assert done["order"]["isPaid"] is True
    assert shop.notified == [("ref-c-1", "paid")]
    assert charged(fake) == [DUE]


def test_a_second_challenge_follows_the_first(storefront, fake):
    begun = begin(storefront, "challenge-twice-1")

    second = go_on(storefront, begun, answer_to(begun["data"]))
    paid = go_on(storefront, begun, answer_to(second["data"]))

    assert kind_of(second) == "CHARGE_ACTION_REQUIRED"
    assert second["data"]["challenge"]["data"] != begun["data"]["challenge"]["data"]
    assert kind_of(paid) == "CHARGE_SUCCESS"
    assert charged(fake) == [DUE]


def test_whoever_comes_back_without_an_answer_gets_the_challenge_again(
    storefront, fake
):
    begun = begin(storefront)
    again = go_on(storefront, begun)

    assert kind_of(again) == "CHARGE_ACTION_REQUIRED"
    assert again["data"] == begun["data"]
    assert charged(fake) == []


def test_the_same_card_again_gets_the_challenge_again(storefront, fake):
    begun = begin(storefront, key="one")
    double_click = begin(storefront, key="one")
    reloaded = begin(storefront, key="two")

    assert double_click["data"] == reloaded["data"] == begun["data"]
    assert double_click["transaction"]["id"] == begun["transaction"]["id"]
    assert len(fake.ledger) == 1


def test_an_answer_sent_twice_pays_once(storefront, fake):
    begun = begin(storefront)
    answer = answer_to(begun["data"])

    first, second = (go_on(storefront, begun, answer) for _ in range(2))

    assert kind_of(first) == kind_of(second) == "CHARGE_SUCCESS"
    assert charged(fake) == [DUE]


def test_a_wrong_answer_pays_nothing_and_the_right_one_still_does(storefront, fake):
    begun = begin(storefront)

    wrong = go_on(storefront, begun, {"challenge": {"code": "guessed"}})
    before = charged(fake)
    paid = go_on(storefront, begun, answer_to(begun["data"]))

    assert kind_of(wrong) == "CHARGE_ACTION_REQUIRED"
    assert wrong["data"] == begun["data"]
    assert before == []
    assert kind_of(paid) == "CHARGE_SUCCESS"


def test_a_shopper_who_turns_back_is_refused_and_pays_with_another_card(
    storefront, fake
):
    begun = begin(storefront)

    refused = go_on(storefront, begun, CANCELED)
    paid = begin(storefront, "tok-1")

    assert kind_of(refused) == "CHARGE_FAILURE"
    assert refused["data"] is None
    assert refused["transactionEvent"]["message"]
    assert kind_of(paid) == "CHARGE_SUCCESS"
    assert charged(fake) == [DUE]


def test_another_card_ends_the_challenge_of_the_first(storefront, fake):
    begun = begin(storefront)

    paid = begin(storefront, "tok-1")
    late = go_on(storefront, begun, answer_to(begun["data"]))

    assert kind_of(paid) == "CHARGE_SUCCESS"
    assert kind_of(late) == "CHARGE_SUCCESS"
    assert charged(fake) == [DUE]


def test_an_answer_after_the_amount_has_changed_charges_nothing(storefront, shop, fake):
    begun = begin(storefront)
    shop.change(amount_due=Money.of("99.00", "USD"))

    refused = go_on(storefront, begun, answer_to(begun["data"]))

    assert refused["transaction"] is None
    assert refused["errors"][0]["field"] == "amount"
    assert charged(fake) == []


def test_a_challenge_of_another_amount_is_not_handed_out_again(storefront, shop):
    begun = begin(storefront)
    shop.change(amount_due=Money.of("99.00", "USD"))

    refused = go_on(storefront, begun)

    assert refused["data"] is None
    assert refused["errors"][0]["field"] == "amount"


def test_a_shopper_may_turn_back_after_the_amount_has_changed(storefront, shop):
    begun = begin(storefront)
    shop.change(amount_due=Money.of("99.00", "USD"))

    assert kind_of(go_on(storefront, begun, CANCELED)) == "CHARGE_FAILURE"


def test_after_the_amount_has_changed_another_payment_ends_the_challenge(
    storefront, shop, fake
):
    due = Money.of("99.00", "USD")
    begin(storefront)
    shop.change(amount_due=due)

    paid = begin(storefront, "tok-1")

    assert kind_of(paid) == "CHARGE_SUCCESS"
    assert charged(fake) == [due]


def test_an_answer_for_a_payment_that_waits_for_none_is_refused(storefront, fake):
    begun = storefront.run(INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY})

    refused = go_on(storefront, begun, {"challenge": {"code": "answered T1-1"}})

    assert kind_of(refused) == "CHARGE_FAILURE"
    assert fake.ledger == {}


@pytest.mark.parametrize("answer", ["text", ["list"], {"code": 5}, {"code": None}])
def test_an_answer_that_is_none_is_an_error_and_ends_nothing(storefront, fake, answer):
    begun = begin(storefront)

    refused = go_on(storefront, begun, {"challenge": answer})
    paid = go_on(storefront, begun, answer_to(begun["data"]))

    assert "challenge must be" in refused["errors"][0]["message"]
    assert kind_of(paid) == "CHARGE_SUCCESS"


def test_another_shopper_cannot_answer(storefront, build_storefront, fake):
    stranger = build_storefront(Caller(name="bob"))
    begun = begin(storefront)

    refused = go_on(stranger, begun, answer_to(begun["data"]))

    assert refused["errors"][0]["code"] == "NOT_FOUND"
    assert charged(fake) == []


def test_staff_sees_what_the_payment_waits_for(storefront, build_storefront):
    staff = build_storefront(Caller(name="boss", is_staff=True))
    begun = begin(storefront)

    seen = staff.run(TRANSACTION, id=begun["transaction"]["id"])

    assert [row["type"] for row in seen["events"]] == ["CHARGE_ACTION_REQUIRED"]
    assert seen["actions"] == []
    assert "answered" not in json.dumps(seen)


def test_completing_the_older_payment_asks_the_shopper_first(storefront, fake):
    create(storefront)

    asked = complete(storefront)
    said = json.loads(asked["confirmationData"])
    before = charged(fake)
    done = complete(storefront, answer_to(said))

    assert asked["confirmationNeeded"] is True
    assert asked["order"] is None
    assert before == []
    assert done["order"]["isPaid"] is True
    assert charged(fake) == [DUE]


def test_completing_again_without_an_answer_asks_again(storefront, fake):
    create(storefront)
    first, second = complete(storefront), complete(storefront)

    assert second["confirmationNeeded"] is True
    assert second["confirmationData"] == first["confirmationData"]
    assert len(fake.ledger) == 1


def test_a_shopper_of_the_older_flow_turns_back_and_pays_with_another_card(
    storefront, fake
):
    create(storefront)
    complete(storefront)

    refused = complete(storefront, CANCELED)
    create(storefront, "tok-1")
    done = complete(storefront)

    assert refused["order"] is None
    assert refused["confirmationNeeded"] is False
    assert refused["errors"][0]["code"] == "PAYMENT_ERROR"
    assert done["order"]["isPaid"] is True
    assert charged(fake) == [DUE]


def test_an_answer_of_the_older_flow_after_the_amount_has_changed_charges_nothing(
    storefront, shop, fake
):
    create(storefront)
    said = json.loads(complete(storefront)["confirmationData"])
    shop.change(amount_due=Money.of("99.00", "USD"))

    refused = complete(storefront, answer_to(said))

    assert refused["confirmationNeeded"] is False
    assert refused["errors"][0]["code"] == "CHECKOUT_NOT_FULLY_PAID"
    assert charged(fake) == []


def test_after_a_change_the_older_flow_ends_a_challenge_and_begins_anew(
    storefront, shop, fake
):
    due = Money.of("99.00", "USD")
    create(storefront)
    complete(storefront)
    shop.change(amount_due=due)

    complete(storefront, CANCELED)
    storefront.run(
        PAYMENT_CREATE, id=CHECKOUT, input={"gateway": GATEWAY, "token": "tok-1"}
    )
    done = complete(storefront)

    assert done["order"]["isPaid"] is True
    assert charged(fake) == [due]


def test_an_answered_payment_of_the_transactions_api_may_be_completed_with_the_answer(
    storefront, fake
):
    begun = begin(storefront)

    done = complete(storefront, answer_to(begun["data"]))

    assert done["order"]["isPaid"] is True
    assert charged(fake) == [DUE]
