"""Our reference at Clover, by which a transaction is found after a lost answer."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping

from clover_provider.api.fields import Reading
from clover_provider.codes import METADATA_INVALID, METADATA_TOO_LONG
from clover_provider.config.limits import LONGEST_EXTERNAL_REFERENCE, LONGEST_METADATA
from clover_provider.wire.redact import safe_text
from payment_hooks import InvalidRequest
from payment_hooks.model import forgetful, looks_like_card_number

_RESERVED_NAMES = ("reference", "operation")
_NOTE_PREFIX = "Ref "
_DIGEST = re.compile(rf"[A-Z2-7]{{{LONGEST_EXTERNAL_REFERENCE}}}")


def external_reference(operation_id: str) -> str:
    """Twelve letters and digits that identify the operation.

    Clover accepts twelve at most, so this is a 60-bit digest; the full id goes into the
    metadata.

    >>> external_reference("9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10")
    'H2E5WTTOQGC5'
    """
    digest = hashlib.sha256(operation_id.encode()).digest()
    return base64.b32encode(digest).decode()[:LONGEST_EXTERNAL_REFERENCE]


def build_mark(operation_id: str) -> str:
    """The note on a hosted page's first line, which stays on the order it makes.

    >>> build_mark("9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10")
    'Ref H2E5WTTOQGC5'
    """
    return f"{_NOTE_PREFIX}{external_reference(operation_id)}"


def read_mark(lines: Iterable[Mapping[str, object]]) -> str:
    """The digest that one of an order's lines carries; empty when none does."""
    for line in lines:
        note = line.get("note")
        if isinstance(note, str) and note.startswith(_NOTE_PREFIX):
            digest = note.removeprefix(_NOTE_PREFIX)
            if _DIGEST.fullmatch(digest):
                return digest
    return ""


@forgetful
def build_metadata(
    reference: str, operation_id: str, extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The shop's reference, our operation's id, and what the caller adds.

    Raises:
        InvalidRequest: a reserved name, a card number, or more than Clover takes.
    """
    metadata = {"reference": reference, "operation": operation_id}
    for name, value in (extra or {}).items():
        if name in _RESERVED_NAMES or looks_like_card_number(value):
            raise InvalidRequest(
                f"metadata {name!r} is reserved or holds a card number: leave it out",
                code=METADATA_INVALID,
            )
        metadata[name] = value
    length = len(json.dumps(metadata))
    if length > LONGEST_METADATA:
        raise InvalidRequest(
            f"reference and metadata come to {length} characters, Clover takes "
            f"{LONGEST_METADATA}: shorten them",
            code=METADATA_TOO_LONG,
        )
    return metadata


def operation_of(reading: Reading) -> str:
    """The operation id in an object's metadata; empty when Clover left it out."""
    return reading.part("metadata").text("operation")


def mark_of(reading: Reading) -> str:
    """The object's `external_reference_id`, our digest; empty when Clover left it out."""
    return safe_text(reading.text("external_reference_id"))


def operations_by_digest(operation_ids: Iterable[str]) -> dict[str, str]:
    """The operation ids, by their digests."""
    return {external_reference(name): name for name in operation_ids}


def operation_of_digest(mark: str, operations: Mapping[str, str]) -> str:
    """The operation whose digest the mark is; empty when it is none of these."""
    return operations.get(mark, "")


def belongs_to(reading: Reading, operation_id: str) -> bool:
    """Whether an object carries the operation's id, or the digest of it."""
    carried = operation_of(reading)
    if carried:
        return carried == operation_id
    return mark_of(reading) == external_reference(operation_id)


def is_marked(reading: Reading) -> bool:
    """Whether an object carries an operation's id or any external reference."""
    return bool(operation_of(reading) or mark_of(reading))


def may_be_operation(reading: Reading) -> bool:
    """Whether an object carries an operation's id, or has a digest's form."""
    return bool(operation_of(reading) or may_be_digest(mark_of(reading)))


def may_be_digest(mark: str) -> bool:
    """Whether the mark has the form of a digest, of any installation's operation."""
    return _DIGEST.fullmatch(mark) is not None
