"""Random interleavings, kills at ledger writes and pauses: a script, not a test.

python tests/attack_fuzz.py FIRST LAST [D]; with D the bank may say no to a second answer.
"""

import logging
import random
import sys
import time
from datetime import UTC, datetime, timedelta

logging.disable(logging.CRITICAL)
from payment_hooks import *
from payment_hooks import hookimpl
from payment_hooks.ledger import MemoryLedger
from payment_hooks.recovery import Recovery
from payment_hooks.testing import FakeProvider


class Killed(BaseException):
    pass


class L(MemoryLedger):
    kill = 0
    rng = None
    hook = None

    def _maybe(self):
        if self.hook and self.rng.random() < 0.15:
            f = self.hook
            self.hook = None
            f()
        if self.kill > 0:
            self.kill -= 1
            if self.kill == 0:
                raise Killed

    def add_operation(self, op):
        self._maybe()
        r = super().add_operation(op)
        self._maybe()
        return r

    def replace_operation(self, *a, **k):
        self._maybe()
        r = super().replace_operation(*a, **k)
        self._maybe()
        return r

    def replace_payment(self, p):
        self._maybe()
        r = super().replace_payment(p)
        self._maybe()
        return r


class CloverLike(FakeProvider):
    flight = None
    rng = None
    log = None
    others = None

    def inter(self):
        if self.others and self.rng.random() < 0.3:
            f = self.others
            self.others = None
            f()

    @hookimpl
    def payment_charge(self, request):
        self.inter()
        return super().payment_charge(request)

    @hookimpl
    def payment_retry(self, request):
        return super().payment_retry(request)

    @hookimpl
    def payment_confirm(self, request):
        self.inter()
        row = self.ledger.get(request.transaction_id)
        if row.status is TransactionStatus.SUCCEEDED:
            return row
        if row.status is not TransactionStatus.PENDING:
            raise PaymentDeclined("no", decline_code=DeclineCode.AUTHENTICATION_FAILED)
        if request.canceled:
            if request.answered_before:
                raise OutcomeUnknown("may arrive")
            raise PaymentDeclined(
                "not finalized", decline_code=DeclineCode.AUTHENTICATION_FAILED
            )
        r = self.rng.random()
        if r < 0.25:
            self.flight.append(request.transaction_id)
            raise OutcomeUnknown("slow")
        if r < 0.35:
            raise OutcomeUnknown("lost, never arrives")
        if r < 0.45:
            raise ProviderUnavailable("not sent")
        if r < 0.75 and DECLINES:
            raise PaymentDeclined("bank says no")
        if r < 0.6:
            self.conclude(request.transaction_id)
            raise OutcomeUnknown("lost answer")
        return self.conclude(request.transaction_id)

    def conclude(self, tid):
        self._codes.pop(tid, None)
        return self._conclude(tid)

    def arrive(self):
        if self.flight:
            t = self.flight.pop(self.rng.randrange(len(self.flight)))
            if self.ledger[t].status is TransactionStatus.PENDING:
                self.conclude(t)


DECLINES = len(sys.argv) > 3


def run(seed):
    rng = random.Random(seed)
    prov = CloverLike()
    prov.rng = rng
    prov.flight = []
    prov.log = []
    led = L()
    led.rng = rng
    now = [datetime.now(UTC)]
    hooks = ProviderHooks.to(prov)
    P = Payments(hooks, led, policy=Policy(wait_seconds=0), now=lambda: now[0])
    due = [2599]
    n = [0]
    last = [None]
    hist = []

    def pid():
        pay = P.open("1", mode=Mode.IFRAME, amount_due=Money(due[0], "USD"))
        return pay.payment_id

    def charge():

        n[0] += 1
        k = rng.choice(["good", "challenge", "challenge", "same"])
        tok = "challenge-x" if k == "same" else f"{k}-{n[0]}"
        getattr(P, HOW)(pid(), PaymentSource(token=tok))

    def anypay():
        ps = P.find("1")
        return rng.choice(ps).payment_id if ps else pid()

    def confirm():
        P.confirm(anypay(), {"code": "x"})

    def cancel():
        P.confirm(anypay(), canceled=True)

    def resume():
        P.resume(anypay())

    def look():
        P.resolve(anypay())

    def recov():
        Recovery(P).run()

    def adv():
        now[0] += timedelta(seconds=rng.choice([1, 30, 120, 1000]))

    def arrive():
        prov.arrive()

    def total():
        due[0] = rng.choice([2599, 3000])

    def close():
        P.close(anypay())

    acts = [
        charge,
        charge,
        confirm,
        confirm,
        cancel,
        resume,
        look,
        recov,
        adv,
        adv,
        arrive,
        total,
        close,
    ]
    HOW = rng.choice(["charge", "authorize"])
    started = now[0]
    for step in range(40):
        a = rng.choice(acts)
        b = rng.choice([charge, confirm, cancel, look, resume, close])

        def inner(b=b):
            hist.append("  inner " + b.__name__)
            k = led.kill
            led.kill = 0
            try:
                b()
            except PaymentError:
                pass
            led.kill = k

        prov.others = inner if rng.random() < 0.4 else None
        led.hook = (
            (
                lambda b=rng.choice([charge, confirm, cancel, look, resume, close, adv, adv, recov, arrive]): (
                    inner(b)
                )
            )
            if rng.random() < 0.6
            else None
        )
        led.kill = rng.choice([0] * 6 + [1, 2, 3, 4, 5, 6, 7, 8])
        hist.append(f"{a.__name__} kill={led.kill}")
        try:
            a()
        except Killed:
            hist.append("   KILLED")
        except PaymentError as e:
            hist.append("   " + type(e).__name__ + " " + str(e)[:60])
        led.kill = 0
        led.hook = None
        if (now[0] - started) > timedelta(hours=10):
            break
    while prov.flight:
        prov.arrive()
    prov.others = None
    for _ in range(4):
        now[0] += timedelta(hours=4)
        try:
            recov()
        except PaymentError:
            pass
    money = [
        r
        for r in prov.ledger.values()
        if r.status is TransactionStatus.SUCCEEDED and not r.parent_id
    ]
    pays = P.find("1")
    flagged = any(p.flags for p in pays)
    known = {
        o.transaction_id
        for p in pays
        for o in P.operations(p.payment_id)
        if o.state is OperationState.SUCCEEDED
    }
    bad = []
    if len(money) > 1:
        bad.append(f"DOUBLE {len(money)} flagged={flagged}")
    lost = [m for m in money if m.transaction_id not in known]
    if lost:
        bad.append(f"LOST {len(lost)}")
    return (
        bad,
        hist,
        [
            (
                p.sequence,
                p.state,
                [
                    (
                        o.kind.value,
                        o.state.value,
                        o.transaction_id,
                        o.flag,
                        dict(o.details),
                    )
                    for o in P.operations(p.payment_id)
                ],
            )
            for p in pays
        ],
    )


a, b = int(sys.argv[1]), int(sys.argv[2])
t = time.time()
c = {}
for s in range(a, b):
    try:
        bad, h, st = run(s)
    except Exception:
        import traceback

        print(s, "EXC")
        traceback.print_exc()
        break
    for x in bad:
        c.setdefault(x, []).append(s)
    if time.time() - t > 120:
        print("stopped at", s)
        break
for k, v in c.items():
    print(k, len(v), v[:8])
