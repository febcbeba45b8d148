"""Reading from Clover: one object, a list by its pages, the platform's orders."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from clover_provider.config import CloverConfig
from clover_provider.exchange import Answer, Call, Fields
from clover_provider.failures import raise_for
from clover_provider.limits import LARGEST_PAGE
from clover_provider.reading import PROVIDER, Reading, rows_of
from payment_hooks import OutcomeUnknown

MOST_PAGES = 50


class TooManyPages(OutcomeUnknown):
    """The list holds more than is sensible to read at once."""


class Reads:
    """Reads only, so it can be repeated at will."""

    def __init__(self, send: Callable[[Call], Answer], config: CloverConfig) -> None:
        self._send = send
        self.config = config

    def get(
        self, url: str, *, path: str, action: str, platform: bool = False
    ) -> Answer | None:
        """The answer; None when Clover says in its own words that there is no such id.

        Raises:
            ProviderUnavailable: nobody answered.
            AuthenticationFailed: the key may not read this.
        """
        config = self.config
        call = Call(
            method="GET",
            url=url,
            path=path,
            action=action,
            bearer=config.platform_key if platform else config.ecommerce_key,
        )
        answer = self._send(call)
        # A 404 of a gateway, or of a wrong address, is no evidence of absence.
        if answer.status == 404 and answer.fields:
            return None
        raise_for(answer, call)
        return answer

    def pages(self, path: str, query: dict[str, str]) -> Iterator[Fields]:
        """Every object of a list, page by page.

        Raises:
            TooManyPages: there are more than `MOST_PAGES`.
        """
        asked = {**query, "limit": str(LARGEST_PAGE)}
        for _ in range(MOST_PAGES):
            url = f"{self.config.ecommerce_url}{path}?{urlencode(asked)}"
            answer = self.get(url, path=path, action=f"list of {path}")
            rows = list(rows_of(answer.body, "list")) if answer is not None else []
            yield from rows
            if not _has_more(answer, len(rows)):
                return
            last = Reading(fields=rows[-1], what="last of a page")
            asked["starting_after"] = last.need_id()
        raise _too_many(path)

    def orders(self, filters: list[str], expand: str) -> Iterator[Fields]:
        """The platform's orders, page by page.

        Raises:
            TooManyPages: there are more than `MOST_PAGES`.
        """
        config = self.config
        path = "/v3/merchants/{mId}/orders"
        for page in range(MOST_PAGES):
            query = [("filter", text) for text in filters] + [
                ("expand", expand),
                ("limit", str(LARGEST_PAGE)),
                ("offset", str(page * LARGEST_PAGE)),
            ]
            url = (
                f"{config.api_url}/v3/merchants/{config.merchant_id}/orders?"
                f"{urlencode(query)}"
            )
            answer = self.get(url, path=path, action="list of orders", platform=True)
            rows = rows_of(answer.body, "list of orders") if answer is not None else ()
            yield from rows
            if len(rows) < LARGEST_PAGE:
                return
        raise _too_many(path)


def _has_more(answer: Answer | None, count: int) -> bool:
    if answer is None or not count:
        return False
    told = answer.fields.get("has_more")
    return told if isinstance(told, bool) else count >= LARGEST_PAGE


def _too_many(path: str) -> TooManyPages:
    return TooManyPages(
        f"the list at {path} has more than {MOST_PAGES} pages: ask for less",
        code="too_many_pages",
        provider=PROVIDER,
    )
