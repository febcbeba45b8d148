"""A view that takes messages in, for real servers: by WSGI, by ASGI and by wsgiref.

Run as a program it serves by wsgiref on the listening socket whose number it is given.
"""

import socket
import sys
from dataclasses import replace
from wsgiref.simple_server import WSGIServer, make_server

import django
from django.conf import settings
from django.urls import path

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="of-a-test",
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["tests.clover_django.recorders.Recorder"],
    INSTALLED_APPS=["clover_django"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402 - after the settings
from django.core.wsgi import get_wsgi_application  # noqa: E402

from clover_django.web.webhooks import receive  # noqa: E402
from payment_hooks import Payments, hookimpl  # noqa: E402
from payment_hooks.testing import FakeProvider  # noqa: E402


class Provider(FakeProvider):
    """Finds its header as a server spells it."""

    @hookimpl
    def payment_read_webhook(self, request):
        headers = {name.lower(): value for name, value in request.headers.items()}
        return super().payment_read_webhook(replace(request, headers=headers))


_payments = Payments.using(Provider(secret="of-the-messages"))


def webhook(request):
    return receive(request, lambda: _payments)


urlpatterns = [path("webhook/", webhook)]
application = get_wsgi_application()
asgi = get_asgi_application()


class _Given(WSGIServer):
    """Listens on a socket that is open already."""

    def server_bind(self):
        self.server_name, self.server_port = "localhost", 0
        self.setup_environ()

    def server_activate(self):
        self.socket.close()
        self.socket = socket.socket(fileno=int(sys.argv[1]))


if __name__ == "__main__":
    make_server("127.0.0.1", 0, application, _Given).serve_forever()
