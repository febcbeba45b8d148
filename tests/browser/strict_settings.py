"""The demo shop, whose cookies come along only from its own pages."""

from clover_demo.settings import *  # noqa: F403

SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
