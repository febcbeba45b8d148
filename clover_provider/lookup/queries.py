"""Reading calls to Clover: one object, a list by its pages, the platform's orders."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

from clover_provider.api.errors import is_missing, raise_for
from clover_provider.api.fields import Reading, only_read, rows_of
from clover_provider.codes import LIST_NOT_FOUND, PROVIDER, TOO_MANY_PAGES
from clover_provider.config import CloverConfig
from clover_provider.config.limits import LARGEST_PAGE
from clover_provider.lookup.time_window import SeenRows, TimeWindow
from clover_provider.wire.json_strict import Fields
from clover_provider.wire.message import Answer, Call
from payment_hooks import (
    InvalidRequest,
    OutcomeUnknown,
    PaymentDeclined,
    ProviderUnavailable,
)

MOST_PAGES = 100
WHOLE_PAYMENT = ("refunds", "cardTransaction", "additionalCharges")
"""Clover asks for at most three expansions in a call."""


class TooManyPages(ProviderUnavailable):
    """The list holds more than is sensible to read at once."""

    shorter_window_helps = False
    """Whether a shorter window has fewer pages: not where Clover filters nothing."""


class Queries:
    """Reads from Clover; nothing is changed, and so each call may be repeated.

    Every failure is `ProviderUnavailable`, whatever Clover answered: a failed reading
    says nothing about a payment.
    """

    def __init__(self, send: Callable[[Call], Answer], config: CloverConfig) -> None:
        self._send = send
        self.config = config
        self._refuses_filters = False

    def charge(self, charge_id: str) -> Answer | None:
        """The ecommerce charge of that id; None when there is none."""
        return self._get(
            f"{self.config.ecommerce_url}/v1/charges/{quote(charge_id, safe='')}",
            path="/v1/charges/{id}",
            action=f"look-up of {charge_id}",
        )

    def platform(
        self, kind: str, object_id: str, expand: Sequence[str]
    ) -> Answer | None:
        """One of the platform's objects, such as `payments`; None when there is none."""
        config = self.config
        query = urlencode({"expand": ",".join(expand)})
        return self._get(
            f"{config.api_url}/v3/merchants/{config.merchant_id}/{kind}/"
            f"{quote(object_id, safe='')}?{query}",
            path=f"/v3/merchants/{{mId}}/{kind}/{{id}}",
            action=f"look-up of {object_id} on the platform",
            platform=True,
        )

    def pages(
        self,
        path: str,
        query: dict[str, str],
        window: TimeWindow,
        *,
        is_sent: bool = True,
    ) -> Iterator[Fields]:
        """Every object of a list under `/v1`, once, page by page.

        Rows from outside of the window may be among them: its filter may be ignored.

        Args:
            path: the list's.
            query: what is asked for beside the window.
            window: filters the list where Clover can; where the rows show that they are
                sorted by time, nothing beyond it is read.
            is_sent: whether the window is sent as a filter, too.

        Raises:
            TooManyPages: there are more than `MOST_PAGES`.
            ProviderUnavailable: Clover did not answer, or not with a list.
        """
        asked = {**query, "limit": str(LARGEST_PAGE)}
        seen, rows_seen = set[str](), SeenRows(window)
        for _ in range(MOST_PAGES):
            answer = self._get_page(path, asked, window.as_query() if is_sent else {})
            rows = rows_of(answer.body, "list")
            # A page begins with the row that the cursor names, which was seen before.
            new = [row for row in rows if _is_new(row, seen)]
            yield from new
            if rows_seen.is_past([_created(row, "created") for row in new]):
                return
            if not new or not _has_more(answer, len(rows)):
                return
            asked["starting_after"] = _cursor(rows)
        raise _too_many(path, rows_seen, is_filtered=not self._refuses_filters)

    def orders(self, window: TimeWindow, expand: Sequence[str]) -> Iterator[Fields]:
        """The platform's orders of the window, once, page by page.

        Raises:
            TooManyPages: there are more than `MOST_PAGES`.
            ProviderUnavailable: Clover did not answer, or not with a list.
        """
        config = self.config
        path = "/v3/merchants/{mId}/orders"
        seen, rows_seen = set[str](), SeenRows(window)
        for page in range(MOST_PAGES):
            query = [("filter", text) for text in window.as_filters()] + [
                ("expand", ",".join(expand)),
                ("limit", str(LARGEST_PAGE)),
                ("offset", str(page * LARGEST_PAGE)),
            ]
            url = (
                f"{config.api_url}/v3/merchants/{config.merchant_id}/orders?"
                f"{urlencode(query)}"
            )
            answer = self._get_list(url, path, "list of orders", platform=True)
            rows = rows_of(answer.body, "list of orders")
            # While pages are read, new orders push old ones onto the next page.
            new = [row for row in rows if _is_new(row, seen)]
            yield from new
            is_past = rows_seen.is_past([_created(row, "createdTime") for row in new])
            if is_past or len(rows) < LARGEST_PAGE:
                return
        raise _too_many(path, rows_seen, is_filtered=True)

    def _get_page(
        self, path: str, asked: dict[str, str], filters: dict[str, str]
    ) -> Answer:
        """One page; without the filters, once Clover has refused them."""
        used = {} if self._refuses_filters else filters
        url = f"{self.config.ecommerce_url}{path}?{urlencode({**used, **asked})}"
        try:
            return self._get_list(url, path, f"list of {path}")
        except ProviderUnavailable as error:
            if not (used and isinstance(error.__cause__, InvalidRequest)):
                raise
        self._refuses_filters = True
        return self._get_page(path, asked, {})

    def _get_list(
        self, url: str, path: str, action: str, *, platform: bool = False
    ) -> Answer:
        """The page of a list; a 404 raises, since it is not an empty list."""
        answer = self._get(url, path=path, action=action, platform=platform)
        if answer is None:
            raise ProviderUnavailable(
                f"{action}: Clover says that it has no such list; ask again",
                code=LIST_NOT_FOUND,
                provider=PROVIDER,
            )
        return answer

    def _get(
        self, url: str, *, path: str, action: str, platform: bool = False
    ) -> Answer | None:
        """The answer; None when Clover says in its own words that there is no such id.

        Raises:
            ProviderUnavailable: no answer came, or a refusal.
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
        if is_missing(answer) or (platform and _is_missing_there(answer)):
            return None
        try:
            raise_for(answer, call)
        except (InvalidRequest, OutcomeUnknown, PaymentDeclined) as error:
            # For a payment these errors would be an outcome; here they only fail a reading.
            raise ProviderUnavailable(
                error.message,
                code=error.code,
                provider=PROVIDER,
                provider_request_id=answer.request_id,
            ) from error
        return answer


def _is_missing_there(answer: Answer) -> bool:
    """Whether the platform says so: its errors are a message, without an error object."""
    error = Reading(fields=answer.fields, what="error")
    return answer.status == 404 and bool(error.text("message"))


def _is_new(row: Fields, seen: set[str]) -> bool:
    """Whether a row was not there before; one without an id is always new."""
    row_id = row.get("id")
    if not isinstance(row_id, str) or not row_id:
        return True
    if row_id in seen:
        return False
    seen.add(row_id)
    return True


def _has_more(answer: Answer, count: int) -> bool:
    """Whether another page may follow; after a full one, whatever Clover says."""
    return count >= LARGEST_PAGE or answer.fields.get("has_more") is True


def _cursor(rows: Sequence[Fields]) -> str:
    with only_read():
        return Reading(fields=rows[-1], what="last of a page").need_id()


def _created(row: Fields, name: str) -> datetime | None:
    return Reading(fields=row, what="row").moment(name)


def _too_many(path: str, rows: SeenRows, *, is_filtered: bool) -> TooManyPages:
    error = TooManyPages(
        f"the list at {path} has more than {MOST_PAGES} pages: ask for less",
        code=TOO_MANY_PAGES,
        provider=PROVIDER,
    )
    error.shorter_window_helps = is_filtered and not rows.has_rows_outside
    return error
