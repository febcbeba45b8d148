"""How OAuth requests are sent: to Clover's platform, without any merchant's key."""

from collections.abc import Mapping

from clover_provider.api.errors import raise_for
from clover_provider.config import CloverConfig
from clover_provider.oauth.session import Send
from clover_provider.wire.message import Call, Sends
from payment_hooks.model import forgetful


def oauth_sender(config: CloverConfig, transport: Sends | None = None) -> Send:
    """The function that `OAuthSession` sends its requests with.

    >>> from clover_provider.config import CloverConfig
    >>> send = oauth_sender(CloverConfig.from_mapping({
    ...     "ENVIRONMENT": "sandbox", "MERCHANT_ID": "TESTMERCH0001",
    ...     "APP_ID": "TESTAPP000001"}))

    Args:
        config: names the environment; its app id and secret are in the bodies.
        transport: another way to send, for tests.
    """
    used = transport

    @forgetful
    def send(path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        nonlocal used
        if used is None:
            from clover_provider.wire.transport import Transport

            used = Transport(config)
        call = Call(
            method="POST",
            url=f"{config.api_url}{path}",
            path=path,
            action="OAuth request",
            body=body,
        )
        answer = used.send(call)
        raise_for(answer, call)
        return answer.fields

    return send
