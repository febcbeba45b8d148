"""The settings of a merchant: what they are, what is wrong with them, how they are read."""

from clover_provider.config.config import CloverConfig
from clover_provider.config.hosts import Environment
from clover_provider.config.secret import Secret
from clover_provider.config.values import HostedLines

__all__ = ["CloverConfig", "Environment", "HostedLines", "Secret"]
