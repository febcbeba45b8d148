"""How the bank of a history asks shoppers who they are: 3-D Secure.

In one history of three some charges wait for the shopper. All luck of it is of a stream
of its own, so that the other histories stay what they were.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from payment_hooks import Challenge, ConfirmRequest, TransactionStatus
from tests.faults.history_world import Luck

ANSWERED_WITHIN = timedelta(minutes=15)
"""The time that a challenge names as its end."""
ALONE = (
    TransactionStatus.SUCCEEDED,
    TransactionStatus.SUCCEEDED,
    TransactionStatus.FAILED,
    TransactionStatus.CANCELED,
    None,
    None,
)
"""What may come of one without the shop; None where nobody answers."""


@dataclass(eq=False)
class Waiting:
    """One charge or authorization that waits for the shopper."""

    transaction_id: str
    steps: int
    expires_at: datetime
    step: int = 0

    @property
    def codes(self) -> list[str]:
        """What the shopper brings back from each step."""
        return [f"{self.transaction_id}-{step}" for step in range(self.steps)]

    def show(self) -> Challenge:
        """The step that waits."""
        code = self.codes[self.step]
        return Challenge(
            transaction_id=self.transaction_id,
            url=f"https://bank.test/3ds/{code}",
            data={"code": code},
            expires_at=self.expires_at,
        )


@dataclass(eq=False)
class Desk:
    """What waits for shoppers at the bank, and what ends it."""

    luck: Luck
    dice: Random
    ends_canceled: bool
    """Whether it ends what waits; if not it does as Clover: what was never answered is
    declined unsent, and moves no money unless the shop finalizes it."""
    lasts: timedelta
    """After its end has passed by so much, what waits is canceled where that is known."""
    pace: float = 1
    """How fast time passes: where many act slowly, hardly a request is sent in time."""
    waiting: dict[str, Waiting] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    """All that ever waited."""
    ways: set[str] = field(default_factory=set)
    """What came of them, to see that all was played."""

    def asks(self) -> bool:
        """Whether this charge waits for the shopper."""
        return not self.luck.calm and self.dice.random() < 0.8

    def loses(self) -> bool:
        """Whether this answer is lost or late, or the answer to it."""
        return not self.luck.calm and self.dice.random() < 0.3

    def begin(self, transaction_id: str, now: datetime) -> Challenge:
        """The first step of what waits from now on."""
        steps = self.dice.choice([1, 1, 2])
        waiting = Waiting(transaction_id, steps, now + ANSWERED_WITHIN)
        self.waiting[transaction_id] = waiting
        self.asked.add(transaction_id)
        return waiting.show()

    def step(self, request: ConfirmRequest, now: datetime) -> Challenge | None:
        """What the answer leads to: the step that waits now; None after the last one.

        Raises:
            KeyError: it answers no step so far.
        """
        waiting = self.waiting[request.transaction_id]
        told = request.answer.get("code", "")
        if told not in waiting.codes[: waiting.step + 1]:
            raise KeyError(told)
        if told == waiting.codes[waiting.step]:
            waiting.step += 1
            waiting.expires_at = now + ANSWERED_WITHIN
        return None if waiting.step == waiting.steps else waiting.show()

    def verdict(self) -> TransactionStatus:
        """What comes of the last answer."""
        if self.luck.calm or self.dice.random() < 0.8:
            return TransactionStatus.SUCCEEDED
        return self.dice.choice([TransactionStatus.PENDING, TransactionStatus.FAILED])

    def alone(self) -> TransactionStatus | None:
        """What comes of what waits while the shop does nothing."""
        return self.dice.choice(ALONE) if self.ends_canceled else None

    def end(self, transaction_id: str, way: str) -> None:
        """It waits for the shopper no more."""
        del self.waiting[transaction_id]
        self.ways.add(way)

    def expired(self, now: datetime) -> list[str]:
        """What nobody answered in time, where the bank cares."""
        if not self.ends_canceled:
            return []
        ending = self.waiting.values()
        return [
            row.transaction_id for row in ending if row.expires_at + self.lasts < now
        ]


def open_desk(seed: int, luck: Luck) -> Desk | None:
    """The desk of this history; None where no shopper is asked."""
    dice = Random(f"challenges of {seed}")
    if dice.random() >= 1 / 3:
        return None
    return Desk(
        luck,
        dice,
        ends_canceled=dice.random() < 0.5,
        lasts=timedelta(hours=dice.choice([0, 10])),
        pace=dice.choice([1, 0.2, 0.2, 0.05]),
    )
