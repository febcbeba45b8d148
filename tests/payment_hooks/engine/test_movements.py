"""Staff moves money through one method, which asks the shop whether they may."""

import pytest

from payment_hooks import (
    AccessRequest,
    InvalidRequest,
    Mode,
    Money,
    Movement,
    NotAllowed,
    PaymentSource,
    PaymentState,
    ShopHooks,
    StaffAction,
    hookimpl,
)

CARD = PaymentSource(token="tok-good")
TEN = Money.of("10.00", "USD")
OWNER, STRANGER = "the owner", "a stranger"


class Staff:
    """Lets the owner do everything, and remembers who asked for what."""

    def __init__(self):
        self.asked = []

    @hookimpl
    def shop_allows(self, request: AccessRequest):
        self.asked.append(request)
        return request.caller == OWNER


@pytest.fixture
def staff(registry):
    staff = Staff()
    registry.register(staff)
    return staff


@pytest.fixture
def charged(payments, staff):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    payments.charge(payment_id, CARD)
    return payment_id


@pytest.fixture
def authorized(payments, staff):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    payments.authorize(payment_id, CARD)
    return payment_id


def refunds(provider):
    return [row.amount for row in provider.ledger.values() if row.kind == "refund"]


def refund(**changes):
    return Movement(action=StaffAction.REFUND, **({"amount": TEN} | changes))


def test_the_shop_is_asked_who_wants_how_much_of_what(payments, staff, charged):
    payments.move(charged, refund(), caller=OWNER)

    (asked,) = staff.asked
    assert (asked.action, asked.caller) == ("refund", OWNER)
    assert (asked.reference, asked.amount) == ("100123", TEN)


@pytest.mark.parametrize("action", ["capture", "refund", "void"])
def test_who_is_not_allowed_moves_nothing(payments, provider, authorized, action):
    before = payments.operations(authorized)

    asked = Movement(action=StaffAction(action))
    with pytest.raises(NotAllowed):
        payments.move(authorized, asked, caller=STRANGER)

    assert payments.operations(authorized) == before
    assert provider.calls == ["payment_authorize"]


def test_without_an_answer_of_the_shop_nobody_is_allowed(payments, provider):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    payments.charge(payment_id, CARD)

    with pytest.raises(NotAllowed):
        payments.move(payment_id, refund(), caller=OWNER)

    assert refunds(provider) == []


def test_another_shop_may_be_asked(payments, provider, charged):
    nobody = ShopHooks.to()

    with pytest.raises(NotAllowed):
        payments.move(charged, refund(), caller=OWNER, shop=nobody)


def test_a_capture_of_a_part_is_made(payments, authorized):
    asked = Movement(action=StaffAction.CAPTURE, amount=TEN)

    assert payments.move(authorized, asked, caller=OWNER).moved == TEN


@pytest.mark.parametrize("amount", [None, Money.of("25.99", "USD")])
def test_a_void_is_of_the_whole_named_or_not(payments, authorized, amount):
    asked = Movement(action=StaffAction.VOID, amount=amount)
    payments.move(authorized, asked, caller=OWNER)

    assert payments.get(authorized).state is PaymentState.VOIDED


def test_a_void_of_a_part_is_refused(payments, provider, authorized):
    asked = Movement(action=StaffAction.VOID, amount=TEN)
    with pytest.raises(InvalidRequest) as refused:
        payments.move(authorized, asked, caller=OWNER)

    assert refused.value.code == "partial_void"
    assert "payment_void" not in provider.calls


def test_two_refunds_that_follow_each_other_are_two(payments, provider, charged):
    for _ in range(2):
        payments.move(charged, refund(), caller=OWNER)

    assert refunds(provider) == [TEN, TEN]


def test_a_refund_after_those_that_the_caller_knows_is_one(payments, provider, charged):
    """A caller who could not record the first one asks again, and knows of none."""
    for known in (0, 0, 1):
        payments.move(charged, refund(known_refunds=known), caller=OWNER)

    assert refunds(provider) == [TEN, TEN]


def test_a_name_says_which_refund_is_meant(payments, provider, charged):
    for name in ("form-1", "form-1", "form-2"):
        payments.move(charged, refund(intent_id=name), caller=OWNER)

    assert refunds(provider) == [TEN, TEN]


def test_the_shop_that_writes_first_is_notified_later(payments, shop, charged):
    before = len(shop.notified)
    payments.move(charged, refund(), caller=OWNER, notify=False)

    assert len(shop.notified) == before


@pytest.mark.parametrize("action", [StaffAction.VIEW, StaffAction.REPORT])
def test_looking_moves_no_money(action):
    with pytest.raises(ValueError, match="moves no money"):
        Movement(action=action)
