"""The seeded case: 200 hosted payments, 65 of them gone wrong in five ways."""

from collections import Counter
from datetime import timedelta

import pytest

from clover_provider import CloverConfig, CloverProvider
from payment_hooks import (
    CheckoutRequest,
    MemoryLedger,
    Mode,
    Money,
    Payments,
    PaymentState,
    ProviderHooks,
    ReturnUrls,
)
from payment_hooks.recovery import FindingKind
from payment_hooks.recovery.reconciliation import Reconciliation

FINE, LOST, REFUNDED, TIPPED, DOUBLED, UNKNOWN = 135, 40, 10, 5, 5, 5
PAYMENTS = FINE + LOST + REFUNDED + TIPPED + DOUBLED + UNKNOWN
URLS = ReturnUrls(success="https://shop.example/ok", failure="https://shop.example/no")
BACK = Money(300, "USD")


class Shop:
    """Sells on hosted pages; hears of a payment only where `hear` says so."""

    def __init__(self, simulator, provider):
        self.simulator = simulator
        self.provider = provider
        self.payments = self.open_records()
        self.numbers = iter(range(1000))

    def open_records(self):
        gateway = ProviderHooks.to(self.provider)
        return Payments(gateway, MemoryLedger(), now=self.simulator.clock.now)

    def open(self, payments=None):
        """A payment of the next order."""
        number = next(self.numbers)
        return (payments or self.payments).open(
            f"{number:06}", mode=Mode.HOSTED, amount_due=Money(1000 + number, "USD")
        )

    def pay(self, payment=None, payments=None):
        """A page that the shopper pays: its payment's id and its session's."""
        payments = payments or self.payments
        payment = payment or self.open(payments)
        asked = CheckoutRequest(
            amount=payment.amount_due,
            reference=payment.reference,
            mode=Mode.HOSTED,
            return_urls=URLS,
        )
        page = payments.start_checkout(payment.payment_id, asked)
        self.simulator.pay_hosted(page.url)
        return payment.payment_id, page.session_id

    def hear(self, paid):
        """What the webhooks would have said; the charges at Clover."""
        charges = {row.id: row.charge_id for row in self.simulator.ledger.sessions}
        for payment_id, session_id in paid:
            self.payments.resolve(
                payment_id,
                transaction_id=charges[session_id],
                session_id=session_id,
            )
        return [charges[session_id] for _, session_id in paid]

    def records(self):
        """Every row of the ledger."""
        now = self.simulator.clock.now()
        rows = self.payments.ledger.operations_between(
            now - timedelta(days=2), now + timedelta(days=1), limit=10_000
        )
        return rows, [self.payments.get(row.payment_id) for row in rows]

    def reconcile(self, *, repair):
        now = self.simulator.clock.now()
        return Reconciliation(self.payments).run(
            now - timedelta(days=1), now + timedelta(minutes=1), repair=repair
        )


@pytest.fixture
def shop(clover_simulator):
    merchant = clover_simulator.merchant
    settings = {
        "ENVIRONMENT": "local",
        "BASE_URL": clover_simulator.url,
        "MERCHANT_ID": merchant.id,
        "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "PRIVATE_KEY": merchant.private_key,
        "PLATFORM_TOKEN": merchant.platform_token,
        "MODE": "hosted",
        "MODES": ["hosted"],
        "WEBHOOK_SECRETS": merchant.webhook_secret,
    }
    provider = CloverProvider(CloverConfig.from_mapping(settings))
    yield Shop(clover_simulator, provider)
    provider.close()


@pytest.fixture
def troubled(shop, clover_simulator):
    """The shop after a bad day."""
    shop.hear([shop.pay() for _ in range(FINE)])
    for _ in range(LOST):
        shop.pay()
    for charge in shop.hear([shop.pay() for _ in range(REFUNDED)]):
        clover_simulator.refund_in_dashboard(charge, BACK.minor_units)
    clover_simulator.switch(hosted_tip=100)
    for _ in range(TIPPED):
        shop.pay()
    clover_simulator.switch(hosted_tip=0)
    doubled = [shop.open() for _ in range(DOUBLED)]
    firsts = [shop.pay(payment) for payment in doubled]
    clover_simulator.clock.advance(minutes=20)
    for payment in doubled:
        shop.pay(payment)
    shop.hear(firsts)
    lost_records = shop.open_records()
    for _ in range(UNKNOWN):
        shop.pay(payments=lost_records)
    return shop


def count(report):
    return Counter(row.flag or row.kind.value for row in report.findings)


RIGHT = {"recovered": LOST, "recorded": REFUNDED}
WRONG = {"amount_differs": TIPPED, "double_capture": DOUBLED, "unknown_charge": UNKNOWN}
LISTS = "/v3/merchants/{id}/orders"


@pytest.mark.slow
def test_forty_recovered_ten_recorded_fifteen_flagged(
    troubled, clover_simulator, report
):
    refunds = len(clover_simulator.ledger.refunds)

    dry = troubled.reconcile(repair=False)
    first = troubled.reconcile(repair=True)
    lists = clover_simulator.count("GET", LISTS)
    records = troubled.records()
    second = troubled.reconcile(repair=True)

    assert (count(dry), count(first)) == (RIGHT | WRONG, RIGHT | WRONG)
    assert (count(second), troubled.records()) == (WRONG, records)
    assert len(clover_simulator.ledger.refunds) == refunds
    charges = first.compared - refunds
    assert lists == 2 * -(-charges // 100)
    report.line(
        "reconciliation",
        f"{charges} charges, {refunds} refunds, {lists // 2} list calls: "
        f"{LOST} recovered, {REFUNDED} recorded, {sum(WRONG.values())} flagged, "
        f"0 refunds made, second run changes nothing",
    )


@pytest.mark.slow
def test_what_is_flagged_has_ids_and_amounts(troubled):
    flagged = troubled.reconcile(repair=True).of(FindingKind.FLAGGED)

    assert all(row.transaction_id and row.found for row in flagged)
    known = [row for row in flagged if row.flag != "unknown_charge"]
    assert all(row.payment_id and row.reference for row in known)
    states = Counter(troubled.payments.get(row.payment_id).state for row in known)
    assert states == {PaymentState.OPEN: TIPPED, PaymentState.PAID: DOUBLED}
