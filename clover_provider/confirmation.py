"""What becomes of a charge that waited for the shopper to answer the bank.

Money moves by `finalize_payment` alone, which only the shop's server can call; no page
names a way to end a charge that waits. So what was never finalized, and never will be,
is declined; where an answer was sent and may still arrive, `canceled` ends nothing, and
the outcome stays unknown.
"""

from collections.abc import Callable, Mapping

from clover_provider.api import calls, charges
from clover_provider.api.authentication import asking, steps
from clover_provider.api.errors import raise_for
from clover_provider.api.fields import Reading
from clover_provider.api.references import external_reference
from clover_provider.codes import (
    CHARGE_OF_ANOTHER_OPERATION,
    NOT_AUTHENTICATED,
    PROVIDER,
    STILL_WAITING,
)
from clover_provider.config import CloverConfig
from clover_provider.lookup import Charges, Queries
from clover_provider.wire.message import Answer, Call
from payment_hooks import (
    Challenge,
    ConfirmRequest,
    DeclineCode,
    InvalidRequest,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    Transaction,
    TransactionKind,
    TransactionStatus,
)

Send = Callable[[Call], Answer]


def confirm(
    request: ConfirmRequest, config: CloverConfig, send: Send
) -> Transaction | Challenge:
    """The charge after the shopper's answer, or the next step that it waits for.

    The charge is read first: what came of it before is repeated, and nothing is sent
    where it says that it is another operation's. Clover does not say whether one that
    waits can be read; where it cannot, the answer is sent all the same.

    Raises:
        InvalidRequest: the answer is none of Clover's script, or the charge is another
            operation's; it still waits.
        PaymentDeclined: nothing was charged, and nothing will be: the shopper turned
            back, and whoever asks sends no answer for it any more.
        OutcomeUnknown: the answer was lost; or the shopper turned back after one was.
    """
    if not request.canceled:
        asking.flow_status_of(request)
    known = Charges(Queries(send, config)).read(request.transaction_id)
    if known is not None:
        _require_own(request, known)
        if known.status is not TransactionStatus.PENDING:
            return _outcome(known)
    if request.canceled:
        raise _turned_back(request)
    step = _step_of(known)
    if known is not None and step and not steps.is_flow(step):
        return known  # answered before; it waits for the bank
    return _finalize(request, config, send, step)


def _finalize(
    request: ConfirmRequest, config: CloverConfig, send: Send, step: str
) -> Transaction | Challenge:
    call = calls.finalize(request, config, step=step)
    answer = send(call)
    raise_for(answer, call)
    charge = Reading(fields=answer.fields, what="charge", request_id=answer.request_id)
    if charge.need_id() != request.transaction_id:
        raise charge.refuse("it is another one than was finalized")
    capture = request.kind is TransactionKind.CHARGE
    return read_funding(charge, config, capture=capture)


def read_funding(
    charge: Reading, config: CloverConfig, *, capture: bool
) -> Transaction | Challenge:
    """What a charge's answer says: the money, or what the shopper must do first.

    Raises:
        PaymentError: it is no charge that was asked for; see `charges.check_funded`.
    """
    step = steps.read(charge, config)
    if step is not None:
        return step
    transaction = charges.read_charge(
        charge.fields,
        merchant_id=config.merchant_id,
        merchant_currency=config.currency,
        request_id=charge.request_id,
    )
    charges.check_funded(transaction, charge, capture=capture)
    return transaction


def _require_own(request: ConfirmRequest, charge: Transaction) -> None:
    mark = charge.operation_id or charge.mark
    own = (request.operation_id, external_reference(request.operation_id))
    if mark and mark not in own:
        raise InvalidRequest(
            f"charge {request.transaction_id} belongs to another operation: nothing was "
            "sent",
            code=CHARGE_OF_ANOTHER_OPERATION,
            provider=PROVIDER,
        )


def _outcome(charge: Transaction) -> Transaction:
    """The charge that is money; the last word of any other is no."""
    if charge.status is TransactionStatus.SUCCEEDED:
        return charge
    raise PaymentDeclined(
        f"{charge.transaction_id} is {charge.status}: nothing was charged",
        decline_code=DeclineCode.AUTHENTICATION_FAILED,
        transaction_id=charge.transaction_id,
        code=NOT_AUTHENTICATED,
        provider=PROVIDER,
        provider_request_id=charge.provider_request_id,
    )


def _turned_back(request: ConfirmRequest) -> PaymentError:
    if request.answered_before:
        return OutcomeUnknown(
            f"charge {request.transaction_id} waits for the shopper, whose answer may "
            "still arrive, and Clover has no way to end that: look it up",
            code=STILL_WAITING,
            provider=PROVIDER,
        )
    return PaymentDeclined(
        f"{request.transaction_id} is not finalized: nothing was charged",
        decline_code=DeclineCode.AUTHENTICATION_FAILED,
        transaction_id=request.transaction_id,
        code=NOT_AUTHENTICATED,
        provider=PROVIDER,
    )


def _step_of(charge: Transaction | None) -> str:
    """What 3-D Secure has come to, as the charge that was read says; it may not."""
    said = charge.raw.get("threeds") if charge is not None else None
    result = said.get("validation_result") if isinstance(said, Mapping) else ""
    return result if isinstance(result, str) else ""
