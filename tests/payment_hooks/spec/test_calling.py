"""One provider answers, everybody's wrappers wrap, and mistakes show early."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pluggy
import pytest

from payment_hooks import (
    AccessRequest,
    ConfigurationError,
    FindPurchaseRequest,
    FindRequest,
    FindResult,
    InvalidRequest,
    ListRequest,
    ListResult,
    Money,
    OutcomeUnknown,
    PaymentRequest,
    PaymentSource,
    PluginRegistry,
    ProviderHooks,
    ProviderUnavailable,
    Purchase,
    PurchaseKind,
    RetrieveRequest,
    RetrieveResult,
    ShopHooks,
    StaffAction,
    Transaction,
    TransactionKind,
    UnsupportedOperation,
    WebhookRequest,
    hookimpl,
)
from payment_hooks.testing import FakeProvider


@pytest.fixture
def registry():
    return PluginRegistry()


@pytest.fixture
def request_to_pay():
    return PaymentRequest(
        amount=Money(2599, "USD"), source=PaymentSource(token="tok"), reference="1"
    )


class Answers:
    """A provider that charges with whatever it was made with."""

    merchant_id = "M1"

    def __init__(self, answer):
        self.answer = answer
        self.calls = 0

    @hookimpl
    def payment_charge(self, request):
        self.calls += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def charge_of(name):
    return Transaction(
        kind=TransactionKind.CHARGE, transaction_id=name, amount=Money(2599, "USD")
    )


@dataclass(eq=False)
class Wrapper:
    seen: list = field(default_factory=list)

    @hookimpl(wrapper=True)
    def payment_charge(self, request):
        result = yield
        self.seen.append((request.reference, result.transaction_id))
        return result


@pytest.mark.parametrize("chosen", ["first", "second", "third"])
def test_exactly_the_chosen_provider_is_asked(registry, request_to_pay, chosen):
    providers = {
        name: Answers(charge_of(name)) for name in ("first", "second", "third")
    }
    for name, provider in providers.items():
        registry.register(provider, name)

    charge = ProviderHooks(registry, chosen).charge(request_to_pay)

    assert charge.transaction_id == chosen
    assert {name for name, provider in providers.items() if provider.calls} == {chosen}


def test_a_provider_that_answers_none_is_not_replaced_by_another(
    registry, request_to_pay
):
    other = Answers(charge_of("other"))
    registry.register(Answers(None), "chosen")
    registry.register(other, "other")

    with pytest.raises(UnsupportedOperation, match="'chosen' has no payment_charge"):
        ProviderHooks(registry, "chosen").charge(request_to_pay)

    assert other.calls == 0


def test_a_provider_without_the_hook_is_not_replaced_by_another(registry):
    registry.register(Answers(charge_of("C1")), "chosen")
    registry.register(FakeProvider(), "other")

    with pytest.raises(UnsupportedOperation, match="'chosen' has no payment_retrieve"):
        ProviderHooks(registry, "chosen").retrieve(RetrieveRequest(transaction_id="C1"))


def test_every_wrapper_wraps_whichever_provider_answers(registry, request_to_pay):
    inner, outer = Wrapper(), Wrapper()
    registry.register(inner)
    registry.register(Answers(charge_of("C1")), "one")
    registry.register(Answers(charge_of("C2")), "two")
    registry.register(outer)

    for name in ("one", "two"):
        ProviderHooks(registry, name).charge(request_to_pay)

    assert inner.seen == outer.seen == [("1", "C1"), ("1", "C2")]


def test_wrappers_still_wrap_when_another_provider_also_wraps(registry, request_to_pay):
    class OtherProvider(Wrapper):
        @hookimpl
        def payment_refund(self, request):
            raise AssertionError

    other = OtherProvider()
    registry.register(Answers(charge_of("C1")), "chosen")
    registry.register(other, "other")

    ProviderHooks(registry, "chosen").charge(request_to_pay)

    assert other.seen == [("1", "C1")]


def test_a_veto_keeps_the_provider_from_being_asked(registry, request_to_pay):
    class Veto:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            raise InvalidRequest("not with us", code="veto")
            yield

    provider = Answers(charge_of("C1"))
    registry.register(provider, "chosen")
    registry.register(Veto())

    with pytest.raises(InvalidRequest, match="not with us"):
        ProviderHooks(registry, "chosen").charge(request_to_pay)

    assert provider.calls == 0


def test_a_plugin_that_comes_later_is_heard(registry, request_to_pay):
    registry.register(Answers(charge_of("C1")), "chosen")
    hooks = ProviderHooks(registry, "chosen")
    hooks.charge(request_to_pay)
    late = Wrapper()

    registry.register(late)
    hooks.charge(request_to_pay)

    assert late.seen == [("1", "C1")]


def test_a_plugin_that_left_is_not_heard(registry, request_to_pay):
    wrapper = Wrapper()
    registry.register(Answers(charge_of("C1")), "chosen")
    registry.register(wrapper)
    hooks = ProviderHooks(registry, "chosen")
    hooks.charge(request_to_pay)

    registry.unregister(wrapper)
    hooks.charge(request_to_pay)

    assert len(wrapper.seen) == 1


def test_a_provider_that_comes_later_is_not_asked(registry, request_to_pay):
    registry.register(Answers(charge_of("C1")), "chosen")
    hooks = ProviderHooks(registry, "chosen")
    hooks.charge(request_to_pay)
    late = Answers(charge_of("C2"))

    registry.register(late, "late")

    assert hooks.charge(request_to_pay).transaction_id == "C1"
    assert late.calls == 0


@pytest.mark.parametrize(
    "error", [ZeroDivisionError(), KeyError("id"), TimeoutError("slow")]
)
def test_a_crash_of_a_plugin_leaves_the_outcome_open(registry, request_to_pay, error):
    registry.register(Answers(error), "chosen")

    with pytest.raises(OutcomeUnknown, match=type(error).__name__) as caught:
        ProviderHooks(registry, "chosen").charge(request_to_pay)

    assert caught.value.__cause__ is error
    assert (caught.value.code, caught.value.provider) == ("plugin_error", "chosen")


def test_a_crash_of_a_wrapper_after_the_charge_leaves_the_outcome_open(
    registry, request_to_pay
):
    class Breaks:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            yield
            raise ValueError("a bug")

    registry.register(Answers(charge_of("C1")), "chosen")
    registry.register(Breaks())

    with pytest.raises(OutcomeUnknown):
        ProviderHooks(registry, "chosen").charge(request_to_pay)


@pytest.mark.parametrize(
    "read",
    [
        lambda: Money(25.99, "USD"),
        lambda: Money.of(25.99, "USD"),
        lambda: Money.of("25.999", "USD"),
        lambda: Money(2599, "dollars"),
        lambda: Money(2599, "USD") > Money(1, "CAD"),
        lambda: Money(2599, "USD") + Money(1, "CAD"),
        lambda: Money(2599, "USD") > 100,
    ],
)
def test_a_mistake_with_money_after_the_charge_leaves_the_outcome_open(
    registry, request_to_pay, read
):
    """It was taken for a refusal once: the money was there, and nobody looked."""

    class Reads:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            yield
            return read()

    registry.register(Answers(charge_of("C1")), "chosen")
    registry.register(Reads())

    with pytest.raises(OutcomeUnknown) as caught:
        ProviderHooks(registry, "chosen").charge(request_to_pay)

    assert caught.value.code == "plugin_error"


@pytest.mark.parametrize(
    "error", [InvalidRequest("no"), OutcomeUnknown("?"), ConfigurationError("key")]
)
def test_an_error_of_the_tree_comes_through_as_it_is(registry, request_to_pay, error):
    registry.register(Answers(error), "chosen")

    with pytest.raises(type(error)) as caught:
        ProviderHooks(registry, "chosen").charge(request_to_pay)

    assert caught.value is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit()])
def test_the_end_of_the_process_is_not_delayed(registry, request_to_pay, error):
    registry.register(Answers(error), "chosen")

    with pytest.raises(type(error)):
        ProviderHooks(registry, "chosen").charge(request_to_pay)


@pytest.mark.parametrize("answer", [True, "C1", {"id": "C1"}, Money(2599, "USD")])
def test_an_answer_of_the_wrong_type_leaves_the_outcome_open(
    registry, request_to_pay, answer
):
    registry.register(Answers(answer), "chosen")

    with pytest.raises(OutcomeUnknown, match=type(answer).__name__):
        ProviderHooks(registry, "chosen").charge(request_to_pay)


ODD_AMOUNTS = [
    {"amount": 2599},
    {"amount": None},
    {"captured": 2599},
    {"refunded": 0.0},
    {"tax": "1.99"},
    {"tip": 100},
    {"tip": Money(1, "CAD")},
    {"created_at": datetime(2026, 11, 28)},
    {"surcharge": Money(1, "CAD")},
]


@pytest.mark.parametrize("odd", ODD_AMOUNTS, ids=str)
def test_amounts_that_cannot_be_added_up_leave_the_outcome_open(
    registry, request_to_pay, odd
):
    registry.register(Answers(replace(charge_of("C1"), **odd)), "chosen")

    with pytest.raises(OutcomeUnknown, match=next(iter(odd))) as caught:
        ProviderHooks(registry, "chosen").charge(request_to_pay)

    assert caught.value.code == "plugin_error"


NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
A_DAY = ListRequest(since=NOON - timedelta(days=1), until=NOON)


@pytest.mark.parametrize("odd", ODD_AMOUNTS, ids=str)
def test_a_list_of_amounts_that_cannot_be_added_up_is_asked_for_again(registry, odd):
    class Lists:
        @hookimpl
        def payment_list(self, request):
            rows = (charge_of("C1"), replace(charge_of("C2"), **odd))
            return ListResult(transactions=rows, complete=True)

    registry.register(Lists(), "chosen")

    with pytest.raises(ProviderUnavailable, match=next(iter(odd))):
        ProviderHooks(registry, "chosen").list(A_DAY)


class MisspeltHook:
    @hookimpl
    def payment_chrage(self, request): ...


class MisspeltShopHook:
    @hookimpl
    def shop_amount_du(self, reference): ...


class MisspeltArgument:
    @hookimpl
    def payment_charge(self, requset): ...


class OneArgumentTooMany:
    @hookimpl(wrapper=True)
    def payment_charge(self, request, amount):
        return (yield)


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        (MisspeltHook, "Did you mean 'payment_charge'"),
        (MisspeltShopHook, "Did you mean 'shop_amount_due'"),
        (MisspeltArgument, "requset"),
        (OneArgumentTooMany, "amount"),
    ],
)
def test_a_misspelt_hook_or_argument_is_refused_at_registration(
    registry, plugin, words
):
    with pytest.raises(pluggy.PluginValidationError, match=words):
        registry.register(plugin())


def test_a_hook_like_nothing_known_is_refused_without_a_guess(registry):
    class Odd:
        @hookimpl
        def zzz(self): ...

    with pytest.raises(
        pluggy.PluginValidationError, match="which is no hook"
    ) as caught:
        registry.register(Odd())

    assert "Did you mean" not in str(caught.value)


def test_a_hook_of_another_version_may_be_marked_as_optional(registry):
    class Ahead:
        @hookimpl(optionalhook=True)
        def payment_of_next_year(self, request): ...

    assert registry.register(Ahead())


def test_a_hook_may_be_implemented_under_another_name(registry):
    class Renamed:
        @hookimpl(specname="shop_amount_due")
        def what_is_due(self, reference):
            return Money(2599, "USD") if reference == "renamed" else None

    registry.register(Renamed())

    assert registry.hook.shop_amount_due(reference="renamed") == Money(2599, "USD")


def test_a_specname_that_is_no_hook_is_refused(registry):
    class Misspelt:
        @hookimpl(specname="payment_chrage")
        def charge(self, request): ...

    with pytest.raises(pluggy.PluginValidationError, match="payment_charge"):
        registry.register(Misspelt())


@pytest.mark.parametrize("error", [RuntimeError("bug"), OutcomeUnknown("unreadable")])
def test_a_read_that_fails_says_that_nothing_moved(registry, error):
    class Unreadable:
        @hookimpl
        def payment_retrieve(self, request):
            raise error

    registry.register(Unreadable(), "unreadable")

    with pytest.raises(ProviderUnavailable, match="nothing was moved"):
        ProviderHooks(registry, "unreadable").retrieve(
            RetrieveRequest(transaction_id="C1")
        )


@pytest.mark.parametrize("odd", ODD_AMOUNTS, ids=str)
@pytest.mark.parametrize("place", ["transaction", "refunds"])
def test_a_retrieved_amount_that_cannot_be_added_up_is_asked_for_again(
    registry, odd, place
):
    class Retrieves:
        @hookimpl
        def payment_retrieve(self, request):
            changed = odd if place == "transaction" else {}
            refund = replace(charge_of("R1"), **(odd if place == "refunds" else {}))
            return RetrieveResult(
                transaction=replace(charge_of("C1"), **changed), refunds=(refund,)
            )

    registry.register(Retrieves(), "chosen")

    with pytest.raises(ProviderUnavailable, match=next(iter(odd))):
        ProviderHooks(registry, "chosen").retrieve(RetrieveRequest(transaction_id="C1"))


def test_another_transaction_than_was_asked_for_is_not_believed(registry):
    class Mistaken:
        @hookimpl
        def payment_retrieve(self, request):
            return RetrieveResult(transaction=charge_of("C2"))

    registry.register(Mistaken(), "chosen")

    with pytest.raises(ProviderUnavailable, match="C2 in place of C1"):
        ProviderHooks(registry, "chosen").retrieve(RetrieveRequest(transaction_id="C1"))


@pytest.mark.parametrize("operation_id", ["", "another"])
def test_another_operations_movement_is_not_believed(registry, operation_id):
    class Mistaken:
        @hookimpl
        def payment_find(self, request):
            found = replace(charge_of("C2"), operation_id=operation_id)
            return FindResult(transaction=found, complete=True)

    registry.register(Mistaken(), "chosen")
    request = FindRequest(operation_id="ours", since=A_DAY.since, until=A_DAY.until)

    with pytest.raises(ProviderUnavailable, match="not shown to be of operation ours"):
        ProviderHooks(registry, "chosen").find(request)


def test_a_provider_may_have_one_look_up_and_no_other(registry):
    class Retrieves:
        @hookimpl
        def payment_retrieve(self, request):
            return RetrieveResult()

    registry.register(Retrieves(), "chosen")
    hooks = ProviderHooks(registry, "chosen")

    names = ("payment_retrieve", "payment_find", "payment_list")
    assert [hooks.has(name) for name in names] == [True, False, False]
    with pytest.raises(UnsupportedOperation, match="has no payment_list"):
        hooks.list(A_DAY)


def test_what_is_not_marked_as_a_hook_may_have_any_name(registry):
    class Plain:
        def payment_chrage(self, request): ...

    assert registry.register(Plain(), "plain") == "plain"


def test_a_plugin_that_cannot_be_hashed_is_refused_with_the_remedy(registry):
    @dataclass
    class Unhashable:
        name: str = "x"

    with pytest.raises(pluggy.PluginValidationError, match="eq=False"):
        registry.register(Unhashable())


def test_two_providers_cannot_share_a_name(registry):
    registry.register(FakeProvider(), "fake")

    with pytest.raises(ValueError, match="already"):
        registry.register(FakeProvider(), "fake")


@pytest.mark.parametrize(
    ("registered", "words"), [((), "none"), (("one", "two"), "one, two")]
)
def test_an_unknown_provider_is_refused_at_start_up(registry, registered, words):
    for name in registered:
        registry.register(Answers(None), name)

    with pytest.raises(ConfigurationError, match=f"registered: {words}"):
        ProviderHooks(registry, "clover")


def test_the_short_way_in_registers_provider_and_plugins(request_to_pay):
    wrapper = Wrapper()
    hooks = ProviderHooks.to(FakeProvider(), wrapper)

    hooks.charge(request_to_pay)

    assert (hooks.name, hooks.merchant_id) == ("fake", "FAKEMERCHANT1")
    assert len(wrapper.seen) == 1


def test_the_first_shop_that_knows_the_reference_says_what_is_due(registry):
    class Shop:
        def __init__(self, **due):
            self.due = due

        @hookimpl
        def shop_amount_due(self, reference):
            return self.due.get(reference)

    registry.register(FakeProvider(), "fake")
    registry.register(Shop(a=Money(1, "USD")))
    registry.register(Shop(b=Money(2, "USD")))
    shops = ShopHooks(registry)

    found = [shops.amount_due(reference) for reference in "abc"]
    assert found == [Money(1, "USD"), Money(2, "USD"), None]


@pytest.mark.parametrize("amount", [25.99, "25.99", 2599])
def test_a_shop_that_answers_with_no_money_is_misconfigured(registry, amount):
    class Shop:
        @hookimpl
        def shop_amount_due(self, reference):
            return amount

    registry.register(FakeProvider(), "fake")
    registry.register(Shop())

    with pytest.raises(ConfigurationError, match="must answer with Money"):
        ShopHooks(registry).amount_due("1")


def test_a_provider_without_webhooks_says_so(registry):
    registry.register(FakeProvider(), "fake")
    webhook = WebhookRequest(body=b"", headers={}, received_at=datetime.now(UTC))

    with pytest.raises(UnsupportedOperation, match="no payment_read_webhook"):
        ProviderHooks(registry, "fake").read_webhook(webhook)


def checkout(**changes):
    due = Money.of("25.99", "USD")
    known = {"purchase_id": "7", "kind": PurchaseKind.CHECKOUT, "reference": "7"}
    return Purchase(**(known | {"amount_due": due} | changes))


def test_a_purchase_comes_from_the_first_shop_that_knows_it():
    class Shop:
        @hookimpl
        def shop_find_purchase(self, request):
            return checkout() if request.purchase_id == "7" else None

    shops = ShopHooks.to(Shop())
    asked = [
        FindPurchaseRequest(kind=PurchaseKind.CHECKOUT, purchase_id=name)
        for name in "78"
    ]

    assert [shops.find_purchase(row) for row in asked] == [checkout(), None]


def test_a_shop_that_answers_with_something_else_is_named():
    class Shop:
        @hookimpl
        def shop_complete_purchase(self, request):
            return "order 1001"

    shops = ShopHooks.to(Shop())

    with pytest.raises(ConfigurationError, match="shop_complete_purchase must answer"):
        shops.complete_purchase(None)


@pytest.mark.parametrize(
    ("opinion", "allowed"), [(True, True), (None, False), (1, False)]
)
def test_only_a_plain_yes_allows(opinion, allowed):
    class Shop:
        @hookimpl
        def shop_allows(self, request):
            return opinion

    shops = ShopHooks.to(Shop())
    asked = AccessRequest(action=StaffAction.REFUND, caller=None)

    assert shops.allows(asked) is allowed


def test_a_shop_that_cannot_say_allows_nothing(caplog):
    class Shop:
        @hookimpl
        def shop_allows(self, request):
            raise ProviderUnavailable("the directory of accounts is down")

    shops = ShopHooks.to(Shop())
    asked = AccessRequest(action=StaffAction.REFUND, caller=None)

    assert not shops.allows(asked)
    assert "refund is refused" in caplog.text


def test_a_purchase_needs_its_id_and_reference():
    with pytest.raises(InvalidRequest, match="needs an id"):
        checkout(reference="")
