"""The one module that does HTTP: limited in time and size, no content in logs."""

import logging
import os
import socket
import sys
import time
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal, NoReturn, cast
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError

from clover_provider.codes import NO_USABLE_ANSWER, NOT_SENT, PROVIDER
from clover_provider.config import CloverConfig
from clover_provider.config.addresses import is_loopback
from clover_provider.wire.body import read_body
from clover_provider.wire.deadlines import BoundedResponse, Exchange, active, within
from clover_provider.wire.json_strict import read_json, write_json
from clover_provider.wire.message import Answer, Call, write_headers
from clover_provider.wire.rate_limit import Limiter, TooLate, limiter_for, name_of
from clover_provider.wire.redact import safe_text
from clover_provider.wire.retries import (
    NO_TURN,
    NoAnswer,
    no_answer,
    pause_before_retry,
)
from payment_hooks import ConfigurationError, OutcomeUnknown, ProviderUnavailable
from payment_hooks.model import forget_frames
from payment_hooks.spec import seconds_left

if TYPE_CHECKING:
    from clover_provider.wire.redis_rate_limit import SharedLimiter

logger = logging.getLogger(__name__)

POOL_SIZE = 64

_urllib: Any = urllib.request  # typeshed leaves proxy_bypass_environment out
_USER_AGENT = f"clover-provider/{version('clover-provider')}"
_REQUEST_ID_HEADERS = ("x-request-id", "x-clover-request-id", "x-correlation-id")
_KEY_PREFIX = 8
_WENT_WRONG = (
    RequestException,
    HTTPError,
    HTTPException,
    OSError,
    ValueError,
    Warning,
)
"""The roots of everything that requests, urllib3, http.client, ssl and socket raise."""


class Transport:
    """Sends calls over pooled connections that a process and a provider share.

    Every call ends within the configured deadline, reads no more than the configured
    size, follows no redirect and verifies the certificate. Environment proxies are
    read once, here. It uses the adapter of `requests` without its `Session`, which
    would bring cookies, `.netrc` and the environment's certificates.
    """

    def __init__(self, config: CloverConfig) -> None:
        self._config = config
        self._verify: str | Literal[True] = config.ca_bundle or True
        self._proxies: dict[str, str] = _urllib.getproxies_environment()
        self._pools: tuple[int, _Adapter] | None = None
        self._shared: tuple[object, Limiter] | None = None

    def send(self, call: Call) -> Answer:
        """The answer to the call, whatever its status.

        Raises:
            ProviderUnavailable: nothing was sent, or nothing could have been moved.
            OutcomeUnknown: it may have been carried out.
        """
        patience = min(self._config.deadline_seconds, seconds_left())
        ends_at = time.monotonic() + patience
        tries = 0
        while True:
            tries += 1
            exchange, outcome = self._try(call, ends_at)
            with suppress(Exception):  # a broken log must not hide the answer
                _log(call, exchange, outcome, tries)
            pause = self._pause_before_retry(exchange, outcome, tries)
            if pause is None or time.monotonic() + pause >= ends_at:
                break
            if isinstance(outcome, Answer):
                self._limiter().pause(pause)  # the limit holds for all callers
            time.sleep(pause)
        if isinstance(outcome, Answer):
            return outcome
        # Raised here, where no frame and no `__context__` knows a header or a body.
        _refuse(call, exchange, outcome)

    def close(self) -> None:
        """Close the pooled connections; the next call opens new ones."""
        if self._pools is not None and self._pools[0] == os.getpid():
            self._pools[1].close()
        self._pools = None

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a transport holds keys and sockets and cannot be pickled")

    def _try(self, call: Call, ends_at: float) -> tuple[Exchange, Answer | NoAnswer]:
        """The outcome of one sending, once the rate limits let it begin."""
        limiter = self._limiter()
        try:
            limiter.enter(ends_at)
        except TooLate:
            return Exchange(0), NO_TURN
        try:
            exchange = Exchange(ends_at - time.monotonic())
            return exchange, self._attempt(call, exchange)
        finally:
            limiter.leave()

    def _pause_before_retry(
        self, exchange: Exchange, outcome: Answer | NoAnswer, tries: int
    ) -> float | None:
        """Seconds to wait before sending the same once more; None for no."""
        pause = pause_before_retry(outcome, has_sent=exchange.has_sent, tries=tries)
        if pause is None or not limiter_for(self._config).may_retry():
            return None
        return pause

    def _limiter(self) -> Limiter:
        """The limiter of this process, or the one shared through Redis."""
        local = limiter_for(self._config)
        url = self._config.redis_url
        if not url:
            return local
        if self._shared is None or self._shared[0] is not local:
            shared = _load_shared_limiter()(
                url.reveal(),
                name_of(self._config),
                local,
                self._config.deadline_seconds,
            )
            self._shared = (local, shared)
        return self._shared[1]

    def _attempt(self, call: Call, exchange: Exchange) -> Answer | NoAnswer:
        """The answer, or the cause why there is none."""
        handled = sys.exception()
        try:
            return self._exchange(call, exchange)
        except _WENT_WRONG as error:
            return no_answer(error)
        except BaseException as error:
            # A bug, or a signal of a task queue: the frames of the HTTP library, which
            # hold header and body, end here.
            forget_frames(error, until=handled)
            raise

    def _exchange(self, call: Call, exchange: Exchange) -> Answer:
        config = self._config
        active.exchange = exchange
        exchange.targets = (_target_of(call.shown_url), _target_of(call.url))
        response = self._adapter().send(
            _prepare(call),
            stream=True,
            timeout=cast(
                "Any",
                Timeout(
                    connect=config.connect_timeout_seconds,
                    read=config.read_timeout_seconds,
                    total=config.deadline_seconds,
                ),
            ),
            verify=self._verify,
            proxies=self._proxies_for(call.url),
        )
        try:
            body = read_body(response.raw, config.max_answer_bytes)
            headers = response.raw.headers
            return Answer(
                call=call,
                status=response.raw.status,
                body=read_json(body),
                request_id=_request_id(headers),
                retry_after=safe_text(headers.get("retry-after", "")),
            )
        finally:
            response.raw.close()

    def _adapter(self) -> "_Adapter":
        """This process's pools: a forked child must not share its parent's sockets."""
        process = os.getpid()
        if self._pools is None or self._pools[0] != process:
            self._pools = (process, _Adapter(POOL_SIZE))
        return self._pools[1]

    def _proxies_for(self, url: str) -> dict[str, str]:
        if not self._proxies:
            return {}
        host = urlsplit(url).hostname or ""
        if is_loopback(host) or _urllib.proxy_bypass_environment(host, self._proxies):
            return {}
        return self._proxies


