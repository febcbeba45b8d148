"""The test shop as it is deployed: PostgreSQL, several processes, ATOMIC_REQUESTS."""

import json

from tests.clover_oscar.workers.sabotage import FOLDER
from tests.mailing import mailing
from tests.settings import *  # noqa: F403 - the settings of the test shop
from tests.settings import MIDDLEWARE as SHOP_MIDDLEWARE

_given = json.loads((FOLDER / "settings.json").read_text())
DATABASES = {"default": {**_given["database"], "ATOMIC_REQUESTS": True}}
CLOVER = {
    **_given["clover"],
    "NEXT_LOADER": "tests.clover_oscar.workers.sabotage.class_loader",
}
MIDDLEWARE = ["tests.clover_oscar.workers.sabotage.name_worker", *SHOP_MIDDLEWARE]
globals().update(
    mailing("tests.clover_oscar.workers.sabotage.Mail", file_path=str(FOLDER / "mails"))
)
