"""pretix as its own tests run it, with this plugin; SQLite in a file, for the threads."""

from pretix.testutils.settings import *  # noqa: F403
from pretix.testutils.settings import DATABASES, INSTALLED_APPS, tmpdir

INSTALLED_APPS += ["clover_django", "clover_card"]
DATABASES["default"] |= {
    "OPTIONS": {"timeout": 60, "transaction_mode": "IMMEDIATE"},
    "TEST": {"NAME": f"{tmpdir.name}/shop.sqlite3"},
}
CLOVER = {
    "ENVIRONMENT": "local",
    "BASE_URL": "http://127.0.0.1:1",  # nobody is there: `FakeProvider` answers
    "MERCHANT_ID": "TESTMERCH0001",
    "PRIVATE_KEY": "private",
    "PUBLIC_KEY": "public",
    "HOSTED_PRIVATE_KEY": "hosted",
    "PLATFORM_TOKEN": "platform",
    "WEBHOOK_SECRETS": ["a-secret-of-the-tests"],
    "MODES": ["iframe", "hosted"],
    "URL_NAMESPACE": "plugins:pretix_clover:clover",
}
