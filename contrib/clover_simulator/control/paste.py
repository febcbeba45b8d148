"""A shop's settings for this simulator, ready to paste: for a shell, and for Django."""

from collections.abc import Callable, Mapping

from clover_simulator.state.merchants import Merchant

Settings = Mapping[str, str | list[str]]


def settings(url: str, merchant: Merchant) -> Settings:
    """The settings by name; mode `hosted` where webhooks are sent, else `iframe`."""
    return {
        "ENVIRONMENT": "local",
        "BASE_URL": url,
        "MODE": "hosted" if merchant.webhook_url else "iframe",
        "MERCHANT_ID": merchant.id,
        "CURRENCY": merchant.currency,
        "PUBLIC_KEY": merchant.public_key,
        "PRIVATE_KEY": merchant.private_key,
        "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "PLATFORM_TOKEN": merchant.platform_token,
        "WEBHOOK_SECRETS": [merchant.webhook_secret],
    }


def for_shell(given: Settings) -> str:
    """The settings as environment variables."""
    lines = [
        f"export CLOVER_{name}={value if isinstance(value, str) else ','.join(value)}"
        for name, value in given.items()
    ]
    return "\n".join(lines)


def for_django(given: Settings) -> str:
    """The settings as Django's setting `CLOVER`."""
    lines = [f'    "{name}": {_literal(value)},' for name, value in given.items()]
    return "\n".join(["CLOVER = {", *lines, "}"])


def _literal(value: str | list[str]) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return f"[{', '.join(map(_literal, value))}]"


FORMS: dict[str, Callable[[Settings], str]] = {"env": for_shell, "django": for_django}
