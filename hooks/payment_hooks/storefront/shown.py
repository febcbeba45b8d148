"""The amount that a page showed, signed: what was shown is what is charged.

The shop's page puts the seal into its form. If a price, the basket or a voucher changes
before the form is sent, the amounts differ and the page is shown again.
"""

import hmac

from payment_hooks.model.errors import AmountChanged, ConfigurationError
from payment_hooks.model.money import Money


def seal_shown(amount: Money, subject: str, *, secret_key: str) -> str:
    """The text for a hidden field of the page that shows the amount.

    It contains the amount, which the page shows anyway, and proves that the shop showed it
    for this subject. It never expires: what counts is whether the amount is still due.

    Args:
        amount: what the page says is to be paid.
        subject: what for, such as the checkout's id; the seal is good for nothing else.
        secret_key: the shop's own secret, the same in all of its processes.

    Raises:
        ConfigurationError: the secret is empty.

    >>> seal = seal_shown(Money.of("25.99", "USD"), "checkout 7", secret_key="s3cret")
    >>> seal.rsplit(".", 1)[0]
    '2599.USD'
    """
    text = f"{amount.minor_units}.{amount.currency}"
    return f"{text}.{_sign(text, subject, secret_key)}"


def check_shown(sealed: str, amount: Money, subject: str, *, secret_key: str) -> None:
    """Check that the shopper was shown this amount; call it before anything is charged.

    Args:
        sealed: the form's field; empty when it was not sent.
        amount: what would be charged now, as the shop's server says.
        subject: as it was sealed.
        secret_key: as it was sealed.

    Raises:
        AmountChanged: another amount was shown, or the seal is missing or not ours.

    >>> check_shown("1.JPY.forged", Money(1, "JPY"), "7", secret_key="s3cret")
    Traceback (most recent call last):
    ...
    payment_hooks.model.errors.AmountChanged: 1 JPY is due, which no page has shown: show it
    """
    if hmac.compare_digest(
        sealed.encode(errors="replace"),
        seal_shown(amount, subject, secret_key=secret_key).encode(),
    ):
        return
    shown = _read(sealed, subject, secret_key)
    if shown is None:
        raise AmountChanged(
            f"{amount} is due, which no page has shown: show it", due=str(amount)
        )
    raise AmountChanged(
        f"{amount} is due, and the page showed {shown}: show it again",
        due=str(amount),
        shown=str(shown),
    )


def _read(sealed: str, subject: str, secret_key: str) -> Money | None:
    """The amount in a valid seal, or None."""
    text, _, signature = sealed.rpartition(".")
    wanted = _sign(text, subject, secret_key)
    if not hmac.compare_digest(signature.encode(errors="replace"), wanted.encode()):
        return None
    minor_units, currency = text.split(".")
    return Money(int(minor_units), currency)


def _sign(text: str, subject: str, secret_key: str) -> str:
    if not secret_key:
        raise ConfigurationError(
            "the secret_key of the shown amount is empty, so that anyone could sign: "
            "pass the shop's own secret"
        )
    message = f"payment_hooks.storefront.shown {text} {subject}".encode(
        errors="replace"
    )
    return hmac.new(secret_key.encode(), message, "sha256").hexdigest()
