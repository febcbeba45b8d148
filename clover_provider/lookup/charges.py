"""One charge at Clover, by its id, and the refunds of it.

The ecommerce service and the platform both know charges; each is asked where the other
may not know one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clover_provider.api import charges, platform_payments, refunds
from clover_provider.api.fields import Reading, only_read
from clover_provider.codes import PROVIDER, REFUND_UNASSIGNABLE
from clover_provider.lookup.queries import WHOLE_PAYMENT, Queries
from clover_provider.lookup.time_window import TimeWindow
from clover_provider.wire.json_strict import Fields
from payment_hooks import (
    AuthenticationFailed,
    Mode,
    ProviderUnavailable,
    Transaction,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A charge, the refunds that came with it, and the order that holds it."""

    charge: Transaction
    refunds: tuple[Transaction, ...] = ()
    order_id: str = ""


class Charges:
    """Reads charges one by one; nothing is changed, and so it may be repeated."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._config = queries.config

    def find(self, charge_id: str, *, with_refunds: bool) -> Found | None:
        """The charge of that id, and its refunds when they are asked for or came along.

        The ecommerce service is asked first. A hosted payment may be known to the
        platform alone, and a hosted key may not be allowed to read charges: where there
        is a platform token, the platform is asked too, and first if all is hosted.

        Raises:
            ProviderUnavailable: no answer came, or it cannot be read.
        """
        refused: AuthenticationFailed | None = None
        for ask in self._services():
            try:
                with only_read():
                    found = ask(charge_id, with_refunds)
            except AuthenticationFailed as error:
                refused = error
                continue
            if found is not None:
                return found
        if refused is not None:
            raise refused
        return None

    def read(self, charge_id: str) -> Transaction | None:
        """The charge as the ecommerce service shows it; None if it shows none.

        Raises:
            ProviderUnavailable: no answer came, or it cannot be read.
        """
        with only_read():
            found = self._ask_ecommerce(charge_id, with_refunds=False)
        return found.charge if found is not None else None

    def _services(self) -> list[Callable[[str, bool], Found | None]]:
        if not self._config.platform_key:
            return [self._ask_ecommerce]
        if self._config.modes == (Mode.HOSTED,):
            return [self._ask_platform, self._ask_ecommerce]
        return [self._ask_ecommerce, self._ask_platform]

    def _ask_ecommerce(self, charge_id: str, with_refunds: bool) -> Found | None:
        answer = self._queries.charge(charge_id)
        if answer is None:
            return None
        charge = charges.read_charge(
            answer.fields,
            merchant_id=self._config.merchant_id,
            merchant_currency=self._config.currency,
            request_id=answer.request_id,
        )
        _require_same(charge, charge_id)
        order_id = Reading(fields=answer.fields, what="charge").text("order")
        if not with_refunds:
            return Found(charge=charge, order_id=order_id)
        listed_refunds = tuple(self._refunds_of(charge))
        return Found(
            charge=refunds.with_refunds(charge, listed_refunds),
            refunds=listed_refunds,
            order_id=order_id,
        )

    def _refunds_of(self, charge: Transaction) -> Iterator[Transaction]:
        """The charge's refunds, from their own list: the charge shows the newest only."""
        # None is older than its charge: where the list is sorted, it ends there.
        window = TimeWindow(since=charge.created_at)
        asked = {"charge": charge.transaction_id}
        listed = list(self._queries.pages("/v1/refunds", asked, window, is_sent=False))
        parents = [Reading(fields=row, what="refund").text("charge") for row in listed]
        is_filtered = set(parents) <= {"", charge.transaction_id}
        for row, parent in zip(listed, parents, strict=True):
            if parent == charge.transaction_id or (is_filtered and not parent):
                yield refunds.read_refund(row, charge)
            elif not parent:
                raise ProviderUnavailable(
                    f"Clover lists refunds of other charges with those of "
                    f"{charge.transaction_id}, and one that names no charge: look for "
                    "it in Clover's dashboard",
                    code=REFUND_UNASSIGNABLE,
                    provider=PROVIDER,
                )

    def _ask_platform(self, charge_id: str, with_refunds: bool) -> Found | None:
        config = self._config
        answer = self._queries.platform("payments", charge_id, WHOLE_PAYMENT)
        if answer is None:
            return None
        payment = platform_payments.read_payment(
            answer.fields,
            merchant_id=config.merchant_id,
            currency=config.currency,
            request_id=answer.request_id,
        )
        _require_same(payment, charge_id)
        return Found(
            charge=payment,
            refunds=platform_payments.read_refunds(answer.fields, payment),
            order_id=platform_payments.order_of(answer.fields),
        )


def _require_same(charge: Transaction, charge_id: str) -> None:
    if charge.transaction_id != charge_id:
        raise Reading(fields=Fields(), what="charge").refuse(
            "it is another one than was asked for"
        )
