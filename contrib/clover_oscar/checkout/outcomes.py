"""The outcome of a payment, translated into the exceptions of Oscar's checkout.

Oscar says "no payment has been taken" to every error but two. So those two are all that
leave here: `UnableToTakePayment` when nothing was taken, and `RedirectRequired` to the
status page whenever money may have moved.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import get_language

from clover_django.web.addresses import page_url
from clover_oscar.amounts import show
from clover_oscar.oscar_errors import RedirectRequired, UnableToTakePayment
from payment_hooks import (
    AmountChanged,
    ConfigurationError,
    InvalidRequest,
    Mode,
    Money,
    OutcomeUnknown,
    Payment,
    PaymentDeclined,
    PaymentError,
    shopper_text,
)
from payment_hooks.model import TEXTS

logger = logging.getLogger("oscar.checkout")


@contextmanager
def translated_for_oscar(
    find_payment: Callable[[], Payment | None], mode: Mode
) -> Iterator[None]:
    """Translate errors of `Payments` inside the block into Oscar's exceptions."""
    try:
        yield
    except PaymentDeclined as error:
        raise UnableToTakePayment(describe(error)) from error
    except OutcomeUnknown as error:
        payment = find_payment()
        if payment is None:
            raise UnableToTakePayment(describe(error)) from error
        raise RedirectRequired(status_url(payment)) from error
    except (PaymentError, ConfigurationError) as error:
        logger.exception("card payment refused, nothing was taken")
        raise UnableToTakePayment(describe(error, mode)) from error


def describe(error: PaymentError | ConfigurationError, mode: Mode = Mode.IFRAME) -> str:
    """What the shopper may read of the error, in the active language."""
    language = page_language()
    if isinstance(error, AmountChanged):
        return _in_shops_format(error).shopper_message(language)
    # Before a hosted page the shopper has typed nothing that could be mended.
    is_ours = isinstance(error, InvalidRequest) and mode is Mode.HOSTED
    if is_ours or isinstance(error, ConfigurationError):
        return shopper_text("unavailable", language)
    if isinstance(error, InvalidRequest) and error.code in TEXTS["en"]:
        return shopper_text(error.code, language)
    return error.shopper_message(language)


def page_language() -> str:
    """The one language of everything that the page says, as a tag such as `fr-ca`."""
    return get_language() or settings.LANGUAGE_CODE


def _in_shops_format(error: AmountChanged) -> AmountChanged:
    """The same with its amounts as the shop's pages show prices."""
    due, shown = (_reformat(text) for text in (error.due, error.shown))
    return AmountChanged(error.message, due=due, shown=shown, code=error.code)


def _reformat(text: str) -> str:
    amount, _, currency = text.partition(" ")
    return show(Money.of(amount, currency)) if currency else text


def status_url(payment: Payment) -> str:
    """The page that waits for the outcome and then goes on."""
    return page_url("status", payment)


def return_url(payment: Payment) -> str:
    """The page that looks at Clover and then goes on."""
    return page_url("return", payment)
