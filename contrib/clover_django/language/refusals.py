"""What staff reads when a capture, refund or void did not go through."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clover_django.language.amounts import LocalizedRefusal
from clover_django.language.words import Text
from payment_hooks import (
    AuthenticationFailed,
    ErrorCode,
    OutcomeUnknown,
    PaymentDeclined,
    ProviderUnavailable,
)

_BY_CODE: dict[str, Text] = {
    ErrorCode.ALREADY_CAPTURED: gettext_lazy(
        "An authorization can be captured once, and this one was. Nothing was moved."
    ),
    ErrorCode.CAPTURE_OUT_OF_RANGE: gettext_lazy(
        "That is more than is authorized. Nothing was moved."
    ),
    ErrorCode.MONEY_NOT_REFUNDED: gettext_lazy(
        "The money is still here: refund it first."
    ),
    ErrorCode.NOTHING_TO_CAPTURE: gettext_lazy(
        "Nothing is authorized that could be captured. Nothing was moved."
    ),
    ErrorCode.NOTHING_TO_VOID: gettext_lazy(
        "Only what was not captured can be voided: refund it instead. Nothing was "
        "moved."
    ),
    ErrorCode.OVERTAKEN: gettext_lazy(
        "The payment was changed meanwhile, and nothing was moved: load the page again."
    ),
    ErrorCode.REFUND_TOO_LARGE: gettext_lazy(
        "That is more than is left to refund. Nothing was moved."
    ),
    ErrorCode.SAME_INTENT_OTHER_CONTENT: gettext_lazy(
        "This form was sent before with another amount, and nothing more was moved: "
        "load the page again."
    ),
    ErrorCode.UNSUPPORTED: gettext_lazy("Clover cannot do this. Nothing was moved."),
}
_BY_KIND: tuple[tuple[type[Exception], Text], ...] = (
    (
        OutcomeUnknown,
        gettext_lazy(
            "Clover did not answer, so it may or may not be done. Do not repeat it "
            "elsewhere: this page shows the result once it is known."
        ),
    ),
    (
        AuthenticationFailed,
        gettext_lazy(
            "Clover does not accept the shop's keys. Nothing was moved: ask whoever "
            "set up the payments."
        ),
    ),
    (
        ProviderUnavailable,
        gettext_lazy("Clover cannot be reached. Nothing was moved: try again later."),
    ),
)


def explain_refusal(error: Exception) -> str:
    """What became of what staff asked for, in the reader's language.

    Where it has no text of its own, the error's own message says why, in English.
    """
    if isinstance(error, LocalizedRefusal):
        return str(error)
    for kind, text in _BY_KIND:
        if isinstance(error, kind):
            return str(text)
    known = _BY_CODE.get(getattr(error, "code", ""))
    if known is not None:
        return str(known)
    if isinstance(error, PaymentDeclined):
        return _("Clover declined it. Nothing was moved: %(reason)s") % {
            "reason": error
        }
    return _("Nothing was moved: %(reason)s") % {"reason": error}
