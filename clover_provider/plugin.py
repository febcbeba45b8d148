"""The installed plugin `clover`: the merchant of the environment variables `CLOVER_…`.

Nothing is read when it is loaded; a missing setting shows with the first call.
"""

from functools import cache

from clover_provider.config import CloverConfig
from clover_provider.provider import CloverProvider

provider = CloverProvider(cache(CloverConfig.from_environ))
"""One instance, so that the plugin has every hook which the provider has."""
