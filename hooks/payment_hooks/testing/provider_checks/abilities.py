"""Checks of `payment_describe`: what is named works, what is not named is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from payment_hooks.model.errors import (
    ConfigurationError,
    InvalidRequest,
    PaymentDeclined,
    UnsupportedOperation,
)
from payment_hooks.model.kinds import Mode, TransactionKind
from payment_hooks.model.money import Money
from payment_hooks.model.provider_info import Ability
from payment_hooks.model.requests import (
    CaptureRequest,
    CheckoutRequest,
    ConfirmRequest,
    ListRequest,
    PaymentRequest,
    RefundRequest,
    RetrieveRequest,
    ReturnUrls,
    VoidRequest,
)
from payment_hooks.model.results import Challenge, Transaction
from payment_hooks.model.saved_cards import SaveSourceRequest
from payment_hooks.spec.calling import ProviderHooks
from payment_hooks.testing.provider_checks.bench import (
    DUE,
    Bench,
    Moved,
    ask,
    authorize,
    charge,
    info_of,
)

_PART = 1000
_AROUND = timedelta(minutes=10)


class AbilityChecks:
    """What a provider says of itself, held against what it does."""

    def test_it_takes_the_currency_of_the_bench(self, bench: Bench) -> None:
        """Or does not say which it takes."""
        assert info_of(bench).takes(bench.currency)

    def test_its_limits_allow_what_it_charges(self, bench: Bench) -> None:
        """25.99, which every check charges."""
        due, limits = Money(DUE, bench.currency), info_of(bench).limits

        least, most = (
            limits.least_in(due.currency) or due,
            limits.most_in(due.currency) or due,
        )

        assert least <= due <= most

    @pytest.mark.parametrize("mode", list(Mode))
    def test_it_has_the_modes_that_it_names(self, bench: Bench, mode: Mode) -> None:
        """And refuses the others; one that does not describe itself names none."""
        hooks = ProviderHooks.to(bench.provider)
        if not hooks.has("payment_describe"):
            return

        def start() -> object:
            return hooks.start_checkout(_page(bench, mode))

        if mode in hooks.info.modes and hooks.has("payment_start_checkout"):
            start()
        else:
            _is_unsupported(start)
        assert bench.moved() == Moved()

    @pytest.mark.parametrize("ability", list(Ability))
    def test_it_can_do_what_it_says_and_nothing_else(
        self, bench: Bench, ability: Ability
    ) -> None:
        """What is not named is refused, before anything moves."""
        hooks = ProviderHooks.to(bench.provider)
        try_it = _TRIALS[ability](bench, hooks)
        if try_it is None:
            return
        before = bench.moved()
        if hooks.info.can(ability):
            try_it()
            return
        _is_unsupported(try_it, *_ALSO_FOR.get(ability, ()))
        assert bench.moved() == before

    def test_it_asks_the_shopper_only_where_it_says_so(self, bench: Bench) -> None:
        """A shop that relies on it has no page for a challenge."""
        hooks = ProviderHooks.to(bench.provider)
        is_lacking = "payment_confirm" in bench.lacks
        if (
            hooks.info.can(Ability.CHALLENGE)
            or is_lacking
            or not hooks.has("payment_charge")
        ):
            return

        charged = hooks.charge(ask(bench, *bench.challenged()))

        assert isinstance(charged, Transaction)


Trial = Callable[[], object]

_ALSO_FOR: dict[Ability, tuple[type[Exception], ...]] = {
    # A bank may say no to more than it reserved; a provider cannot know before.
    Ability.CAPTURE_ABOVE: (InvalidRequest, PaymentDeclined),
    # Without a secret in the settings nothing can be proven.
    Ability.WEBHOOKS: (ConfigurationError,),
}


def _is_unsupported(work: Trial, *others: type[Exception]) -> None:
    with pytest.raises((UnsupportedOperation, *others)):
        work()


def _authorize(bench: Bench, hooks: ProviderHooks) -> Trial:
    return lambda: hooks.authorize(ask(bench))


def _capture(bench: Bench, hooks: ProviderHooks, minor_units: int) -> Trial | None:
    if not hooks.info.can(Ability.AUTHORIZE):
        return None
    authorized = authorize(bench)

    def capture() -> None:
        taken = hooks.capture(
            CaptureRequest(
                transaction_id=authorized.transaction_id,
                amount=Money(minor_units, bench.currency),
                reference="100123",
                shopper_ip=ask(bench).details.shopper_ip,
            )
        )
        assert taken.amount.minor_units == minor_units
        assert bench.moved().taken == minor_units

    return capture


def _void(bench: Bench, hooks: ProviderHooks) -> Trial | None:
    if not hooks.info.can(Ability.AUTHORIZE):
        return None
    authorized = authorize(bench)
    return lambda: hooks.void(
        VoidRequest(
            transaction_id=authorized.transaction_id,
            amount=authorized.amount,
            reference="100123",
        )
    )


def _refund(bench: Bench, hooks: ProviderHooks, *, before: int = 0) -> Trial | None:
    """A refund of a part, after one of `before`."""
    if not (hooks.has("payment_charge") and hooks.has("payment_refund")):
        return None
    charged = charge(bench)
    if before and not hooks.info.can(Ability.PARTIAL_REFUND):
        return None
    if before:
        hooks.refund(_refund_of(charged, before))
    rest = DUE - before if before else _PART

    def refund() -> None:
        hooks.refund(_refund_of(charged, rest))
        assert bench.moved().returned == before + rest

    return refund


def _refund_of(charge: Transaction, minor_units: int) -> RefundRequest:
    return RefundRequest(
        transaction_id=charge.transaction_id,
        amount=Money(minor_units, charge.amount.currency),
        reference="100123",
    )


def _save_card(bench: Bench, hooks: ProviderHooks) -> Trial:
    request = SaveSourceRequest(source=bench.approved(), email="buyer@shop.example")
    return lambda: hooks.save_source(request)


def _look_up(bench: Bench, hooks: ProviderHooks) -> Trial | None:
    if not hooks.has("payment_charge"):
        return None
    charged = charge(bench)

    def look_up() -> None:
        found = hooks.retrieve(RetrieveRequest(transaction_id=charged.transaction_id))
        assert found.transaction is not None

    return look_up


def _list(bench: Bench, hooks: ProviderHooks) -> Trial | None:
    if not hooks.has("payment_charge"):
        return None
    charged = charge(bench)

    def list_all() -> None:
        now = datetime.now(UTC)
        found = hooks.list(ListRequest(since=now - _AROUND, until=now + _AROUND))
        ids = {row.transaction_id for row in found.transactions}
        assert charged.transaction_id in ids

    return list_all


def _confirm(bench: Bench, hooks: ProviderHooks) -> Trial | None:
    """A challenge that is answered; that there is none has a check of its own."""
    if not hooks.info.can(Ability.CHALLENGE):
        return None

    def confirm() -> None:
        request = ask(bench, *bench.challenged())
        challenge = hooks.charge(request)
        assert isinstance(challenge, Challenge)
        answer = bench.answer(challenge)
        asked = _confirmation(request, challenge.transaction_id, **answer)
        assert isinstance(hooks.confirm(asked), Transaction)

    return confirm


def _confirmation(
    request: PaymentRequest, transaction_id: str, **answer: str
) -> ConfirmRequest:
    return ConfirmRequest(
        transaction_id=transaction_id,
        kind=TransactionKind.CHARGE,
        amount=request.amount,
        reference=request.reference,
        operation_id=request.operation_id,
        idempotency_key=request.idempotency_key,
        answer=answer,
    )


def _read_webhook(bench: Bench, hooks: ProviderHooks) -> Trial:
    return lambda: hooks.read_webhook(bench.message())


_TRIALS: dict[Ability, Callable[[Bench, ProviderHooks], Trial | None]] = {
    Ability.AUTHORIZE: _authorize,
    Ability.PARTIAL_CAPTURE: lambda bench, hooks: _capture(bench, hooks, _PART),
    Ability.CAPTURE_ABOVE: lambda bench, hooks: _capture(bench, hooks, DUE + 1),
    Ability.PARTIAL_REFUND: _refund,
    Ability.SEVERAL_REFUNDS: lambda bench, hooks: _refund(bench, hooks, before=_PART),
    Ability.VOID: _void,
    Ability.SAVE_CARD: _save_card,
    Ability.CHALLENGE: _confirm,
    Ability.LOOK_UP: _look_up,
    Ability.LIST: _list,
    Ability.WEBHOOKS: _read_webhook,
}
"""How each ability is tried; None where the provider cannot come that far."""


def _page(bench: Bench, mode: Mode) -> CheckoutRequest:
    urls = ReturnUrls(
        success="https://shop.example/ok", failure="https://shop.example/no"
    )
    return CheckoutRequest(
        amount=Money(DUE, bench.currency),
        reference="100123",
        mode=mode,
        return_urls=urls,
    )
