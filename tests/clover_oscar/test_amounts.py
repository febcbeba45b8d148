from decimal import Decimal

import pytest
from oscar.core.prices import Price

from clover_oscar.amounts import round_price, to_money
from payment_hooks import InvalidRequest


@pytest.mark.parametrize(
    ("amount", "currency", "minor_units"),
    [
        ("10.005", "USD", 1001),
        ("10.0049", "USD", 1000),
        ("13.9974", "CAD", 1400),
        ("0.125", "USD", 13),
        ("100.5", "JPY", 101),
    ],
)
def test_amounts_are_rounded_half_up(amount, currency, minor_units):
    assert to_money(Decimal(amount), currency).minor_units == minor_units


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("NaN", "USD", "amount_not_a_number"),
        ("1e27", "USD", "amount_not_a_number"),
        ("1e400", "USD", "amount_not_a_number"),
        ("10.00", "XXX", "currency_unknown"),
        ("10.00", "", "currency_unknown"),
    ],
)
def test_what_cannot_be_paid_is_refused(amount, currency, code):
    with pytest.raises(InvalidRequest) as caught:
        to_money(Decimal(amount), currency)

    assert caught.value.code == code


def test_an_unknown_tax_stays_unknown():
    rounded = round_price(Price(currency="USD", excl_tax=Decimal("1.005")))

    assert rounded.excl_tax == Decimal("1.01")
    assert not rounded.is_tax_known
