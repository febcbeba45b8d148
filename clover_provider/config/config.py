"""A merchant's configuration: completed and checked before anything is sent."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from clover_provider.config import parsing
from clover_provider.config.defaults import complete
from clover_provider.config.hosts import Hosts, hosts_of
from clover_provider.config.refusals import PREFIX, refuse
from clover_provider.config.rules import find_mistakes
from clover_provider.config.values import ConfigValues
from payment_hooks.model import forgetful, forgetful_type


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class CloverConfig(ConfigValues):
    """Everything that `CloverProvider` must know about a merchant.

    >>> config = CloverConfig.from_mapping({
    ...     "ENVIRONMENT": "sandbox", "MERCHANT_ID": "TESTMERCH0001",
    ...     "PRIVATE_KEY": "the-private-key", "PUBLIC_KEY": "the-public-key",
    ... })
    >>> config.mode, config.ecommerce_url
    (<Mode.IFRAME: 'iframe'>, 'https://scl-sandbox.dev.clover.com')

    Raises:
        ConfigurationError: a setting is missing or wrong; the message names it and
            says what to do.
    """

    def __post_init__(self) -> None:
        complete(self)
        for name, remedy in find_mistakes(self):
            refuse(self.source, name, remedy)

    @classmethod
    @forgetful
    def from_mapping(
        cls, values: Mapping[str, object], *, source: str = "CLOVER"
    ) -> Self:
        """The configuration in a mapping with upper-case names, such as a settings file.

        Raises:
            ConfigurationError: an unknown name, a missing one, or a wrong value.
        """
        values = parsing.mask(cls, values)
        return cls(**parsing.read(cls, values, source), source=source)

    @classmethod
    @forgetful
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The configuration in the environment variables `CLOVER_…`.

        Raises:
            ConfigurationError: as `from_mapping`.
        """
        picked = parsing.mask(cls, parsing.pick(cls, environ or os.environ))
        return cls.from_mapping(picked, source=PREFIX)

    @property
    def hosts(self) -> Hosts:
        """The base URL of each of Clover's services."""
        return hosts_of(self.environment, self.base_url)

    @property
    def ecommerce_url(self) -> str:
        """The base URL of charges, captures, refunds and PAKMS."""
        return self.hosts.ecommerce

    @property
    def token_url(self) -> str:
        """The base URL of card tokenization."""
        return self.hosts.token

    @property
    def api_url(self) -> str:
        """The base URL of hosted checkout sessions, OAuth tokens and platform reads."""
        return self.hosts.api

    @property
    def www_url(self) -> str:
        """The base URL of the OAuth consent page."""
        return self.hosts.www

    @property
    def sdk_url(self) -> str:
        """The address of the iframe SDK; the browser must load it from there."""
        return f"{self.hosts.checkout}/sdk.js"

    @property
    def authentication_sdk_url(self) -> str:
        """The address of the 3DS script; the browser must load it from there.

        Source: "Configure 3D Secure SDK with iframe and API integration",
        docs.clover.com, read 2026-11.
        """
        return f"{self.hosts.authentication}/clover3DS/clover3DS-sdk.js"

    @property
    def keys_url(self) -> str:
        """The address of the card-encryption keys."""
        return f"{self.hosts.keys}/assets/keys.json"
