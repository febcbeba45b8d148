"""Amounts as Saleor shows them."""

from typing import Self

import strawberry

from payment_hooks import Money, Purchase


@strawberry.type(name="Money")
class MoneyType:
    """An amount in major units; what is asked for and compared stays in minor ones."""

    currency: str = strawberry.field(description="ISO 4217.")
    amount: float = strawberry.field(description="In major units, for showing.")

    @classmethod
    def of(cls, money: Money) -> Self:
        """For showing only."""
        return cls(currency=money.currency, amount=float(money.to_decimal()))


@strawberry.type
class TaxedMoney:
    """An amount, and what of it is tax."""

    currency: str = strawberry.field(description="ISO 4217.")
    gross: MoneyType = strawberry.field(description="With tax.")
    net: MoneyType = strawberry.field(description="Without tax.")
    tax: MoneyType = strawberry.field(description="The tax.")

    @classmethod
    def of(cls, gross: Money, tax: Money | None = None) -> Self:
        """The gross amount with the tax in it."""
        taken = tax or Money(0, gross.currency)
        return cls(
            currency=gross.currency,
            gross=MoneyType.of(gross),
            net=MoneyType.of(gross - taken),
            tax=MoneyType.of(taken),
        )


def total_price(purchase: Purchase) -> TaxedMoney:
    """What all of it comes to."""
    return TaxedMoney.of(purchase.amount_due, purchase.tax)
