from decimal import Decimal

import pytest
from oscar.core.prices import Price

from clover_oscar.amounts import round_price, to_money


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


def test_an_unknown_tax_stays_unknown():
    rounded = round_price(Price(currency="USD", excl_tax=Decimal("1.005")))

    assert rounded.excl_tax == Decimal("1.01")
    assert not rounded.is_tax_known
