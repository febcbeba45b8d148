"""Who acts in a history: shoppers, a courier, an attacker, workers; staff elsewhere."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from greenlet import getcurrent

from payment_hooks import (
    ChargeDetails,
    Initiator,
    InvalidRequest,
    Mode,
    Money,
    PaymentError,
    PaymentSource,
    Redirect,
    WebhookRequest,
)
from payment_hooks.ledger.outcomes import Outcome, outcome_of
from payment_hooks.recovery.recovery import Recovery
from tests.faults.history_installation import World
from tests.faults.history_lists import Marks
from tests.faults.history_world import SIGNED, DatabaseDown, pause

TROUBLE = (PaymentError, DatabaseDown)
"""What a call may end with; whoever made it may try again, or not."""
NOT_BUILT = (InvalidRequest, TypeError)
"""What a call ends with whose arguments cannot be right."""
USD = "USD"
WRONG: tuple[dict[str, Any], ...] = (
    {"details": ChargeDetails(tax=Money(100, "EUR"))},
    {"shopper_adress": "203.0.113.7"},
    {"details": ChargeDetails(initiator=Initiator.MERCHANT)},
)
"""What no request can be built of: another currency, a misspelt name, a fresh card that
the shop would charge by itself."""


def shop_with_a_card(world: World, reference: str) -> None:
    """Submits up to four times, with one card or another, and may change the cart."""
    dice = world.luck.dice
    for _ in range(dice.randrange(1, 5)):
        if world.chance(0.08):
            world.shop.due[reference] = Money(dice.choice([2599, 3100]), USD)
        with suppress(*TROUBLE):
            _submit(world, reference)
        pause()


def _submit(world: World, reference: str) -> None:
    payment = world.payments.open(reference, mode=Mode.IFRAME)
    source = PaymentSource(
        token=world.luck.dice.choice(["tok-1", "tok-2", "decline-1"])
    )
    take = world.payments.authorize if world.chance(0.5) else world.payments.charge
    if world.chance(0.06):
        _ask_wrongly(world, payment.payment_id, take, source)
    world.expect_notified(lambda: take(payment.payment_id, source))


def _ask_wrongly(
    world: World, payment_id: str, take: Callable[..., Any], source: PaymentSource
) -> None:
    """What cannot be asked was not sent, and keeps nobody from asking rightly."""
    before = {row.operation_id for row in world.records.every_operation(payment_id)}
    try:
        take(payment_id, source, **world.luck.dice.choice(WRONG))
    except NOT_BUILT:
        for row in world.records.every_operation(payment_id):
            is_mine = world.records.makers[row.operation_id] is getcurrent()
            if is_mine and row.operation_id not in before:
                world.broken.append(f"I9 what cannot be sent is recorded: {row.state}")


def shop_on_a_page(world: World, reference: str) -> None:
    """Opens pages, pays on some, one or twice, and comes back or not."""
    dice = world.luck.dice
    for _ in range(dice.randrange(1, 4)):
        with suppress(*TROUBLE):
            payment_id, page = open_page(world, reference)
            pause()
            if world.chance(0.7):
                _pay(world, page.session_id)
            pause()
            if world.chance(0.3):
                world.payments.close(payment_id)
            world.payments.resolve(payment_id)
        pause()


def open_page(world: World, reference: str) -> tuple[str, Redirect]:
    """A payment's page; none is given out while money that does not fit is held."""
    before = {
        row.transaction_id
        for payment_id in world.ids(reference)
        for row in world.misfits(payment_id)
    }
    payment_id = world.payments.open(reference, mode=Mode.HOSTED, again=True).payment_id
    page = cast("Redirect", world.payments.start_checkout(payment_id))
    held = [row for row in world.misfits(payment_id) if row.transaction_id in before]
    if held:
        what = f"{held[0].moved} ({held[0].flag})"
        world.broken.append(f"I10 a page is given out while {what} is held")
    return payment_id, page


def _pay(world: World, session_id: str) -> None:
    """The right amount most often; with a tip, another one, or a card that is no good."""
    dice = world.luck.dice
    if world.chance(0.1):
        refused = world.bank.pay_page(session_id, card="decline-1")
        if refused is not None:
            world.letters.append((refused.transaction_id, session_id))
    tip = 200 if world.chance(0.05) else 0
    cents = dice.choice([9999, 599]) if world.chance(world.misfit) else 0
    paid = world.bank.pay_page(session_id, tip=tip, cents=cents)
    if paid is not None:
        world.letters.append((paid.transaction_id, session_id))


def deliver(world: World, reference: str) -> None:
    """The bank's courier: in any order, several times, or never."""
    dice = world.luck.dice
    for _ in range(dice.randrange(1, 6)):
        pause()
        if not world.letters or world.chance(0.2):
            continue
        transaction_id, session_id = dice.choice(world.letters)
        if world.chance(0.1):
            session_id = "-"
        verdict = "APPROVED" if world.chance(0.9) else "DECLINED"
        _post(world, f"{transaction_id} {session_id} {verdict}")


def deliver_all(world: World) -> None:
    """Every letter once more, to a shop where nothing fails."""
    for transaction_id, session_id in world.letters:
        _post(world, f"{transaction_id} {session_id} APPROVED")


def attack(world: World, reference: str) -> None:
    """Forged, foreign, and true messages that name another payment's page."""
    dice = world.luck.dice
    for _ in range(dice.randrange(1, 4)):
        pause()
        pages, rows = list(world.bank.pages), list(world.bank.rows)
        if not pages:
            continue
        transaction_id = dice.choice([*rows, "T999"])
        body = f"{transaction_id} {dice.choice(pages)} APPROVED"
        how = dice.choice(["forged", "foreign", "misdirected", "misdirected"])
        if how == "misdirected" and world.bank.marks is Marks.CARDS:
            continue  # only the bank can sign that, and there only amounts could show it
        _post(
            world,
            body,
            signature="bad" if how == "forged" else SIGNED,
            merchant="OTHERMERCHANT" if how == "foreign" else world.bank.merchant_id,
        )


def _post(world: World, body: str, **headers: str) -> None:
    request = WebhookRequest(
        body=body.encode(),
        headers={"signature": SIGNED} | headers,
        received_at=world.clock(),
    )
    with suppress(*TROUBLE):
        world.payments.receive_webhook(request)


def recover(world: World, reference: str) -> None:
    """A worker that looks at what is due, and sometimes at everything."""
    for _ in range(world.luck.dice.randrange(1, 4)):
        pause()
        with suppress(*TROUBLE):
            Recovery(world.payments).run()


def look(world: World, reference: str) -> None:
    """A status page that is reloaded."""
    for _ in range(world.luck.dice.randrange(1, 4)):
        pause()
        for payment_id in world.ids(reference):
            with suppress(*TROUBLE):
                world.payments.resolve(payment_id)
                _read_the_page(world, payment_id)


def _read_the_page(world: World, payment_id: str) -> None:
    """Nobody reads that nothing was paid while money that does not fit is held."""
    held = world.misfits(payment_id)
    said = outcome_of(world.records.every_operation(payment_id))
    if held and said is Outcome.NOT_PAID:
        world.broken.append(f"I10 {said} is said while {held[0].moved} is held")
