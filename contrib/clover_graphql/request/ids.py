"""IDs as Saleor writes them: base64 of `Type:key`, opaque to whoever gets one."""

import binascii
from base64 import b64decode, b64encode
from uuid import UUID

from clover_graphql.request.codes import ID_MALFORMED, ID_OF_OTHER_TYPE, REQUIRED
from payment_hooks import BadInput

_LONGEST = 256


def encode(kind: str, key: str) -> str:
    """The ID of a thing.

    >>> encode("Checkout", "7")
    'Q2hlY2tvdXQ6Nw=='
    """
    return b64encode(f"{kind}:{key}".encode()).decode()


def decode(text: str, *kinds: str, field: str = "id") -> tuple[str, str]:
    """The kind and the key; the kind is one of those asked.

    >>> decode("Q2hlY2tvdXQ6Nw==", "Checkout", "Order")
    ('Checkout', '7')

    Raises:
        BadInput: it is no ID, or that of something else.
    """
    try:
        plain = b64decode(text[:_LONGEST], validate=True).decode()
    except (binascii.Error, ValueError):
        plain = ""
    kind, _, key = plain.partition(":")
    if not (kind and key and plain.isprintable()):
        raise BadInput("Invalid ID.", code=ID_MALFORMED, field=field)
    if kind not in kinds:
        raise BadInput(
            f"Invalid ID. Expected: {', '.join(kinds)}.",
            code=ID_OF_OTHER_TYPE,
            field=field,
        )
    return kind, key


def token_of(payment_id: str) -> UUID:
    """The payment's id as the UUID that it is.

    Raises:
        ValueError: another package's ledger made an id that is none.
    """
    return UUID(payment_id)


def transaction_key(identifier: str | None, token: UUID | None, kind: str) -> str:
    """The payment's id, from the ID or the token of its transaction.

    Raises:
        BadInput: both, neither, or no such thing.
    """
    if (identifier is None) == (token is None):
        raise BadInput(
            "Exactly one of id and token is needed.", code=REQUIRED, field="id"
        )
    if token is not None:
        return token.hex
    _, key = decode(identifier or "", kind)
    try:
        return UUID(key).hex
    except ValueError:
        raise BadInput("Invalid ID.", code=ID_MALFORMED, field="id") from None
