"""The command's own subcommands; needs click and rich."""

import json
import logging
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clover_provider import oauth
from clover_provider.cli.doctor import Finding, Verdict, examine, refused
from clover_provider.config import CloverConfig
from payment_hooks import ConfigurationError, PluginRegistry

_TABLE = "CLOVER"
_STYLES = {Verdict.OK: "green", Verdict.UNKNOWN: "yellow", Verdict.WRONG: "red"}


@click.command()
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file with the settings, instead of the environment.",
)
@click.option("--online", is_flag=True, help="Also make harmless calls to Clover.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def doctor(settings: Path | None, online: bool, as_json: bool) -> None:
    """Say what is wrong with the settings, and what cannot be known; exit 1 if wrong.

    Reads the CLOVER_… environment variables, or the file's table CLOVER.
    """
    try:
        findings = examine(_read(settings), online=online)
    except ConfigurationError as error:
        findings = [refused(error)]
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        _print_findings(findings)
    if any(finding.verdict is Verdict.WRONG for finding in findings):
        raise SystemExit(1)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def plugins(as_json: bool) -> None:
    """List the installed payment plugins, who is called when, and who wraps whom.

    Exits with 1 when one is broken; the others work without it.
    """
    registry = PluginRegistry()
    logging.getLogger("payment_hooks").addHandler(logging.NullHandler())
    registry.load_installed()
    if as_json:
        click.echo(json.dumps(_describe(registry), indent=2))
    else:
        _print_plugins(registry)
    if registry.broken:
        raise SystemExit(1)


@click.command("oauth-url")
@click.option("--redirect-uri", required=True, help="Your app's return address.")
def oauth_url(redirect_uri: str) -> None:
    """Print where a merchant consents to your app, and what to keep until then."""
    state, verifier = oauth.new_state(), ""
    try:
        config = CloverConfig.from_environ()
        # Clover documents PKCE for apps without a secret only.
        if not config.app_secret:
            verifier = oauth.new_verifier()
        url = oauth.authorize_url(
            config,
            redirect_uri=redirect_uri,
            state=state,
            code_challenge=oauth.challenge_of(verifier) if verifier else "",
        )
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"url: {url}\nstate: {state}")
    if verifier:
        click.echo(f"code verifier: {verifier}")
    click.echo(
        "Send the merchant to the url. Keep the rest: check_return compares the state, "
        "build_exchange wants the verifier if there is one."
    )


def _read(settings: Path | None) -> CloverConfig:
    if settings is None:
        return CloverConfig.from_environ()
    try:
        values = tomllib.loads(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Without its cause, whose text may quote the line of a key.
        raise ConfigurationError(f"{settings.name} is no TOML file") from None
    table = values.get(_TABLE)
    if not isinstance(table, dict):
        raise ConfigurationError(f"{settings.name} has no table [{_TABLE}]: add it")
    return CloverConfig.from_mapping(table, source=_TABLE)


def _describe(registry: PluginRegistry) -> dict[str, object]:
    return {
        "plugins": [
            {
                "name": name,
                "distribution": registry.distributions.get(name, ""),
                "acts_as": sorted({role for _, role in _hooks(registry, plugin)}),
                "hooks": [hook for hook, _ in _hooks(registry, plugin)],
            }
            for name, plugin in reversed(registry.list_name_plugin())
        ],
        "calls": {hook: _chain(registry, hook) for hook in vars(registry.hook)},
        "broken": [asdict(row) for row in registry.broken],
    }


def _print_plugins(registry: PluginRegistry) -> None:
    known, calls = (
        Table("plugin", "from", "acts as"),
        Table("hook", "called in this order"),
    )
    # Pluggy calls the last registered first.
    for name, plugin in reversed(registry.list_name_plugin()):
        roles = ", ".join(sorted({role for _, role in _hooks(registry, plugin)}))
        known.add_row(name, registry.distributions.get(name, ""), roles)
    for hook in vars(registry.hook):
        chain = _chain(registry, hook)
        if chain:
            calls.add_row(hook, " > ".join(chain))
    console = Console()
    console.print(known, calls)
    for row in registry.broken:
        console.print(Text(str(row), style="red"))


def _chain(registry: PluginRegistry, hook: str) -> list[str]:
    """The plugins in the order of their calls; a wrapper wraps all after it."""
    rows = reversed(getattr(registry.hook, hook).get_hookimpls())
    return [
        f"{row.plugin_name} (wraps)"
        if row.wrapper or row.hookwrapper
        else row.plugin_name
        for row in rows
    ]


def _hooks(registry: PluginRegistry, plugin: object) -> Iterator[tuple[str, str]]:
    """Each hook of the plugin, and its role there: wrapper, provider or shop."""
    for caller in registry.get_hookcallers(plugin) or ():
        for row in caller.get_hookimpls():
            if row.plugin is plugin:
                is_shop = caller.name.startswith("shop_")
                role = "shop" if is_shop else "provider"
                is_wrapper = row.wrapper or row.hookwrapper
                yield caller.name, "wrapper" if is_wrapper else role


def _print_findings(findings: list[Finding]) -> None:
    table = Table("", "what", "finding")
    for finding in findings:
        # As text: what Clover wrote into a message is no markup.
        table.add_row(
            Text(finding.verdict, style=_STYLES[finding.verdict]),
            finding.subject,
            Text(finding.text),
        )
    Console().print(table)
