"""What may be told of a charge beside amount and source, and what is made of it."""

import copy
import pickle

import pytest

from payment_hooks import (
    Address,
    ChargeDetails,
    EnteredBy,
    Initiator,
    InvalidRequest,
    Level2,
    Money,
    PaymentRequest,
    PaymentSource,
    SavedSource,
    Schedule,
)
from payment_hooks.ledger.intents import is_same_source, make_fingerprint

DUE = Money(2599, "USD")
CARD = PaymentSource(token="tok-1")
NUMBER = "4242 4242 4242 4242"
HOME = Address(first_name="Ann", line1="1 Main St", city="Albany", country="US")
EACH = {
    "description": "Mugs",
    "shopper_email": "ann@shop.example",
    "metadata": {"channel": "web"},
    "statement_descriptor": "MUGS AND MORE",
    "tax": Money(200, "USD"),
    "billing_address": HOME,
    "shipping_address": HOME,
    "level2": Level2(purchase_order="PO 7", freight=Money(500, "USD")),
    "entered_by": EnteredBy.MERCHANT,
    "initiator": Initiator.MERCHANT,
    "schedule": Schedule.RECURRING,
    "original_transaction_id": "C1",
}
WRONG_TYPES = {
    "description": None,
    "shopper_email": b"ann@shop.example",
    "statement_descriptor": 7,
    "metadata": [("a", "b")],
    "tax": 200,
    "billing_address": {"line1": "1 Main St"},
    "shipping_address": "1 Main St",
    "level2": {"purchase_order": "PO 7"},
    "entered_by": "merchant",
    "initiator": "merchant",
    "schedule": None,
    "original_transaction_id": None,
}
TEXTS = (
    "description",
    "shopper_email",
    "statement_descriptor",
    "original_transaction_id",
)


@pytest.mark.parametrize(("name", "value"), WRONG_TYPES.items())
def test_a_detail_of_a_wrong_type_is_refused(name, value):
    with pytest.raises(InvalidRequest) as caught:
        ChargeDetails(**{name: value})

    assert caught.value.code in ("text_expected", "detail_invalid")
    assert name in caught.value.message


@pytest.mark.parametrize("name", TEXTS)
def test_a_card_number_in_a_text_is_refused(name):
    with pytest.raises(InvalidRequest) as caught:
        ChargeDetails(**{name: NUMBER})

    assert caught.value.code == "card_number_in_text"


@pytest.mark.parametrize("metadata", [{"note": NUMBER}, {NUMBER: "note"}])
def test_a_card_number_in_the_metadata_is_refused(metadata):
    with pytest.raises(InvalidRequest) as caught:
        ChargeDetails(metadata=metadata)

    assert caught.value.code == "card_number_in_text"


@pytest.mark.parametrize("metadata", [{"note": 7}, {7: "note"}])
def test_metadata_is_of_texts(metadata):
    with pytest.raises(InvalidRequest) as caught:
        ChargeDetails(metadata=metadata)

    assert caught.value.code == "text_expected"


def test_amounts_below_zero_are_refused():
    for wrong in (
        lambda: ChargeDetails(tax=Money(-1, "USD")),
        lambda: Level2(duty=Money(-1, "USD")),
        lambda: Level2(discount=5),
    ):
        with pytest.raises(InvalidRequest) as caught:
            wrong()
        assert caught.value.code == "detail_invalid"


def test_a_discount_may_be_more_than_what_is_left_to_pay():
    details = ChargeDetails(level2=Level2(discount=Money(9999, "USD")))

    assert PaymentRequest(amount=DUE, source=CARD, reference="1", details=details)


def test_metadata_cannot_be_changed_afterwards():
    metadata = {"channel": "web"}
    details = ChargeDetails(metadata=metadata)

    metadata["channel"] = "phone"

    assert details.metadata == {"channel": "web"}


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_details_can_be_handed_to_a_worker(copied):
    details = ChargeDetails(**EACH)

    assert copied(details) == details


def test_an_address_of_a_wrong_country_loses_only_that(caplog):
    address = Address(city="Albany", country="United States")

    assert (address.city, address.country) == ("Albany", "")
    assert "no ISO code" in caplog.text
    assert "Albany" not in caplog.text
    assert "United" not in caplog.text


@pytest.mark.parametrize("name", ["line1", "company", "phone"])
def test_an_address_with_a_card_number_is_refused(name):
    with pytest.raises(InvalidRequest) as caught:
        Address(**{name: NUMBER})

    assert caught.value.code == "card_number_in_text"


def test_what_a_shopper_typed_makes_an_address_or_none(caplog):
    assert Address.usable(line1=NUMBER, city="Albany") is None
    assert "an address is left out" in caplog.text
    assert "4242" not in caplog.text

    assert Address.usable(line1="", city=None) is None
    assert Address.usable(city="Albany", region=None) == Address(city="Albany")


def test_each_detail_that_is_sent_is_part_of_the_intent():
    plain = make_fingerprint(DUE, CARD, ChargeDetails())

    prints = {
        make_fingerprint(DUE, CARD, ChargeDetails(**{name: value}))
        for name, value in EACH.items()
    }

    assert len({plain, *prints}) == len(EACH) + 1
    assert all(is_same_source(plain, other) for other in prints)


def test_the_shoppers_network_is_no_part_of_the_intent():
    here = ChargeDetails(shopper_ip="203.0.113.7")
    there = ChargeDetails(shopper_ip="203.0.113.8")

    assert make_fingerprint(DUE, CARD, here) == make_fingerprint(DUE, CARD, there)
    assert make_fingerprint(DUE, CARD, here) == make_fingerprint(DUE, CARD)


def test_without_the_shopper_only_a_saved_card_is_charged():
    details = ChargeDetails(initiator=Initiator.MERCHANT, schedule=Schedule.RECURRING)

    with pytest.raises(InvalidRequest) as caught:
        PaymentRequest(amount=DUE, source=CARD, reference="1", details=details)

    assert caught.value.code == "initiator_invalid"
    saved = SavedSource(source_id="card-1").as_source()
    assert PaymentRequest(amount=DUE, source=saved, reference="1", details=details)