def _load_shared_limiter() -> "type[SharedLimiter]":
    """Loaded late: without Redis its packages are not needed."""
    try:
        from clover_provider.wire.redis_rate_limit import SharedLimiter
    except ImportError as error:
        raise ConfigurationError(
            "REDIS_URL needs more packages: pip install 'clover-provider[redis]'"
        ) from error
    return SharedLimiter


class _Bounded(HTTPConnection):
    """A connection which keeps the deadline and knows when the request began to leave."""

    response_class = BoundedResponse
    debuglevel = 0
    """Fixed: the standard library's switch would print headers and bodies."""

    def connect(self) -> None:
        try:
            super().connect()
        finally:
            # What was sent until here was for a proxy or the handshake.
            active.exchange.has_sent = False

    def _new_conn(self) -> socket.socket:
        """A connected socket in time: neither name resolution nor trying one address
        after the other is bounded by a socket's own timeout."""
        exchange = active.exchange
        sock = within(exchange.remaining(), super()._new_conn)
        if sock is None:
            raise ConnectTimeoutError(self, "no connection within the deadline")
        sock.settimeout(min(exchange.remaining(), sock.gettimeout() or 1))
        return sock

    def send(self, data: Any) -> None:  # noqa: ANN401  as HTTPConnection has it
        if self.sock is None:
            self.connect()
        if self.sock is not None:
            self.sock.settimeout(active.exchange.remaining())
        active.exchange.has_sent = True
        super().send(active.exchange.with_target(data))


class _BoundedTLS(_Bounded, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls: Any = _Bounded


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls: Any = _BoundedTLS


class _Adapter(HTTPAdapter):
    """Pools of bounded connections; never retries."""

    def __init__(self, size: int) -> None:
        super().__init__(pool_maxsize=size, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        _bind(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> PoolManager:
        return _bind(super().proxy_manager_for(proxy, **options))


def _bind(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}
    return manager


def _prepare(call: Call) -> PreparedRequest:
    request = PreparedRequest()
    request.method = call.method
    request.url = call.shown_url
    request.headers = CaseInsensitiveDict(write_headers(call, _USER_AGENT))
    request.body = None
    if call.body is not None:
        request.body = write_json(call.body)
        request.headers["Content-Type"] = "application/json"
        request.headers["Content-Length"] = str(len(request.body))
    return request


def _target_of(url: str) -> bytes:
    """Path and query."""
    return urlsplit(url)._replace(scheme="", netloc="").geturl().encode("ascii")


def _request_id(headers: Any) -> str:  # noqa: ANN401  urllib3's headers
    for name in _REQUEST_ID_HEADERS:
        if name in headers:
            return safe_text(headers[name])
    return ""


def _refuse(call: Call, exchange: Exchange, missed: NoAnswer) -> NoReturn:
    host = urlsplit(call.url).hostname
    message = f"{call.action} at {host}: {missed.text}"
    if call.moves_money and exchange.has_sent:
        raise OutcomeUnknown(
            f"{message}; look it up, or repeat it with the same key",
            code=NO_USABLE_ANSWER,
            provider=PROVIDER,
        )
    raise ProviderUnavailable(
        f"{message}; nothing was moved, try again",
        code=NO_USABLE_ANSWER if exchange.has_sent else NOT_SENT,
        provider=PROVIDER,
    )


def _log(
    call: Call, exchange: Exchange, outcome: Answer | NoAnswer, tries: int
) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    status, request_id, reason = (
        (outcome.status, outcome.request_id, "")
        if isinstance(outcome, Answer)
        else (0, "", outcome.text)
    )
    logger.info(
        "clover request",
        extra={
            "method": call.method,
            "path": call.path,
            "status": status,
            "reason": reason,
            "ms": round((time.monotonic() - exchange.started_at) * 1000),
            "request_id": request_id,
            "attempt": call.attempt + tries - 1,
            "key_prefix": call.idempotency_key[:_KEY_PREFIX],
        },
    )
