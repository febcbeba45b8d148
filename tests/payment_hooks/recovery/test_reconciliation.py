"""Reconciliation: certain differences are repaired, the others are named, none twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    InvalidRequest,
    Mode,
    Money,
    OperationKind,
    OutcomeUnknown,
    Payments,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    TransactionKind,
    hookimpl,
)
from payment_hooks.recovery import FindingKind
from payment_hooks.recovery.reconciliation import Reconciliation, reconcile_all
from payment_hooks.testing import FakeProvider

CARD = PaymentSource(token="tok-good")
DUE = Money.of("25.99", "USD")
FIVE = Money.of("5.00", "USD")


@pytest.fixture
def reconcile(payments, clock):
    def run(repair=True, **options):
        now = clock()
        return Reconciliation(payments).run(
            now - timedelta(days=1), now + timedelta(hours=1), repair=repair, **options
        )

    return run


@pytest.fixture
def paid(payments):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    payments.charge(payment_id, CARD)
    return payment_id


@pytest.fixture
def page(payments):
    """A hosted session that waits."""
    payment_id = payments.open("100124", mode=Mode.HOSTED).payment_id
    payments.start_checkout(payment_id)
    return payments.operations(payment_id)[0]


def made(provider, kind, amount, **names):
    return provider._add(kind, amount, **names)


def said(report):
    return [(row.kind, row.flag, row.found) for row in report.findings]


def test_what_agrees_is_not_mentioned(reconcile, paid):
    report = reconcile()

    assert (report.findings, report.compared, report.is_clean) == ((), 1, True)


def test_a_payment_whose_webhook_was_lost_is_recovered(
    reconcile, payments, provider, shop, page
):
    made(provider, TransactionKind.CHARGE, DUE, operation_id=page.operation_id)

    report = reconcile()

    assert said(report) == [(FindingKind.RECOVERED, "", DUE)]
    assert payments.get(page.payment_id).state is PaymentState.PAID
    assert len(shop.notified) == 1


def test_a_dry_run_says_the_same_and_changes_nothing(
    reconcile, payments, provider, page, paid
):
    made(provider, TransactionKind.CHARGE, DUE, operation_id=page.operation_id)
    charge = payments.operations(paid)[0].transaction_id
    made(provider, TransactionKind.REFUND, FIVE, parent_id=charge)
    before = [payments.operations(each) for each in (page.payment_id, paid)]

    dry = reconcile(repair=False)

    assert before == [payments.operations(each) for each in (page.payment_id, paid)]
    assert dry.findings == reconcile().findings
    assert not dry.repaired


def test_a_refund_made_in_the_dashboard_is_recorded_once(
    reconcile, payments, provider, shop, paid
):
    charge = payments.operations(paid)[0].transaction_id
    made(provider, TransactionKind.REFUND, FIVE, parent_id=charge)

    first, second = reconcile(), reconcile()

    assert said(first) == [(FindingKind.RECORDED, "", FIVE)]
    assert second.findings == ()
    assert payments.refundable(paid) == DUE - FIVE
    assert shop.states()[-1][0] is OperationKind.REFUND


def test_another_amount_than_was_asked_is_flagged(reconcile, payments, provider, page):
    made(provider, TransactionKind.CHARGE, FIVE, operation_id=page.operation_id)

    first, second = reconcile(), reconcile()

    assert said(first) == [(FindingKind.FLAGGED, "amount_differs", FIVE)]
    assert second.findings == first.findings
    assert payments.get(page.payment_id).state is PaymentState.OPEN


def test_a_tip_is_part_of_what_was_found(reconcile, provider, page):
    paid = made(provider, TransactionKind.CHARGE, DUE, operation_id=page.operation_id)
    provider.ledger[paid.transaction_id] = replace(paid, tip=FIVE)

    assert said(reconcile()) == [(FindingKind.FLAGGED, "amount_differs", DUE + FIVE)]


def test_an_amount_that_changed_at_the_provider_is_flagged(
    reconcile, payments, provider, paid
):
    [charge] = provider.ledger.values()
    provider.ledger[charge.transaction_id] = replace(charge, amount=FIVE)

    first, second = reconcile(), reconcile()

    assert (
        said(first) == said(second) == [(FindingKind.FLAGGED, "amount_differs", FIVE)]
    )
    assert payments.get(paid).flags == ("amount_differs",)


def test_a_second_capture_for_one_payment_is_flagged_not_refunded(
    reconcile, payments, provider, clock, page
):
    clock.advance(minutes=20)
    payments.start_checkout(page.payment_id)
    for row in payments.operations(page.payment_id):
        charge = made(
            provider, TransactionKind.CHARGE, DUE, operation_id=row.operation_id
        )
        provider.ledger[charge.transaction_id] = replace(charge, created_at=clock())

    dry, first, second = reconcile(repair=False), reconcile(), reconcile()

    assert dry.findings == first.findings
    assert [row.flag for row in first.findings] == ["", "double_capture"]
    assert [row.flag for row in second.findings] == ["double_capture"]
    assert payments.get(page.payment_id).state is PaymentState.PAID
    assert "payment_refund" not in provider.calls


def test_a_double_capture_that_was_refunded_there_needs_no_one(
    reconcile, payments, provider, paid
):
    reference = payments.get(paid).reference
    second = made(provider, TransactionKind.CHARGE, DUE)
    provider.ledger[second.transaction_id] = replace(second, reference=reference)
    assert [row.flag for row in reconcile().findings] == ["double_capture"]

    made(provider, TransactionKind.REFUND, DUE, parent_id=second.transaction_id)
    reconcile()
    payments.unflag(paid, "double_capture")

    assert reconcile().findings == ()
    assert payments.get(paid).state is PaymentState.PAID


def test_a_charge_that_no_one_knows_is_named(reconcile, provider):
    made(provider, TransactionKind.CHARGE, FIVE)

    assert said(reconcile()) == [(FindingKind.FLAGGED, "unknown_charge", FIVE)]


def test_a_likeness_in_amount_is_no_proof(reconcile, payments, provider, page):
    made(provider, TransactionKind.CHARGE, DUE)

    report = reconcile()

    assert said(report) == [(FindingKind.FLAGGED, "unknown_charge", DUE)]
    assert payments.get(page.payment_id).state is PaymentState.OPEN


def test_a_success_after_it_was_given_up_is_kept_and_flagged(
    reconcile, payments, provider, clock
):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    provider.fail("payment_charge", OutcomeUnknown("reset"))
    provider.fail("payment_retry", ProviderUnavailable("down"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    clock.advance(hours=13)
    payments.resolve(payment_id)
    lost = payments.operations(payment_id)[0]
    made(provider, TransactionKind.CHARGE, DUE, operation_id=lost.operation_id)

    first, second = reconcile(), reconcile()

    assert said(first) == said(second) == [(FindingKind.FLAGGED, "late_success", DUE)]
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, PaymentSource(token="tok-other"))


def test_a_capture_made_in_the_dashboard_is_recorded(reconcile, payments, provider):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    authorized = payments.authorize(payment_id, CARD)
    row = provider.ledger[authorized.transaction_id]
    taken = replace(row, kind=TransactionKind.CHARGE, captured=FIVE)
    provider.ledger[authorized.transaction_id] = taken

    first, second = reconcile(), reconcile()

    assert said(first) == [(FindingKind.RECORDED, "", FIVE)]
    assert second.findings == ()
    assert payments.get(payment_id).state is PaymentState.PAID
    assert payments.refundable(payment_id) == FIVE


def test_a_partial_capture_of_ours_agrees(reconcile, payments):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    payments.authorize(payment_id, CARD)
    payments.capture(payment_id, FIVE)

    assert reconcile().findings == ()


def test_a_void_made_in_the_dashboard_is_recorded(reconcile, payments, provider):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    authorized = payments.authorize(payment_id, CARD)
    made(provider, TransactionKind.VOID, DUE, parent_id=authorized.transaction_id)

    reconcile()

    assert payments.get(payment_id).state is PaymentState.VOIDED


def test_a_refund_beside_an_unknown_one_is_left_to_a_person(
    reconcile, payments, provider, paid
):
    provider.fail("payment_refund", OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        payments.refund(paid, FIVE, intent_id="form-1")
    charge = payments.operations(paid)[0].transaction_id
    made(provider, TransactionKind.REFUND, FIVE, parent_id=charge)

    assert [row.flag for row in reconcile().findings] == ["refund_outcome_unknown"]
    assert payments.refundable(paid) == DUE - FIVE


def test_more_refunded_than_was_taken_is_flagged(reconcile, payments, provider, paid):
    charge = payments.operations(paid)[0].transaction_id
    made(provider, TransactionKind.REFUND, DUE + FIVE, parent_id=charge)

    assert [row.flag for row in reconcile().findings] == ["refund_too_large"]
    assert payments.get(paid).state is PaymentState.PAID


def test_a_refund_in_another_currency_is_left_to_a_person(
    reconcile, payments, provider, paid
):
    charge = payments.operations(paid)[0].transaction_id
    made(provider, TransactionKind.REFUND, Money(500, "CAD"), parent_id=charge)

    assert [row.flag for row in reconcile().findings] == ["refund_too_large"]
    assert payments.refundable(paid) == DUE


def test_a_refund_in_another_currency_of_what_is_only_authorized_is_left_as_well(
    reconcile, payments, provider
):
    payment_id = payments.open("100777", mode=Mode.IFRAME, amount_due=DUE).payment_id
    held = payments.authorize(payment_id, PaymentSource(token="tok-1"))
    made(
        provider,
        TransactionKind.REFUND,
        Money(500, "CAD"),
        parent_id=held.transaction_id,
    )

    assert [row.flag for row in reconcile().findings] == ["refund_too_large"]
    assert payments.get(payment_id).state is PaymentState.AUTHORIZED
    assert payments.refundable(payment_id) == Money.zero("USD")


def test_a_refund_of_a_charge_that_no_one_knows_is_named_once(reconcile, provider):
    charge = made(provider, TransactionKind.CHARGE, DUE)
    made(provider, TransactionKind.REFUND, FIVE, parent_id=charge.transaction_id)
    made(provider, TransactionKind.REFUND, FIVE, parent_id="ELSEWHERE0001")

    flags = [row.flag for row in reconcile().findings]

    assert flags == ["unknown_charge", "unknown_refund"]


def test_money_that_the_provider_does_not_know_is_flagged(
    reconcile, payments, provider, paid
):
    provider.ledger.clear()

    first, second = reconcile(), reconcile()

    assert said(first) == said(second)
    assert said(first) == [(FindingKind.FLAGGED, "missing_at_provider", None)]
    assert payments.get(paid).flags == ("missing_at_provider",)


class HalfSeen:
    """Lets no list be complete, and counts those that were asked for."""

    def __init__(self, *, too_long=False):
        self.too_long = too_long
        self.lists = 0

    @hookimpl(wrapper=True)
    def payment_list(self, request):
        self.lists += 1
        return replace((yield), complete=False, too_long=self.too_long)


def test_nothing_is_missing_from_a_list_that_is_not_complete(
    reconcile, provider, registry, paid
):
    provider.ledger.clear()
    registry.register(HalfSeen(), "half-seen")

    report = reconcile()

    assert (report.findings, report.complete, report.is_clean) == ((), False, False)


@pytest.mark.parametrize(("too_long", "lists"), [(False, 1), (True, 31)])
def test_only_a_list_that_is_too_long_is_asked_for_in_halves(
    reconcile, registry, too_long, lists
):
    half_seen = HalfSeen(too_long=too_long)
    registry.register(half_seen, "half-seen")

    reconcile()

    assert half_seen.lists == lists


def test_a_list_that_cannot_be_had_changes_nothing(reconcile, provider, paid):
    provider.fail("payment_list", ProviderUnavailable("down"))

    with pytest.raises(ProviderUnavailable):
        reconcile()


def test_a_window_that_ends_before_it_begins_is_refused(payments, clock):
    with pytest.raises(InvalidRequest, match="before it begins"):
        Reconciliation(payments).run(clock(), clock())


def test_progress_is_reported(reconcile, paid):
    seen = []

    reconcile(on_progress=lambda done, total: seen.append((done, total)))

    assert seen == [(1, 1)]


def test_another_merchants_money_is_not_missed_here(
    reconcile, make_payments, payments, clock, provider
):
    other_provider = FakeProvider(merchant_id="OTHERMERCHANT")
    other = Payments.using(other_provider, ledger=payments.ledger)
    theirs = other.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    other.charge(theirs.payment_id, CARD)
    charge = made(provider, TransactionKind.CHARGE, DUE)
    provider.ledger[charge.transaction_id] = replace(
        charge, transaction_id="T9", reference="100123"
    )

    report = reconcile()

    assert [row.flag for row in report.findings] == ["unknown_charge"]
    assert report.findings[0].payment_id == ""
    assert payments.get(theirs.payment_id).flags == ()


class NoLists(FakeProvider):
    payment_list = None


class NoSingles(FakeProvider):
    payment_retrieve = None


def reconcile_with(provider, clock):
    payments = Payments.using(provider)
    payment = payments.open("7", mode=Mode.IFRAME, amount_due=DUE)
    payments.charge(payment.payment_id, CARD)
    provider.ledger.clear()
    now = clock()
    window = now - timedelta(days=1), now + timedelta(hours=1)
    report = reconcile_all([payments], *window, repair=True)
    return report, payments.get(payment.payment_id)


def test_without_a_list_reconciliation_says_that_it_cannot(clock):
    report, payment = reconcile_with(NoLists(), clock)

    assert report.problems == (
        "provider 'fake' has no payment_list: its payments cannot be compared",
    )
    assert (report.findings, report.complete, report.is_clean) == ((), False, False)
    assert payment.flags == ()


def test_without_single_transactions_nothing_is_reported_as_missing(clock):
    report, payment = reconcile_with(NoSingles(), clock)

    [problem] = report.problems
    assert "has no payment_retrieve" in problem
    assert (report.findings, report.complete) == ((), False)
    assert payment.flags == ()


def test_with_both_the_same_money_is_reported_as_missing(clock):
    report, payment = reconcile_with(FakeProvider(), clock)

    assert report.problems == ()
    assert payment.flags == ("missing_at_provider",)
