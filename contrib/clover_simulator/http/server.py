"""Runs the application under uvicorn, on this machine only."""

import asyncio
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvicorn

from clover_simulator.http.app import build
from clover_simulator.http.wire import Wire
from clover_simulator.state.state import State

START_TIMEOUT_SECONDS = 10.0
STOP_TIMEOUT_SECONDS = 5.0
CALL_TIMEOUT_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 60
DEFAULT_HOST = "127.0.0.1"

Result = TypeVar("Result")


def require_loopback(host: str) -> str:
    """`host`, if it is this machine: the simulator's credentials are public."""
    try:
        is_local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = host == "localhost"
    if not is_local:
        raise ValueError(f"the simulator listens on this machine only, not on {host!r}")
    return host


def address(host: str, port: int) -> str:
    """The URL of a simulator there."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 finds a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on: 40 ms for every answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


class SimulatorServer:
    """One simulator on one port."""

    def __init__(
        self, state: State, *, host: str = DEFAULT_HOST, port: int = 0
    ) -> None:
        self.state = state
        self._host = require_loopback(host)
        self._listener = listen(host, port)
        self.port: int = self._listener.getsockname()[1]
        self.url = address(host, self.port)
        self._wire = Wire()
        self._config = self._configuration()
        self._server = uvicorn.Server(self._config)
        self._loop: asyncio.AbstractEventLoop | None = None

    def _configuration(self) -> uvicorn.Config:
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        return uvicorn.Config(
            build(self.state, self),
            http=self._wire.protocol(),
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
        )

    @property
    def wire(self) -> Wire:
        """The connections."""
        return self._wire

    def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop` or Ctrl-C; `on_ready` is called when it answers."""
        asyncio.run(self._serve(on_ready))

    async def _serve(self, on_ready: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        announcement = asyncio.create_task(self._announce(on_ready))
        await self._server.serve(sockets=[self._listener])
        await announcement

    async def _announce(self, on_ready: Callable[[], None]) -> None:
        while not self.is_ready:
            await asyncio.sleep(0.001)
        on_ready()

    @property
    def is_ready(self) -> bool:
        """Whether it answers."""
        return self._server.started

    def stop(self) -> None:
        """Ask the server to end; safe from any thread."""
        self._server.should_exit = True

    def call(self, work: Callable[[], Result]) -> Result:
        """Run `work` in the server's event loop, where the state may be touched."""

        async def run() -> Result:
            return work()

        return self.call_async(run)

    def call_async(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Run the coroutine that `work` makes in the server's event loop."""
        if self._loop is None:
            raise RuntimeError("the simulator has not been started")
        running = asyncio.run_coroutine_threadsafe(work(), self._loop)
        return running.result(CALL_TIMEOUT_SECONDS)

    def close(self) -> None:
        """Free the port of a server that was never run."""
        self._listener.close()

    def hang_up(self) -> None:
        """Stop listening and break every connection: the next one is refused."""
        for server in self._server.servers:
            server.close()
        self._server.servers.clear()
        self._wire.reset_all()

    async def pick_up(self) -> None:
        """Listen again, on the same port."""
        protocol = self._wire.protocol()
        server = await asyncio.get_running_loop().create_server(
            lambda: protocol(self._config, self._server.server_state, {}),
            sock=listen(self._host, self.port),
        )
        self._server.servers.append(server)

    async def refuse(self, seconds: float) -> None:
        """Refuse connections for a while."""
        self.hang_up()
        await asyncio.sleep(seconds)
        await self.pick_up()


class BackgroundServer:
    """A server in a thread of its own."""

    def __init__(self, server: SimulatorServer) -> None:
        self._server = server
        self._thread = threading.Thread(
            target=server.run, name="clover-simulator", daemon=True
        )

    def start(self) -> None:
        """Return when the server answers."""
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._server.is_ready:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the simulator did not start")
            time.sleep(0.002)

    def stop(self) -> None:
        """Return when the server has ended."""
        self._server.stop()
        self._thread.join(STOP_TIMEOUT_SECONDS)
