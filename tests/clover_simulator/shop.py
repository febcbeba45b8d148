"""A shop that receives webhooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Shop:
    """What arrived, and what the next requests are answered."""

    url: str = ""
    received: list[tuple[str, bytes]] = field(default_factory=list)
    """Signature and body."""
    statuses: list[int] = field(default_factory=list)


@contextmanager
def running_shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            shop.received.append((self.headers["Clover-Signature"], body))
            self.send_response(shop.statuses.pop(0) if shop.statuses else 200)
            self.end_headers()
            self.wfile.write(b"thanks")

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}/webhook"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
