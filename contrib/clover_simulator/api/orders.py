"""`/v1/orders`: open an order, pay it in one or more parts, return it."""

from clover_simulator.api import charges, refunds
from clover_simulator.calls.call import Call
from clover_simulator.state.clock import milliseconds
from clover_simulator.state.records import JSON, Charge, Order
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Answer, Refusal, invalid, unprocessed

ECHOED = ("email", "customer", "shipping")


def create(call: Call) -> Answer:
    """`POST /v1/orders`."""
    body = call.body
    if body["currency"].upper() != call.merchant.currency:
        raise invalid("Please provide a valid currency.")
    items = body.get("items", [])
    order = Order(
        id=call.state.ids.object_id("order"),
        merchant_id=call.merchant.id,
        currency=body["currency"],
        created=call.state.clock.now(),
        items=items,
        amount=sum(_worth(item) for item in items),
        echo={name: body[name] for name in ECHOED if name in body},
    )
    if order.amount < 0:
        raise invalid("Please provide a valid amount.", "invalid_charge_amount")
    call.state.ledger.orders[order.id] = order
    return Answer(body=_render(call, order))


def _worth(item: JSON) -> int:
    amount = int(item["amount"]) * int(item.get("quantity", 1))
    return -abs(amount) if item.get("type") == "discount" else amount


def retrieve(call: Call) -> Answer:
    """`GET /v1/orders/{id}`."""
    return Answer(body=_render(call, _find(call)))


def pay(call: Call) -> Answer:
    """`POST /v1/orders/{id}/pay`: all that is unpaid, or `amount` of it."""
    order = _find(call)
    if "threeds" in call.body:
        raise invalid("This simulator plays 3-D Secure for charges, not for orders.")
    if not order.items:
        raise _nothing(f"Order with id {order.id} has no line items")
    left = order.amount - order.amount_paid
    if left <= 0:
        message = f"Order with id {order.id} has been already paid."
        kind = "invalid_request_error"
        raise Refusal.ecommerce(409, "order_already_paid", message, kind=kind)
    amount = call.body.get("amount", left)
    if amount > left:
        raise invalid("Please provide a valid amount.", "invalid_charge_amount")
    source = call.body.get("source") or call.body.get("customer")
    if source is None:
        raise invalid("Please provide a valid source for the charge.")
    charge = charges.fund(
        call,
        {**call.body, "amount": amount, "currency": order.currency, "source": source},
    )
    _record(call, order, charge)
    return Answer(body=_render(call, order))


def _record(call: Call, order: Order, charge: Charge) -> None:
    charge.via, charge.order_id = "order", order.id
    order.charges.append(charge.id)
    recount(call.state, order)


def recount(state: State, order: Order) -> None:
    """What the order's payments that have succeeded have paid."""
    payments = (state.ledger.charges[name] for name in order.charges)
    order.amount_paid = sum(p.amount for p in payments if p.status == "succeeded")
    if order.amount_paid < order.amount:
        order.paid_at = None
    elif order.paid_at is None:
        order.paid_at = state.clock.now()


def create_return(call: Call) -> Answer:
    """`POST /v1/orders/{id}/returns`: everything, or the `items` named."""
    order = _find(call)
    paid = [call.state.ledger.charges[charge_id] for charge_id in order.charges]
    left = sum(refunds.refundable(charge) for charge in paid)
    if not left:
        raise _nothing("Order has no payments. Nothing to refund")
    items = call.body.get("items", [])
    wanted = (
        sum(item.get("amount", 0) * item.get("quantity", 1) for item in items) or left
    )
    if wanted > left:
        raise unprocessed(refunds.TOO_MUCH)
    order.amount_returned += wanted
    order.returned_at = call.state.clock.now()
    for charge in paid:
        part = min(wanted, refunds.refundable(charge))
        if part:
            refunds.record(call.state, charge, part)
        wanted -= part
    return Answer(body=_render(call, order) | {"status": "returned"})


def _find(call: Call) -> Order:
    order = call.state.ledger.orders.get(call.path["id"])
    if order is None or order.merchant_id != call.merchant.id:
        raise _not_found(f"Order with id {call.path['id']} not found.")
    return order


def _not_found(message: str) -> Refusal:
    return Refusal.ecommerce(404, "resource_missing", message)


def _nothing(message: str) -> Refusal:
    """The recorded answer where there is an order, but nothing to do with it."""
    return Refusal.ecommerce(404, "invalid_request", message)


def _render(call: Call, order: Order) -> JSON:
    moments = {"paid": order.paid_at, "returned": order.returned_at}
    rendered: JSON = {
        "id": order.id,
        "object": "order",
        "amount": order.amount,
        "amount_paid": order.amount_paid,
        "amount_returned": order.amount_returned,
        "currency": order.currency,
        "created": milliseconds(order.created),
        "items": order.items,
        "status": "paid" if order.paid_at else "created",
        "status_transitions": {k: milliseconds(v) for k, v in moments.items() if v},
    }
    if order.charges:
        last = call.state.ledger.charges[order.charges[-1]]
        rendered |= {
            "charge": last.id,
            "ref_num": last.ref_num,
            "auth_code": last.auth_code,
            "past_charges": order.charges[:-1],
        }
    return rendered | order.echo
