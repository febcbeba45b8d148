"""The test shop on a database file, where threads really meet."""

import os

from tests.settings import *  # noqa: F403 - the settings of the test shop
from tests.settings import CLOVER

CLOVER = {
    **CLOVER,
    "NEXT_LOADER": "tests.clover_oscar.workers.random_numbers.class_loader",
}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["CLOVER_TEST_DATABASE"],
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {"timeout": 30},
    }
}
