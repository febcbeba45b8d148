"""What is missing for payments in this Saleor, channel by channel."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from django.conf import settings

from clover_django.doctor import Finding, Verdict
from clover_provider.cli.doctor import examine
from clover_provider.config import CloverConfig, Environment
from clover_saleor.installation import hosted_page, internals
from clover_saleor.installation.app import find_app
from clover_saleor.installation.names import GATEWAY
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.merchants import configuration
from payment_hooks import Mode

_LOCAL = ("localhost", "127.0.0.1")


PART = "Saleor"
"""What `manage.py clover_doctor` calls this part."""


def examine_channels(online: bool) -> Iterator[Finding]:
    """What holds for all channels, then each channel; `online` also asks the provider."""
    yield from _saleor()
    yield _app()
    yield from _celery()
    yield from _channels(online=online)


def _saleor() -> Iterator[Finding]:
    """Whether this release of Saleor, and each function called of it, was tested."""
    if untested := internals.untested():
        yield Finding(subject="Saleor", text=untested, verdict=Verdict.WRONG)
    else:
        yield Finding(subject="Saleor", text=f"{internals.version()}, a tested release")
    for problem in internals.moved():
        text = f"{problem}: take another release of Saleor or of clover-provider, "
        text += "and no payment before"
        yield Finding(subject="Saleor", text=text, verdict=Verdict.WRONG)


def _app() -> Finding:
    app = find_app()
    if app is not None and app.is_active:
        return Finding(subject="App", text=f"{GATEWAY} is there and active")
    return Finding(
        subject="App",
        text="the Transactions API needs an active App with the identifier "
        f"{GATEWAY}: run manage.py migrate, or activate it in the dashboard",
        verdict=Verdict.WRONG,
    )


def _celery() -> Iterator[Finding]:
    if not getattr(settings, "CELERY_BROKER_URL", None):
        yield Finding(
            subject="recovery",
            text="without CELERY_BROKER_URL nothing runs it: call manage.py "
            "clover_recover every minute",
            verdict=Verdict.UNKNOWN,
        )


def _channels(*, online: bool) -> Iterator[Finding]:
    from saleor.channel.models import Channel
    from saleor.plugins.models import PluginConfiguration

    rows = PluginConfiguration.objects.filter(identifier=GATEWAY)
    known = {row.channel_id: row for row in rows}
    for channel in Channel.objects.order_by("slug"):
        row = known.get(channel.pk)
        for finding in _channel(channel, row, online=online):
            yield replace(finding, subject=f"{channel.slug}: {finding.subject}")


def _channel(
    channel: SaleorObject, row: SaleorObject | None, *, online: bool
) -> Iterator[Finding]:
    if row is None or not row.active:
        text = "off in this channel: activate it in the dashboard, under Plugins"
        yield Finding(subject="plugin", text=text, verdict=Verdict.UNKNOWN)
        return
    try:
        config = configuration.to_config(configuration.values_of(row.configuration))
    except configuration.FieldError as error:
        text = f"{error.field} {error}"
        yield Finding(subject="plugin", text=text, verdict=Verdict.WRONG)
        return
    if config.currency != channel.currency_code:
        text = f"the merchant takes {config.currency}, the channel sells in "
        text += f"{channel.currency_code}: no shopper sees the gateway"
        yield Finding(subject="currency", text=text, verdict=Verdict.WRONG)
    yield from examine(config, online=online)
    if Mode.HOSTED in config.modes:
        yield from _addresses(channel, config)
        yield _completion(channel)


def _completion(channel: SaleorObject) -> Finding:
    """Whether a paid hosted page becomes an order if the shopper does not come back."""
    if channel.automatically_complete_fully_paid_checkouts:
        delay = getattr(channel, "automatic_completion_delay", 0) or 0
        text = "a paid checkout becomes an order, also without its shopper"
        text += f", after {delay} minutes" if delay else ""
        return Finding(subject="completion", text=text)
    return Finding(
        subject="completion",
        text="in the Transactions API a hosted page that was paid becomes no order "
        "while its shopper stays away: switch on the channel's "
        "automaticallyCompleteFullyPaidCheckouts",
        verdict=Verdict.UNKNOWN,
    )


def _addresses(channel: SaleorObject, config: CloverConfig) -> Iterator[Finding]:
    url = hosted_page.webhook_url(channel.slug)
    parts = urlsplit(url)
    is_reachable = parts.scheme == "https" and parts.hostname not in _LOCAL
    if is_reachable or config.environment is Environment.LOCAL:
        yield Finding(subject="webhook URL", text=url)
    else:
        yield Finding(
            subject="webhook URL",
            text=f"{url} cannot be reached from outside: set the site's domain and "
            "ENABLE_SSL (or PUBLIC_URL)",
            verdict=Verdict.WRONG,
        )
    if not config.webhook_secrets:
        yield Finding(
            subject="webhook secret",
            text="none: an order whose shopper does not come back is not made before "
            "reconciliation finds its money",
            verdict=Verdict.WRONG,
        )
    hosts = list(settings.ALLOWED_CLIENT_HOSTS)
    is_local_only = all(host.split(":")[0] in _LOCAL for host in hosts)
    if is_local_only and config.environment is not Environment.LOCAL:
        yield Finding(
            subject="storefront",
            text=f"ALLOWED_CLIENT_HOSTS is {', '.join(hosts)}: add the storefront's "
            "host, or no page can lead back to it",
            verdict=Verdict.WRONG,
        )
