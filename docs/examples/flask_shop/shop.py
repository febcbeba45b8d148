"""A tea shop on Flask: paid on Clover's own page, charged once, no paid order lost."""

import os
import secrets
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Thread

from flask import Flask, redirect, render_template, request
from sqlalchemy import create_engine

import payment_hooks as hooks
import payment_hooks.storefront as front
from clover_provider import CloverConfig, CloverProvider
from clover_sqlalchemy import SqlAlchemyLedger, create_tables
from payment_hooks.recovery import Reconciliation, Recovery

PORT = int(os.environ.get("PORT", "5000"))
URL = os.environ.get("SHOP_URL", f"http://127.0.0.1:{PORT}")
PRICES = {"Sencha, 100 g": "8.50", "Iron teapot": "42.00", "Two cups": "17.49"}
PRODUCTS = {name: hooks.Money.of(price, "USD") for name, price in PRICES.items()}
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024


def sql(statement, *values):
    with closing(sqlite3.connect("shop.sqlite3")) as database, database:
        return database.execute(statement, values).fetchone()


@cache
def payments():
    columns = "number INTEGER PRIMARY KEY, payment TEXT UNIQUE, product TEXT"
    sql(f"CREATE TABLE IF NOT EXISTS orders ({columns})")
    engine = create_engine("sqlite:///ledger.sqlite3")
    create_tables(engine)
    clover = CloverProvider(CloverConfig.from_environ())
    return hooks.Payments.using(clover, TeaShop(), ledger=SqlAlchemyLedger(engine))


class TeaShop:  # may be notified twice: then its order is there already
    @hooks.hookimpl
    def shop_payment_changed(self, event):
        if event.payment.is_paid:
            insert = "INSERT OR IGNORE INTO orders (payment, product) VALUES (?, ?)"
            sql(insert, event.payment.payment_id, event.payment.context["product"])


@app.get("/")
def shop():
    form = secrets.token_urlsafe(16)  # however often it is sent, it is one order
    return render_template("shop.html", products=PRODUCTS, form=form)


@app.post("/orders")
def choose():
    product, form = request.form.get("product"), request.form.get("form", "")
    if product not in PRODUCTS or len(form) != 22:
        return redirect("/", 303)
    bought = {"amount_due": PRODUCTS[product], "context": {"product": product}}
    payment = payments().open(f"{form} {product}", mode=hooks.Mode.HOSTED, **bought)
    return redirect(f"/orders/{payment.payment_id}", 303)


@app.get("/orders/<payment_id>")
def show(payment_id):
    try:
        payment = payments().look(payment_id)
    except hooks.PaymentError:  # it is looked at again
        payment = payments().get(payment_id)
    known, args = payments().operations(payment_id), request.args
    outcome = payments().outcome(payment_id, shopper_canceled="canceled" in args)
    unpaid = None if "back" in args else payments().unpaid_page(payment_id)
    order = sql("SELECT number FROM orders WHERE payment = ?", payment_id)
    shown = {"payment": payment, "operations": known, "unpaid": unpaid, "order": order}
    return render_template("order.html", outcome=outcome, **shown)


@app.post("/orders/<payment_id>/pay")
def pay(payment_id):
    payment, here = payments().get(payment_id), f"{URL}/orders/{payment_id}?"
    product, amount = payment.context["product"], payment.amount_due
    purchase = hooks.Purchase(
        purchase_id=payment_id,
        kind=hooks.PurchaseKind.ORDER,
        reference=payment.reference,
        amount_due=amount,
        lines=(hooks.LineItem(name=product, unit_price=amount),),
        return_urls=hooks.ReturnUrls(success=f"{here}back", failure=f"{here}canceled"),
        context=payment.context,
    )
    offer = front.OfferedGateway(payments, modes=(hooks.Mode.HOSTED,))
    asked = front.Submission.for_purchase(offer, purchase, front.Entry())
    page = front.submit(asked).next_action
    return redirect(page.url if page else f"{here}no_page", 303)


@app.post("/webhook")
def webhook():
    answer = front.answer_webhook(payments, request.get_data(), request.headers)
    return answer.text, answer.status


@app.errorhandler(hooks.PaymentError)
def refuse(error):
    is_unknown = isinstance(error, hooks.InvalidRequest)
    return render_template("sorry.html"), 404 if is_unknown else 503


@app.after_request
def protect(response):
    response.headers |= {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return response


def look_after_payments():  # finds what a crash, or a lost webhook, left open
    while True:
        now = datetime.now(UTC)
        try:
            Recovery(payments()).run()
            Reconciliation(payments()).run(now - timedelta(hours=1), now, repair=True)
        except Exception:
            app.logger.exception("looked in vain: the next round looks again")
        time.sleep(10)


def start_simulator():
    from clover_simulator.simulator import Simulator

    clover = Simulator(seed=secrets.token_hex(8)).start()
    clover.send_webhooks_to(f"{URL}/webhook")
    print(f"CLOVER_MERCHANT_ID is not set.\nClover in a box: {clover.url}", flush=True)
    os.environ |= {"CLOVER_ENVIRONMENT": "local", "CLOVER_BASE_URL": clover.url}
    os.environ |= {"CLOVER_MODE": "hosted", "CLOVER_MERCHANT_ID": clover.merchant.id}
    os.environ["CLOVER_HOSTED_PRIVATE_KEY"] = clover.merchant.hosted_private_key
    os.environ["CLOVER_PLATFORM_TOKEN"] = clover.merchant.platform_token
    os.environ["CLOVER_WEBHOOK_SECRETS"] = clover.merchant.webhook_secret
    os.chdir(tempfile.mkdtemp())  # the next run's Clover will know none of this


if __name__ == "__main__":
    if "CLOVER_MERCHANT_ID" not in os.environ:
        start_simulator()
    Thread(target=look_after_payments, daemon=True).start()
    app.run(port=PORT)
