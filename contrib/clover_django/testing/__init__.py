"""For tests of a shop or an adapter on Django: a provider in memory, and time passing."""

from clover_django.testing.provider import provider_in_place
from clover_django.testing.time import let_time_pass

__all__ = ["let_time_pass", "provider_in_place"]
