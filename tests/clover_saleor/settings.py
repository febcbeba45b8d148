"""Settings of a shop that looks to the plugin like Saleor; on a PostgreSQL of its own."""

import atexit
import sys
from pathlib import Path

from tests.clover_django.postgres import MISSING, Server, find_programs

sys.path.insert(0, str(Path(__file__).parent / "standin"))

_programs = find_programs()
if _programs is None:
    raise RuntimeError(MISSING)
_server = Server(_programs)
_server.start()
atexit.register(_server.stop)

SECRET_KEY = "test-only-not-a-secret"
USE_TZ = True
STATIC_URL = "/static/"
ALLOWED_HOSTS = ["*"]
ALLOWED_CLIENT_HOSTS = ["shop.example"]
ROOT_URLCONF = "saleor.plugins.views"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": _server.settings()}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "saleor.account",
    "saleor.app",
    "saleor.channel",
    "saleor.checkout",
    "saleor.order",
    "saleor.payment",
    "saleor.plugins",
    # As Saleor appends the names of the entry points.
    "clover_django",
    "clover_saleor",
]
PLUGINS = [
    "saleor.plugins.webhook_plugin.WebhookPlugin",
    "clover_saleor.transactions_plugin.CloverTransactions",
    "clover_saleor.plugin.CloverPlugin",
]
CELERY_BEAT_SCHEDULE = {}
