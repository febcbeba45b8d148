"""Follow one payment through the code: `python -m tests.benchmarks.tracing`.

It counts our own functions that are called, the modules they are in, how often the
reader has to turn to another module, and what is asked of the ledger.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import FrameType

from payment_hooks import (
    CheckoutRequest,
    MemoryLedger,
    Mode,
    Money,
    Payments,
    PaymentSource,
    ReturnUrls,
)
from payment_hooks.testing import FakeProvider

PACKAGE = Path(sys.modules["payment_hooks"].__file__ or "").parent
DUE = Money.of("25.99", "USD")
URLS = ReturnUrls(success="https://shop.example/1", failure="https://shop.example/2")


@dataclass(frozen=True, slots=True)
class Way:
    """The way of one payment through the modules, in order."""

    steps: tuple[tuple[str, str], ...]

    @property
    def modules(self) -> set[str]:
        """The modules it passes."""
        return {module for module, _ in self.steps}

    @property
    def changes(self) -> int:
        """How often it goes from one module to another."""
        names = [module for module, _ in self.steps]
        return sum(one != other for one, other in pairwise(names))

    @property
    def ledger_calls(self) -> list[str]:
        """What is asked of the ledger; its id is read once in a process."""
        of_ledger = {name for name in vars(MemoryLedger) if not name.startswith("_")}
        return [
            name
            for module, name in self.steps
            if module.endswith("memory") and name in of_ledger - {"installation_id"}
        ]


def follow(act: Callable[[], object]) -> Way:
    """The way of what `act` does; the fake provider's own code is not counted."""
    steps: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        file, name = Path(frame.f_code.co_filename), frame.f_code.co_name
        is_ours = PACKAGE in file.parents and "testing" not in file.parts
        if event == "call" and is_ours and not name.startswith("<"):
            module = ".".join(file.relative_to(PACKAGE).with_suffix("").parts)
            steps.append((module, name))

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return Way(tuple(steps))


def charge_with_card_fields() -> Way:
    """One charge of a token, on a shop that has charged before."""
    payments = Payments.using(FakeProvider())
    ways = []
    for number in range(2):
        opened = payments.open(f"10{number}", mode=Mode.IFRAME, amount_due=DUE)
        source = PaymentSource(token=f"tok-{number}")
        ways.append(
            follow(
                lambda one=opened, with_=source: payments.charge(one.payment_id, with_)
            )
        )
    return ways[-1]


def webhook_of_a_hosted_page() -> Way:
    """The message that a hosted page was paid, which pays the payment."""
    provider = FakeProvider(secret="s3cret")
    payments = Payments.using(provider)
    opened = payments.open("100", mode=Mode.HOSTED, amount_due=DUE)
    page = CheckoutRequest(
        amount=DUE, reference="100", mode=Mode.HOSTED, return_urls=URLS
    )
    step = payments.start_checkout(opened.payment_id, page)
    paid = provider.pay_session(DUE)
    message = provider.message(paid.transaction_id, step.session_id)  # type: ignore[attr-defined]  # a redirect has one
    return follow(lambda: payments.receive_webhook(message))


WAYS = {
    "charge with card fields": charge_with_card_fields,
    "webhook of a hosted page": webhook_of_a_hosted_page,
}


def main() -> None:
    """Print the numbers of each way."""
    print(f"{'':26}{'calls':>7}{'modules':>9}{'changes':>9}{'ledger calls':>14}")
    for name, run in WAYS.items():
        way = run()
        numbers = (len(way.steps), len(way.modules), way.changes, len(way.ledger_calls))
        print(f"{name:26}{numbers[0]:7}{numbers[1]:9}{numbers[2]:9}{numbers[3]:14}")


if __name__ == "__main__":
    main()
