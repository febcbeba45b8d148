"""Finding movements again: by id, by our reference, or all of a window of time."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from clover_provider import charges, platform_payments, refunds
from clover_provider.config import CloverConfig
from clover_provider.exchange import Answer, Call, Fields
from clover_provider.reading import Reading
from clover_provider.reads import Reads, TooManyPages
from clover_provider.references import belongs_to, is_marked
from clover_provider.windows import Windows, created
from payment_hooks import (
    AuthenticationFailed,
    LookUpRequest,
    LookUpResult,
    Mode,
    Transaction,
)

Found = tuple[Transaction, tuple[Transaction, ...]]
"""A charge, and the refunds that came with it."""


class Finder:
    """Looks things up at Clover; reads only, so it can be repeated at will."""

    def __init__(self, send: Callable[[Call], Answer], config: CloverConfig) -> None:
        self._reads = Reads(send, config)
        self._config = config

    def find(self, request: LookUpRequest) -> LookUpResult:
        """What the request asks for, unless it asks for a replay.

        Raises:
            ProviderUnavailable: nobody answered.
            OutcomeUnknown: the answer cannot be read.
        """
        if not request.transaction_id:
            if request.operation_id:
                return self._find_operation(request)
            return Windows(self._reads).list(request)
        found = self.find_charge(
            request.transaction_id, with_refunds=request.with_refunds
        )
        if found is None:
            return LookUpResult(complete=True)
        charge, returned = found
        if not request.with_refunds:
            return LookUpResult(transactions=(charge,), complete=True)
        named = tuple(_named(row, request.operation_id) for row in returned)
        is_proof = _is_proof(named, is_asked=bool(request.operation_id))
        return LookUpResult(transactions=(charge, *named), complete=is_proof)

    def find_charge(self, charge_id: str, *, with_refunds: bool) -> Found | None:
        """The charge of that id, and its refunds when they are asked for or came along.

        The ecommerce service is asked first. A hosted payment may be known to the
        platform alone, and a hosted key may not be allowed to read charges: where there
        is a platform token, the platform is asked too, and first if all is hosted.
        """
        refused: AuthenticationFailed | None = None
        for ask in self._places():
            try:
                found = ask(charge_id, with_refunds)
            except AuthenticationFailed as error:
                refused = error
                continue
            if found is not None:
                return found
        if refused is not None:
            raise refused
        return None

    def _places(self) -> list[Callable[[str, bool], Found | None]]:
        if not self._config.platform_key:
            return [self._ask_ecommerce]
        if self._config.modes == (Mode.HOSTED,):
            return [self._ask_platform, self._ask_ecommerce]
        return [self._ask_ecommerce, self._ask_platform]

    def _ask_ecommerce(self, charge_id: str, with_refunds: bool) -> Found | None:
        answer = self._reads.get(
            f"{self._config.ecommerce_url}/v1/charges/{quote(charge_id, safe='')}",
            path="/v1/charges/{id}",
            action=f"look-up of {charge_id}",
        )
        if answer is None:
            return None
        charge = charges.read_charge(
            answer.fields,
            merchant_id=self._config.merchant_id,
            request_id=answer.request_id,
        )
        self._require_same(charge, charge_id)
        if not with_refunds:
            return charge, ()
        returned = tuple(
            refunds.read_refund(row, charge)
            for row in self._reads.pages("/v1/refunds", {"charge": charge_id})
        )
        return refunds.with_refunds(charge, returned), returned

    def _ask_platform(self, charge_id: str, with_refunds: bool) -> Found | None:
        config = self._config
        answer = self._reads.get(
            f"{config.api_url}/v3/merchants/{config.merchant_id}/payments/"
            f"{quote(charge_id, safe='')}?expand=refunds",
            path="/v3/merchants/{mId}/payments/{id}",
            action=f"look-up of {charge_id} on the platform",
            platform=True,
        )
        if answer is None:
            return None
        payment = platform_payments.read_payment(
            answer.fields,
            merchant_id=config.merchant_id,
            currency=config.currency,
            request_id=answer.request_id,
        )
        self._require_same(payment, charge_id)
        return payment, platform_payments.read_refunds(answer.fields, payment)

    def _find_operation(self, request: LookUpRequest) -> LookUpResult:
        """The charge of an operation, among those of the window."""
        is_any_marked = is_any_bare = False
        try:
            for fields in self._reads.pages("/v1/charges", created(request)):
                charge = Reading(fields=fields, what="charge")
                if belongs_to(charge, request.operation_id):
                    found = _named(self._read_listed(fields), request.operation_id)
                    return LookUpResult(transactions=(found,), complete=True)
                if is_marked(charge):
                    is_any_marked = True
                elif _is_in_window(charge, request):
                    is_any_bare = True
        except TooManyPages:
            return LookUpResult()
        # Where no listed charge carries a reference, Clover may leave them out of lists.
        return LookUpResult(complete=is_any_marked or not is_any_bare)

    def _read_listed(self, fields: Fields) -> Transaction:
        return charges.read_charge(fields, merchant_id=self._config.merchant_id)

    def _require_same(self, charge: Transaction, charge_id: str) -> None:
        if charge.transaction_id != charge_id:
            raise Reading(fields=Fields(), what="charge").refuse(
                "it is another one than was asked for"
            )


def _is_in_window(charge: Reading, request: LookUpRequest) -> bool:
    """Whether a listed charge is of the window; Clover's filters are not trusted."""
    created = charge.moment("created")
    if created is None:
        return True
    is_early = request.since is not None and created < request.since
    is_late = request.until is not None and created > request.until
    return not (is_early or is_late)


def _is_proof(rows: tuple[Transaction, ...], *, is_asked: bool) -> bool:
    """Whether a refund that is not among these does not exist.

    Clover documents no echo of our reference on refunds. If none carries one, each may
    be the missing one; if one carries only the digest, it can be told only when an
    operation was asked for.
    """
    marked = [row for row in rows if is_marked(Reading(fields=row.raw, what="row"))]
    unresolved = [row for row in marked if not row.operation_id]
    return not rows or (bool(marked) and (is_asked or not unresolved))


def _named(row: Transaction, operation_id: str) -> Transaction:
    """The row with our id, where Clover gave only the digest of it back."""
    if row.operation_id or not operation_id:
        return row
    reading = Reading(fields=row.raw, what="row")
    is_ours = belongs_to(reading, operation_id)
    return replace(row, operation_id=operation_id) if is_ours else row
