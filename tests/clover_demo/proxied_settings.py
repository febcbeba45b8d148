"""The demo shop behind proxies; how many of them it trusts comes from outside."""

import os

from clover_demo.settings import *  # noqa: F403

if "TRUSTED_PROXIES" in os.environ:
    CLOVER["CLIENT_IP"] = int(os.environ["TRUSTED_PROXIES"])  # noqa: F405
