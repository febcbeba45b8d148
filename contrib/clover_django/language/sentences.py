"""What was done with money, as one sentence in the reader's language."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from clover_django.language import words
from clover_django.language.amounts import show_amount
from payment_hooks import Money, Operation, OperationKind, OperationState

Show = Callable[[Money], str]

_DONE: dict[OperationKind, tuple["str | Promise", "str | Promise"]] = {
    OperationKind.AUTHORIZE: (
        pgettext_lazy("done", "%(amount)s authorized on %(card)s"),
        pgettext_lazy("done", "%(amount)s authorized"),
    ),
    OperationKind.CHARGE: (
        pgettext_lazy("done", "%(amount)s charged to %(card)s"),
        pgettext_lazy("done", "%(amount)s charged"),
    ),
    OperationKind.CAPTURE: (
        pgettext_lazy("done", "%(amount)s captured from %(card)s"),
        pgettext_lazy("done", "%(amount)s captured"),
    ),
    OperationKind.REFUND: (
        pgettext_lazy("done", "%(amount)s refunded to %(card)s"),
        pgettext_lazy("done", "%(amount)s refunded"),
    ),
    OperationKind.VOID: (
        pgettext_lazy("done", "%(amount)s on %(card)s voided"),
        pgettext_lazy("done", "%(amount)s voided"),
    ),
    OperationKind.HOSTED_PAGE: (
        pgettext_lazy("done", "%(amount)s paid on Clover's page with %(card)s"),
        pgettext_lazy("done", "%(amount)s paid on Clover's page"),
    ),
}
"""With a card that is known, and without."""


def describe_operation(
    operation: Operation, card: str = "", show: Show = show_amount
) -> str:
    """What became of the operation, such as `$4.00 refunded to Visa •••• 4242`.

    Args:
        operation: what was asked for.
        card: the card of the payment, where the operation does not name its own.
        show: how the page writes amounts.
    """
    values = {
        "amount": show(operation.effective_amount),
        "card": operation.card_label or card,
    }
    if operation.state is OperationState.SUCCEEDED:
        with_card, without = _DONE[operation.kind]
        return str(with_card if values["card"] else without) % values
    return _("%(kind)s of %(amount)s: %(state)s") % {
        **values,
        "kind": words.kind_name(operation.kind),
        "state": words.state_name(operation.state),
    }


def describe_release(rest: Money) -> str:
    """What became of the part of an authorization that was not captured."""
    return _("%(rest)s was not captured, and is released.") % {
        "rest": show_amount(rest)
    }
