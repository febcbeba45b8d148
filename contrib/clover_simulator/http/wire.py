"""The TCP connections under the HTTP server, for faults that HTTP cannot express."""

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

Client = tuple[str, int]
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Wire:
    """Every open connection, by the client's address."""

    def __init__(self) -> None:
        self._transports: dict[Client, asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """uvicorn's protocol, which also reports its connections here."""
        transports = self._transports

        class WatchedProtocol(H11Protocol):
            def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio and uvicorn disagree on the type
                super().connection_made(transport)
                # uvicorn looks at logging's handlers, not at its own setting, and a path
                # may hold mistyped text: a card number.
                self.access_log = False
                transports[_client(transport)] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                transports.pop(_client(self.transport), None)
                super().connection_lost(exc)

        return WatchedProtocol

    def reset(self, client: Client) -> None:
        """Break the connection with a TCP reset, as a crashed peer or a firewall does."""
        transport = self._transports.get(client)
        if transport is not None:
            connection: socket.socket = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            transport.abort()

    def reset_all(self) -> None:
        """Break every connection."""
        for client in list(self._transports):
            self.reset(client)

    def write(self, client: Client, data: bytes) -> None:
        """Bytes as they are, past the HTTP library, which would refuse a false length."""
        transport = self._transports.get(client)
        if transport is not None:
            transport.write(data)

    def close(self, client: Client) -> None:
        """End the connection after what was written, in the orderly way."""
        transport = self._transports.get(client)
        if transport is not None:
            transport.close()


def _client(transport: asyncio.Transport) -> Client:
    host, port = transport.get_extra_info("peername")[:2]
    return (str(host), int(port))
