"""Who acts in a history: shoppers, staff, a courier, an attacker, workers."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from payment_hooks import (
    Mode,
    Money,
    PaymentError,
    Payments,
    PaymentSource,
    PaymentState,
    Redirect,
    StaleVersion,
    WebhookRequest,
)
from payment_hooks.recovery import Recovery
from tests.faults.history_world import (
    SIGNED,
    Bank,
    Books,
    Clock,
    DatabaseDown,
    Luck,
    Shop,
    pause,
)

TROUBLE = (PaymentError, DatabaseDown, StaleVersion)
"""What a call may end with; whoever made it may try again, or not."""
USD = "USD"
PATIENCE = 60
WISHES = {
    PaymentState.AUTHORIZED: ["capture", "capture", "capture part", "void", "undo"]
}
NOTHING = (PaymentState.OPEN, PaymentState.CLOSED)


@dataclass(eq=False)
class World:
    """All that exists in one history."""

    luck: Luck
    clock: Clock
    bank: Bank
    shop: Shop
    books: Books
    payments: Payments
    letters: list[tuple[str, str]] = field(default_factory=list)
    """Webhooks on their way: transaction and session."""
    unsettled: list[str] = field(default_factory=list)
    """What was in doubt still after two passes of recovery, before anything else."""
    very_late: set[str] = field(default_factory=set)
    """What the bank did when everybody had given it up: it can only be flagged."""

    def chance(self, probability: float) -> bool:
        """Whether somebody decides so."""
        return self.luck.dice.random() < probability

    def ids(self, reference: str) -> list[str]:
        """The payments of a reference, oldest first."""
        found = self.payments.ledger.find_payments(reference=reference)
        return [payment.payment_id for payment in found]

    def holds_money(self, reference: str) -> bool:
        """Whether the shop's rows say that money of the reference is there."""
        found = self.payments.ledger.find_payments(reference=reference)
        return any(payment.state not in NOTHING for payment in found)


Act = Callable[[World, str], None]


def shop_with_a_card(world: World, reference: str) -> None:
    """Submits up to four times, with one card or another, and may change the cart."""
    dice = world.luck.dice
    for _ in range(dice.randrange(1, 5)):
        if world.chance(0.08):
            world.shop.due[reference] = Money(dice.choice([2599, 3100]), USD)
        with suppress(*TROUBLE):
            payment = world.payments.open(reference, mode=Mode.IFRAME)
            source = PaymentSource(token=dice.choice(["tok-1", "tok-2", "decline-1"]))
            take = (
                world.payments.authorize if world.chance(0.5) else world.payments.charge
            )
            take(payment.payment_id, source)
            world.payments.tell(payment.payment_id)
        pause()


def shop_on_a_page(world: World, reference: str) -> None:
    """Opens pages, pays on some, one or twice, and comes back or not."""
    dice = world.luck.dice
    for _ in range(dice.randrange(1, 4)):
        with suppress(*TROUBLE):
            payment_id = world.payments.open(reference, mode=Mode.HOSTED).payment_id
            page = cast("Redirect", world.payments.start_checkout(payment_id))
            pause()
            if world.chance(0.7):
                tip = 200 if world.chance(0.05) else 0
                paid = world.bank.pay_page(page.session_id, tip)
                if paid is not None:
                    world.letters.append((paid.transaction_id, page.session_id))
            pause()
            if world.chance(0.3):
                world.payments.close(payment_id)
            world.payments.settle(payment_id)
        pause()


def manage(world: World, reference: str) -> None:
    """Staff captures, refunds in parts, voids; the same form may be sent twice."""
    dice = world.luck.dice
    for _ in range(PATIENCE):
        if world.holds_money(reference):
            break
        pause()
    for _ in range(dice.randrange(1, 5)):
        pause()
        for payment_id in world.ids(reference)[-1:]:
            with suppress(*TROUBLE):
                _act_on(world, payment_id)


def _act_on(world: World, payment_id: str) -> None:
    dice = world.luck.dice
    form = str(dice.randrange(3))
    part = Money(dice.choice([500, 1300, 2599]), USD)
    action = dice.choice(
        ["capture", "capture part", "refund", "refund", "void", "undo"]
    )
    if action == "capture":
        world.payments.capture(payment_id)
    elif action == "capture part":
        world.payments.capture(payment_id, part)
    elif action == "refund":
        world.payments.refund(payment_id, part, request_id=form)
    elif action == "void":
        world.payments.void(payment_id)
    else:
        world.payments.undo(payment_id, request_id=f"undo-{form}")


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
    """Forged, foreign, and true messages that name somebody else's page."""
    dice = world.luck.dice
    for _ in range(dice.randrange(1, 4)):
        pause()
        pages, rows = list(world.bank.pages), list(world.bank.rows)
        if not pages:
            continue
        transaction_id = dice.choice([*rows, "T999"])
        body = f"{transaction_id} {dice.choice(pages)} APPROVED"
        how = dice.choice(["forged", "foreign", "misdirected"])
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
                world.payments.settle(payment_id)
