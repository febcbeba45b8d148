"""What a request gets (`Answer`) and how it is refused (`Refusal`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Self

BY_STATUS = "by status"
ERROR_TYPES = {
    401: "authentication_error",
    402: "card_error",
    409: "idempotency_error",
    429: "rate_limit_error",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer; `body` is text, or anything JSON can write."""

    body: object
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Raised by an endpoint to answer with an error; the constructors know the forms."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer

    @classmethod
    def ecommerce(
        cls,
        status: int,
        code: str,
        message: str,
        *,
        kind: str | None = BY_STATUS,
        details: Mapping[str, str] = MappingProxyType({}),
    ) -> Self:
        """The error object of the ecommerce service; `kind` is its `type`, or None."""
        if kind == BY_STATUS:
            kind = ERROR_TYPES.get(status, "invalid_request_error")
        error = {"code": code, "message": message, **details}
        if kind is not None:
            error = {"type": kind, **error}
        headline = f"{status} {HTTPStatus(status).phrase}"
        return cls(Answer(status=status, body={"message": headline, "error": error}))

    @classmethod
    def platform(cls, status: int, message: str, details: str = "") -> Self:
        """The error of the platform host: v3 and hosted checkout."""
        body = {"message": message, "details": details or message}
        return cls(Answer(status=status, body=body))

    @classmethod
    def oauth(cls, status: int, message: str) -> Self:
        """The error of the OAuth endpoints."""
        name = HTTPStatus(status).phrase
        return cls(Answer(status=status, body={"status": name, "message": message}))

    @classmethod
    def unauthorized(cls) -> Self:
        """A wrong key, a wrong token or a missing permission: Clover says no more."""
        return cls(Answer(status=401, body={"message": "401 Unauthorized"}))

    @classmethod
    def not_found(cls) -> Self:
        """A path that Clover does not know."""
        return cls(Answer(status=404, body="404 Not Found", media_type="text/plain"))


def invalid(message: str, code: str = "invalid_request") -> Refusal:
    """A request that is refused with HTTP 400."""
    return Refusal.ecommerce(400, code, message)


def unprocessed(message: str, *, status: int = 400) -> Refusal:
    """`processing_error`, which every recorded answer gives without a `type`."""
    return Refusal.ecommerce(status, "processing_error", message, kind=None)
