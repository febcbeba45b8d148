"""The platform's orders: our mark on their lines, and their payments."""

from collections.abc import Sequence

from clover_provider.api.fields import Reading, rows_of
from clover_provider.api.references import read_mark
from clover_provider.codes import ANSWER_UNREADABLE, PROVIDER
from clover_provider.config.limits import MOST_NESTED
from clover_provider.wire.json_strict import Fields
from payment_hooks import ProviderUnavailable


def elements(part_of: Fields, name: str) -> Sequence[Fields]:
    """The objects of an expanded part; none where it is missing.

    Raises:
        ProviderUnavailable: it is no list.
    """
    part = part_of.get(name)
    return rows_of(part, name) if part else ()


def digest_of(order: Fields) -> str:
    """Our mark on one of the order's lines; lines that cannot be read are not ours."""
    try:
        return read_mark(elements(order, "lineItems"))
    except ProviderUnavailable:
        return ""


def payments_of(order: Fields) -> list[Fields]:
    """The payments of an order, each with its refunds.

    Raises:
        ProviderUnavailable: a part is no list.
    """
    by_payment: dict[str, list[Fields]] = {}
    for row in elements(order, "refunds"):
        by_payment.setdefault(_paid_by(row), []).append(row)
    return [
        Fields(fields, refunds={"elements": by_payment.get(str(fields.get("id")), [])})
        for fields in elements(order, "payments")
    ]


def require_whole(order: Fields) -> None:
    """Refuse an order whose payments or refunds are incomplete in the answer.

    Raises:
        ProviderUnavailable: Clover has cut a part, or it holds the refund of a payment
            that is not there.
    """
    payments, refunds = elements(order, "payments"), elements(order, "refunds")
    known = {str(fields.get("id")) for fields in payments}
    is_cut = max(len(payments), len(refunds)) >= MOST_NESTED
    if is_cut or any(_paid_by(row) not in known for row in refunds):
        raise ProviderUnavailable(
            "an order does not hold all that belongs to its payments",
            code=ANSWER_UNREADABLE,
            provider=PROVIDER,
        )


def _paid_by(refund: Fields) -> str:
    return Reading(fields=refund, what="refund").part("payment").text("id")
