"""The registry of plugins (providers, wrappers, shops), checked when registered."""

import difflib
import logging
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter

import pluggy

from payment_hooks.model.errors import (
    ConfigurationError,
)
from payment_hooks.spec import provider, shop
from payment_hooks.spec.markers import PROJECT

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPlugin:
    """An installed plugin that could not be registered."""

    name: str
    distribution: str
    """The package that brings it, with its version."""
    why: str

    def __str__(self) -> str:
        return f"plugin {self.name!r} of {self.distribution} is broken: {self.why}"


class PluginRegistry(pluggy.PluginManager):
    """The registered providers, wrappers and shops.

    >>> from payment_hooks import hookimpl
    >>> registry = PluginRegistry()
    >>> class Typo:
    ...     @hookimpl
    ...     def payment_chrage(self, request): ...
    >>> try:
    ...     registry.register(Typo())
    ... except pluggy.PluginValidationError as error:
    ...     print(str(error).partition(". ")[2])
    Did you mean 'payment_charge'?
    """

    def __init__(self) -> None:
        super().__init__(PROJECT)
        self.add_hookspecs(provider)
        self.add_hookspecs(shop)
        self.generation = 0
        self.broken: list[BrokenPlugin] = []
        """What `load_installed` could not register."""
        self.distributions: dict[str, str] = {}
        """The package of each installed plugin, by the plugin's name."""

    def register(self, plugin: object, name: str | None = None) -> str | None:
        """Register a plugin under its name; a misspelt hook or argument is refused.

        Raises:
            pluggy.PluginValidationError: no such hook, or no such argument.
            ValueError: the name or the plugin is registered already.
        """
        self._refuse_unknown_hooks(plugin)
        if type(plugin).__hash__ is None:
            raise pluggy.PluginValidationError(
                plugin,
                f"Plugin {type(plugin).__name__!r} is not hashable: "
                "give its class eq=False or a __hash__",
            )
        registered = super().register(plugin, name)
        self.generation += 1
        return registered

    def unregister(
        self, plugin: object | None = None, name: str | None = None
    ) -> object | None:
        """Unregister a plugin."""
        self.generation += 1
        return super().unregister(plugin, name)

    def load_installed(self) -> int:
        """Register the plugins of installed packages' entry points; returns how many.

        A broken one does not stop the others: it is logged as an error and listed in
        `broken`. Call `refuse_broken` where every plugin is needed.
        """
        before = {name for name, _ in self.list_name_plugin()}
        count = 0
        for found in sorted(entry_points(group=PROJECT), key=attrgetter("name")):
            if found.name not in before and not self.is_blocked(found.name):
                count += self._load(found)
        return count

    def refuse_broken(self) -> None:
        """Raise if an installed plugin is broken.

        Raises:
            ConfigurationError: one is broken; the message names all of them.
        """
        if self.broken:
            raise ConfigurationError("; ".join(map(str, self.broken)))

    def _load(self, found: EntryPoint) -> bool:
        package = found.dist
        distribution = f"{package.name} {package.version}" if package else "no package"
        if self.has_plugin(found.name):
            other = self.distributions.get(found.name, "another package")
            logger.error(
                "%s", self._note(found, distribution, f"{other} has one of this name")
            )
            return False
        try:
            self.register(found.load(), found.name)
        except (Exception, SystemExit) as error:
            why = f"{type(error).__name__}: {error}"
            logger.exception("%s", self._note(found, distribution, why))
            if self.has_plugin(found.name):
                self.unregister(name=found.name)
            return False
        self.distributions[found.name] = distribution
        return True

    def _note(self, found: EntryPoint, distribution: str, why: str) -> BrokenPlugin:
        row = BrokenPlugin(name=found.name, distribution=distribution, why=why)
        if row not in self.broken:
            self.broken.append(row)
        return row

    def _refuse_unknown_hooks(self, plugin: object) -> None:
        for attribute in dir(plugin):
            options = self.parse_hookimpl_opts(plugin, attribute)
            if options is None or options["optionalhook"]:
                continue
            hook = options["specname"] or attribute
            if not hasattr(self.hook, hook):
                raise pluggy.PluginValidationError(
                    plugin, _no_such_hook(plugin, hook, list(vars(self.hook)))
                )


def _no_such_hook(plugin: object, attribute: str, hooks: list[str]) -> str:
    message = (
        f"Plugin {type(plugin).__name__!r} implements {attribute!r}, which is no hook."
    )
    close = difflib.get_close_matches(attribute, hooks, n=1)
    return f"{message} Did you mean {close[0]!r}?" if close else message
