"""The shop that the adapters' kit drives, and what its records say afterwards."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Protocol

import pytest

from payment_hooks.model.errors import OutcomeUnknown, ProviderUnavailable
from payment_hooks.model.kinds import TransactionKind, TransactionStatus
from payment_hooks.model.money import Money
from payment_hooks.model.requests import WebhookRequest
from payment_hooks.testing.fake_provider import FakeProvider

DUE = Money.of("25.99", "USD")
TEN = Money.of("10.00", "USD")
THREADS = 8
SECRET = "the provider's secret for messages"  # noqa: S105 - of the tests


class ShopBench(Protocol):
    """A shop with the adapter in it, driven as shopper, staff and time drive it."""

    provider: FakeProvider
    """What the adapter takes money with."""
    has_hosted_mode: bool
    """Whether a shopper can pay on the provider's page; without, its checks are skipped."""

    def begin(self, amount: Money) -> str:
        """A checkout of that amount, ready to be paid; gives its name."""
        ...

    def reprice(self, checkout: str, amount: Money) -> None:
        """The shop's server changes what is due."""
        ...

    def add(self, checkout: str) -> None:
        """Another request puts more goods into it, worth `TEN`; a shop may refuse."""
        ...

    def show(self, checkout: str) -> object:
        """The shopper loads the page with the amount on it, and is shown that."""
        ...

    def submit(self, checkout: str, token: str) -> object:
        """The shopper sends the form of the page that was shown last.

        Gives what they are shown then, never an exception. Where that is the page with
        the amount again, the next submit sends the form of that one.
        """
        ...

    def open_page(self, checkout: str) -> str:
        """The shopper goes to the provider's page: the `session_id` of that page.

        Empty where a second click leads to a page of the shop's.
        """
        ...

    def give_up(self, checkout: str) -> object:
        """The shopper comes back from that page, and says that it was not paid on."""
        ...

    def state(self, checkout: str) -> str:
        """What the shop says of it: `open`, `checking`, `paid` or `refunded`.

        `open` invites the shopper to pay; a partly refunded one is `paid`.
        """
        ...

    def orders(self, checkout: str) -> int:
        """How many orders the shop holds for it."""
        ...

    def ordered(self, checkout: str) -> Money:
        """What the goods in its order come to, at the prices that were agreed."""
        ...

    def refund(self, checkout: str, amount: Money, form: str) -> object:
        """Staff sends a refund form, which has an id; never an exception."""
        ...

    def refund_by_stranger(self, checkout: str, amount: Money, form: str) -> object:
        """Somebody whom the shop does not let sends that form; never an exception."""
        ...

    def deliver(self, message: WebhookRequest) -> int:
        """A message comes to the shop's address: the HTTP status of its answer."""
        ...

    def break_next_order(self) -> None:
        """The shop's own code fails, the next time it is to place an order."""
        ...

    def later(self) -> None:
        """Ten minutes pass, and what the shop runs in the background runs."""
        ...


def begin(shop: ShopBench) -> str:
    """A checkout of `DUE`, at the page that shows it."""
    checkout = shop.begin(DUE)
    shop.show(checkout)
    return checkout


def open_page(shop: ShopBench, checkout: str) -> str:
    """The session of the provider's page that the shopper is on.

    Skips the test in a shop that has no hosted mode.
    """
    if not shop.has_hosted_mode:
        pytest.skip("this shop has no hosted mode")
    shop.provider.secret = SECRET
    return shop.open_page(checkout)


def pay_on_page(shop: ShopBench, session_id: str) -> WebhookRequest:
    """The shopper pays on the provider's page: the message that the provider sends."""
    paid = shop.provider.pay_session(DUE, session_id)
    return shop.provider.message(paid.transaction_id, session_id)


def taken(shop: ShopBench) -> list[Money]:
    """What the provider captured, from its own records."""
    return [
        row.captured
        for row in shop.provider.ledger.values()
        if row.kind is TransactionKind.CHARGE
        and row.captured is not None
        and row.status is TransactionStatus.SUCCEEDED
    ]


def returned(shop: ShopBench) -> list[Money]:
    """What the provider refunded, from its own records."""
    return [
        row.amount
        for row in shop.provider.ledger.values()
        if row.kind is TransactionKind.REFUND
    ]


def last(shop: ShopBench) -> str:
    """The provider's id of its newest movement."""
    return list(shop.provider.ledger)[-1]


def lose_the_answer(shop: ShopBench) -> None:
    """The next charge is made, its answer is lost, and so are the next look-ups."""
    shop.provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    for hook in ("payment_retry", "payment_find", "payment_find"):
        shop.provider.fail(hook, ProviderUnavailable("no answer"))


def lose_the_refund(shop: ShopBench) -> None:
    """The next refund is made, its answer is lost, and so are the next look-ups."""
    shop.provider.fail("payment_refund", OutcomeUnknown("reset"), after=True)
    for _ in range(2):
        shop.provider.fail("payment_retrieve", ProviderUnavailable("no answer"))


def at_once(act: Callable[[], object]) -> None:
    """Let several threads do it at the same moment."""
    barrier = Barrier(THREADS)

    def wait_and_act() -> None:
        barrier.wait(10)
        act()

    threads = [Thread(target=wait_and_act) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
