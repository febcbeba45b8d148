"""The demo shop, with a policy that keeps its forms from Clover's page."""

from clover_demo.settings import *  # noqa: F403
from clover_demo.settings import MIDDLEWARE

MIDDLEWARE = ["tests.browser.blocking.keep_forms_here", *MIDDLEWARE]
