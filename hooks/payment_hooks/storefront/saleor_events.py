"""The events of a payment, in Saleor's words for storefronts and dashboards.

An operation of the ledger is one event: `CHARGE_SUCCESS`, `REFUND_REQUEST` and so on.
Nothing is kept beside the ledger, so the two cannot disagree.
"""

from collections.abc import Sequence

from payment_hooks.ledger.state import derive_state
from payment_hooks.model.provider_info import Ability, ProviderInfo
from payment_hooks.model.records import (
    CAPTURING,
    Operation,
    OperationKind,
    OperationState,
    PaymentState,
)
from payment_hooks.storefront.progress import Progress

_WORDS = {
    OperationKind.AUTHORIZE: "AUTHORIZATION",
    OperationKind.CHARGE: "CHARGE",
    OperationKind.HOSTED_PAGE: "CHARGE",
    OperationKind.CAPTURE: "CHARGE",
    OperationKind.REFUND: "REFUND",
    OperationKind.VOID: "CANCEL",
}
_OF_RESERVED, _OF_TAKEN = ("CHARGE", "CANCEL"), ("REFUND",)
_ACTIONS = {
    PaymentState.AUTHORIZED: _OF_RESERVED,
    PaymentState.PAID: _OF_TAKEN,
    PaymentState.PARTLY_REFUNDED: _OF_TAKEN,
}


def movement_word(kind: OperationKind) -> str:
    """AUTHORIZATION, CHARGE, REFUND or CANCEL.

    >>> movement_word(OperationKind.CAPTURE)
    'CHARGE'
    """
    return _WORDS[kind]


def event_type(operation: Operation) -> str:
    """The event that the operation is; money that does not count is an INFO."""
    word = movement_word(operation.kind)
    if operation.state is OperationState.SUCCEEDED:
        return f"{word}_SUCCESS" if operation.counts else "INFO"
    if operation.state is OperationState.WAITING:
        return f"{word}_ACTION_REQUIRED"
    return f"{word}_REQUEST" if operation.state.is_open else f"{word}_FAILURE"


def outcome_type(progress: Progress, word: str) -> str:
    """The event that a submit without money ends with; `word` is of `movement_word`."""
    goes_on = progress.next_action is not None or progress.is_unknown
    return f"{word}_{'ACTION_REQUIRED' if goes_on else 'FAILURE'}"


def actions_after(kind: OperationKind) -> tuple[str, ...]:
    """What staff may ask for right after such a movement.

    >>> actions_after(OperationKind.AUTHORIZE)
    ('CHARGE', 'CANCEL')
    """
    if kind is OperationKind.AUTHORIZE:
        return _OF_RESERVED
    return _OF_TAKEN if kind in CAPTURING else ()


def possible_actions(
    operations: Sequence[Operation], info: ProviderInfo
) -> tuple[str, ...]:
    """What staff may ask for next of what the provider can do: CHARGE, REFUND, CANCEL."""
    state = derive_state(operations, closed=False)
    needed = {"CANCEL": Ability.VOID}
    if state is PaymentState.PARTLY_REFUNDED:
        needed["REFUND"] = Ability.SEVERAL_REFUNDS
    return tuple(
        action
        for action in _ACTIONS.get(state, ())
        if action not in needed or info.can(needed[action])
    )
