"""The command's own subcommands; needs click and rich."""

import json

import click
from rich.console import Console
from rich.table import Table

from clover_provider import oauth
from clover_provider.config import CloverConfig
from clover_provider.doctor import Finding, examine
from payment_hooks import ConfigurationError, PluginRegistry


@click.command()
@click.option("--online", is_flag=True, help="Also make harmless calls to Clover.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def doctor(online: bool, as_json: bool) -> None:
    """Say whether the CLOVER_… environment variables make sense; exit 1 if not."""
    findings = examine(online=online)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        _print_findings(findings)
    if any(not finding.is_well for finding in findings):
        raise SystemExit(1)


@click.command()
def plugins() -> None:
    """List the installed payment plugins and the hooks that each implements."""
    registry = PluginRegistry()
    registry.load_installed()
    table = Table("plugin", "hook", "wraps")
    for name, plugin in registry.list_name_plugin():
        for caller in registry.get_hookcallers(plugin) or ():
            wraps = any(
                row.wrapper for row in caller.get_hookimpls() if row.plugin is plugin
            )
            table.add_row(name, caller.name, "yes" if wraps else "")
    Console().print(table)


@click.command("oauth-url")
@click.option("--redirect-uri", required=True, help="Your app's return address.")
def oauth_url(redirect_uri: str) -> None:
    """Print where a merchant consents to your app, with a fresh state and verifier."""
    state, verifier = oauth.new_state(), oauth.new_verifier()
    try:
        url = oauth.authorize_url(
            CloverConfig.from_environ(),
            redirect_uri=redirect_uri,
            state=state,
            code_challenge=oauth.challenge_of(verifier),
        )
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"url: {url}\nstate: {state}\ncode verifier: {verifier}")


def _print_findings(findings: list[Finding]) -> None:
    table = Table("", "what", "finding")
    for finding in findings:
        mark = "[green]ok[/]" if finding.is_well else "[red]wrong[/]"
        table.add_row(mark, finding.subject, finding.text)
    Console().print(table)
