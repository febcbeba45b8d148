"""One call to Clover and what came back, both shown masked."""

import re
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from clover_provider.codes import HEADER_INVALID
from clover_provider.config import Secret
from clover_provider.wire.echoes import Echoes
from clover_provider.wire.json_strict import Fields
from payment_hooks import InvalidRequest
from payment_hooks.model import forgetful_type

_PLACE = re.compile(r"\{(\w+)\}")
_NOTHING = Secret()


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What to send; prints without body, headers and key.

    It travels as one object, so that a traceback which shows local variables shows no
    card, token or key.
    """

    method: str
    url: str = field(repr=False)
    path: str
    """The path without ids, for the log: `/v1/charges/{id}`."""
    action: str
    """What is being done, for messages: `charge 25.99 USD`."""
    body: Mapping[str, object] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    bearer: Secret = _NOTHING
    idempotency_key: str = ""
    moves_money: bool = False
    """Whether the outcome is unknown when the answer is lost; False for reading calls."""
    attempt: int = 1
    hidden: tuple[str, ...] = field(default=(), repr=False)
    """What Clover may repeat and no message shall show, such as a chargeable id: what of
    it stands in the path, or is not sent at all. Headers and body speak for themselves."""

    def __post_init__(self) -> None:
        for name, value in (*self.headers.items(), ("key", self.idempotency_key)):
            if not (value.isascii() and value.isprintable()):
                raise InvalidRequest(
                    f"header {name} holds a line break or a foreign letter",
                    code=HEADER_INVALID,
                )

    @property
    def shown_url(self) -> str:
        """The address without ids, as an HTTP library and its watchers may log it."""
        path = _PLACE.sub(r":\1", self.path)
        return urlsplit(self.url)._replace(path=path, query="").geturl()

    def echoes(self) -> Echoes:
        """What this call sends as a secret, to be taken out of what comes back."""
        return Echoes(
            bearer=self.bearer.reveal(),
            headers=self.headers,
            body=self.body,
            ids=self.hidden,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status, without the secrets that its call sent.

    They are taken out when it is made, so that nothing which is made of it can show them.
    """

    call: InitVar[Call]
    """The call, needed to clean the answer; not stored."""
    status: int
    body: object = field(default=None, repr=False)
    """The parsed JSON; None when it was not JSON."""
    request_id: str = ""
    """Clover's id of the exchange; empty when the answer has none that can be shown."""
    retry_after: str = ""

    def __post_init__(self, call: Call) -> None:
        echoes = call.echoes()
        is_success = 200 <= self.status < 300
        clean = echoes.clean_success if is_success else echoes.clean_refusal
        object.__setattr__(self, "body", clean(self.body))
        for name in ("request_id", "retry_after"):
            text = getattr(self, name)
            is_clean = echoes.clean(text) == text
            object.__setattr__(self, name, text if is_clean else "")

    @property
    def fields(self) -> Fields:
        """The JSON object that came back; empty when it was something else."""
        return self.body if isinstance(self.body, Fields) else Fields()


class Sends(Protocol):
    """The protocol of a transport: one method."""

    def send(self, call: Call) -> Answer:
        """The answer to the call, whatever its status.

        Raises:
            ProviderUnavailable: nothing was sent, or nothing could have been moved.
            OutcomeUnknown: it may have been carried out.
        """
        ...


def write_headers(call: Call, user_agent: str) -> dict[str, str]:
    """The headers as they go over the wire, key included."""
    headers = {
        "User-Agent": user_agent,
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        **call.headers,
    }
    if call.bearer:
        headers["Authorization"] = f"Bearer {call.bearer.reveal()}"
    if call.idempotency_key:
        headers["idempotency-key"] = call.idempotency_key
    return headers
