"""The demo's two servers, in threads of this process: nothing can be left running."""

import copy
import threading
import time
from typing import Self

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from clover_simulator.http.server import BackgroundServer, SimulatorServer
from clover_simulator.state.merchants import Merchant
from clover_simulator.state.records import Charge
from clover_simulator.state.state import State
from clover_simulator.state.webhook_sender import Delivery

HOST = "127.0.0.1"
WEBHOOK_SECONDS = 5.0


class SimulatedClover:
    """Clover in a box, with what the demo asks of it."""

    def __init__(self, merchant_name: str) -> None:
        self._state = State()
        self.merchant.name = merchant_name
        self._server = SimulatorServer(self._state)
        self._background = BackgroundServer(self._server)

    def __enter__(self) -> Self:
        """Start, and return when it answers."""
        self._background.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End the server."""
        self._background.stop()

    @property
    def url(self) -> str:
        """The base URL of every Clover host."""
        return self._server.url

    @property
    def merchant(self) -> Merchant:
        """The merchant in US dollars."""
        return self._state.merchants.first()

    def charges(self) -> list[Charge]:
        """Clover's own records, declined charges included; copies."""
        return self._server.call(
            lambda: copy.deepcopy(list(self._state.ledger.charges.values()))
        )

    def send_webhooks_to(self, url: str) -> None:
        """Set the address to which Clover sends webhooks of hosted payments."""
        self.merchant.webhook_url = url

    def deliveries(self) -> list[Delivery]:
        """The webhooks so far, once none is on its way any more."""
        deadline = time.monotonic() + WEBHOOK_SECONDS
        while True:
            found = self._server.call(
                lambda: copy.deepcopy(self._state.webhooks.deliveries)
            )
            if all(row.state != "waiting" for row in found):
                return found
            if time.monotonic() > deadline:
                return found
            time.sleep(0.05)


class QuietRequestHandler(WSGIRequestHandler):
    """Serves without a line on the terminal for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class ShopServer:
    """The shop's port, claimed at once; it is served from `open` on.

    Raises:
        OSError: the port cannot be used.
    """

    def __init__(self, *, port: int = 0) -> None:
        self._server = ThreadedWSGIServer((HOST, port), QuietRequestHandler)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.1},
            name="clover-demo-shop",
            daemon=True,
        )

    def __enter__(self) -> Self:
        """The server, which is ended with the block."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the server and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def open(self, application: WSGIHandler) -> None:
        """Answer from now on, each request in a thread of its own."""
        self._server.set_app(application)
        self._thread.start()

    @property
    def url(self) -> str:
        """The shop's address."""
        return f"http://{HOST}:{self._server.server_port}"
