"""What went over the wire: requests as they came, and webhooks with their answers."""

from itertools import islice

from clover_simulator.board.markup import (
    Html,
    Row,
    badge,
    button,
    fold,
    form,
    html,
    link,
    moment,
    pair,
    pretty,
    section,
    table,
    unseen,
)
from clover_simulator.calls import redact
from clover_simulator.state.state import State
from clover_simulator.state.webhook_sender import Delivery
from clover_simulator.traffic.requests import SeenRequest

MOST_ROWS = 30
FIRST_ERROR = 400
OK = range(200, 300)


def requests(state: State) -> Html:
    """The last requests, the newest first; nothing secret was kept of them."""
    known = state.traffic.requests
    rows = [_request_row(seen) for seen in islice(reversed(known), MOST_ROWS)]
    body = table(
        "requests",
        ("Time", "Request", "Status", "Took", "What was sent"),
        rows,
        empty="No request yet.",
        total=state.traffic.counts.total(),
    )
    return section("requests", "Requests", body, count=state.traffic.counts.total())


def _request_row(seen: SeenRequest) -> Row:
    notes: list[object] = [badge(seen.fault, "bad")] if seen.fault else []
    notes += [badge(warning, "note wait") for warning in seen.warnings]
    return Row(
        id=f"request-{seen.number}",
        cells=(
            moment(seen.at),
            html("<b>{method}</b> {path}", method=seen.method, path=seen.path),
            [_status(seen), *notes],
            ""
            if seen.milliseconds is None
            else html('<span class="nowrap">{n} ms</span>', n=seen.milliseconds),
            fold(
                f"request-{seen.number}-sent",
                ["Headers and body", unseen(f"of request {seen.number}")],
                [_headers(seen), pretty(seen.body)] if seen.body else _headers(seen),
            ),
        ),
    )


def _status(seen: SeenRequest) -> Html:
    if seen.status is None:
        return badge("no answer", "bad" if seen.milliseconds is not None else "wait")
    return badge(str(seen.status), "bad" if seen.status >= FIRST_ERROR else "good")


def _headers(seen: SeenRequest) -> Html:
    lines = [pair(name, value) for name, value in seen.headers.items()]
    return html('<dl class="facts">{lines}</dl>', lines=lines)


def webhooks(state: State) -> Html:
    """The webhooks, what the shop answered, and a way to send each again."""
    known = state.webhooks.deliveries
    body = table(
        "webhooks",
        ("Time", "Webhook", "Sent to", "Answer", "Content", "Again"),
        [_delivery_row(state, row) for row in islice(reversed(known), MOST_ROWS)],
        empty="No webhook yet: one is sent for each attempt on a hosted page.",
        total=len(known),
    )
    return section("webhooks", "Webhooks", body, count=len(known))


def _delivery_row(state: State, delivery: Delivery) -> Row:
    merchant = state.merchants.get(delivery.merchant_id)
    charge = str(delivery.event.get("id", ""))
    named: object = (
        link(f"charge-{charge}", charge) if charge in state.ledger.charges else ""
    )
    again: object = (
        form(
            "redeliver",
            button(
                "Redeliver",
                id=f"redeliver-{delivery.number}",
                kind="small",
                of=f"webhook {delivery.number}",
            ),
            {"number": delivery.number},
        )
        if merchant is not None and merchant.webhook_url
        else "no webhook URL is set"
    )
    return Row(
        id=f"webhook-{delivery.number}",
        cells=(
            moment(delivery.at),
            [
                badge(str(delivery.event.get("status", "?"))),
                " ",
                named,
            ],
            delivery.url or "nowhere",
            _answer(delivery),
            fold(
                f"webhook-{delivery.number}-sent",
                ["Body and signature", unseen(f"of webhook {delivery.number}")],
                [
                    pretty(redact.body(delivery.event, inside="metadata")),
                    html("<code>{text}</code>", text=delivery.signature or "not sent"),
                ],
            ),
            again,
        ),
    )


def _answer(delivery: Delivery) -> list[object]:
    is_good = delivery.status in OK
    word = delivery.state if delivery.status is None else str(delivery.status)
    is_waiting = delivery.state in ("waiting", "held")
    kind = "good" if is_good else "wait" if is_waiting else "bad"
    shown: list[object] = [badge(word, kind)]
    if delivery.attempts > 1:
        shown.append(badge(f"{delivery.attempts} attempts"))
    if delivery.answer:
        shown.append(
            html(
                " <small>{text}</small>",
                text=redact.without_card_numbers(delivery.answer),
            )
        )
    return shown
