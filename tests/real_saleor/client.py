"""A small GraphQL client, and what a shopper and a merchant ask of Saleor."""

import json

import requests

from tests.real_saleor import documents

ADDRESSES = {
    "us": {
        "firstName": "Ada",
        "lastName": "Byron",
        "streetAddress1": "1 State Street",
        "city": "Albany",
        "postalCode": "12207",
        "country": "US",
        "countryArea": "NY",
    },
    "ca": {
        "firstName": "Ada",
        "lastName": "Byron",
        "streetAddress1": "1 King Street",
        "city": "Toronto",
        "postalCode": "M5H 1A1",
        "country": "CA",
        "countryArea": "ON",
    },
}


class Refused(Exception):
    """Saleor answered with errors; `answer` is all of it."""

    def __init__(self, answer):
        super().__init__(json.dumps(answer)[:2000])
        self.answer = answer

    @property
    def codes(self):
        return [error.get("code") for error in self.answer.get("errors") or []]


class Client:
    """One caller: a shopper without a token, a customer or a member of staff."""

    def __init__(self, url, token=None):
        self.url = url
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def execute(self, document, **variables):
        """The data of the answer; errors of the request itself are raised."""
        body = {"query": document, "variables": variables}
        answer = self.session.post(f"{self.url}/graphql/", json=body, timeout=120)
        found = answer.json()
        if found.get("errors"):
            raise Refused(found)
        return found["data"]

    def ask(self, document, **variables):
        """What the only mutation in `document` answers, its errors included."""
        (answer,) = self.execute(document, **variables).values()
        return answer

    def do(self, document, **variables):
        """As `ask`, but errors are raised."""
        answer = self.ask(document, **variables)
        if answer.get("errors"):
            raise Refused(answer)
        return answer

    def plugin(self, plugin_id):
        return self.execute(documents.PLUGIN, id=plugin_id)["plugin"]

    def plugin_update(self, plugin_id, channel_id=None, active=None, **configuration):
        pairs = [{"name": k, "value": v} for k, v in configuration.items()]
        given = {"configuration": pairs}
        if active is not None:
            given["active"] = active
        return self.do(
            documents.PLUGIN_UPDATE, id=plugin_id, channelId=channel_id, input=given
        )["plugin"]

    def channel_strategy(self, channel_id, strategy):
        """What a shopper's transactionInitialize does: CHARGE or AUTHORIZATION."""
        self.do(documents.CHANNEL_UPDATE, id=channel_id, strategy=strategy)

    def new_checkout(self, variant, cents, channel="us", email="shopper@example.com"):
        """A checkout of `cents`, ready to be paid."""
        address = ADDRESSES[channel]
        given = {
            "channel": channel,
            "email": email,
            "lines": [{"variantId": variant, "quantity": cents}],
            "shippingAddress": address,
            "billingAddress": address,
        }
        checkout = self.do(documents.CHECKOUT_CREATE, input=given)["checkout"]
        (method,) = checkout["shippingMethods"]
        self.do(documents.DELIVERY, id=checkout["id"], method=method["id"])
        return checkout["id"]

    def checkout(self, checkout_id):
        return self.execute(documents.CHECKOUT, id=checkout_id)["checkout"]

    def gateways(self, checkout_id):
        found = self.checkout(checkout_id)["availablePaymentGateways"]
        return {gateway["id"]: gateway for gateway in found}

    def stored_payment_methods(self, checkout_id):
        return self.execute(documents.STORED, id=checkout_id)["checkout"]

    def payment_create(self, checkout_id, gateway, **fields):
        given = {"gateway": gateway, **fields}
        return self.do(documents.PAYMENT_CREATE, id=checkout_id, input=given)["payment"]

    def payment_initialize(self, gateway, channel, data):
        return self.ask(
            documents.PAYMENT_INITIALIZE,
            gateway=gateway,
            channel=channel,
            data=json.dumps(data),
        )

    def complete(self, checkout_id, data=None):
        """What `checkoutComplete` answers, its errors included."""
        given = None if data is None else json.dumps(data)
        return self.ask(documents.COMPLETE, id=checkout_id, data=given)

    def order(self, order_id):
        return self.execute(documents.ORDER, id=order_id)["order"]

    def orders(self):
        edges = self.execute(documents.ORDERS)["orders"]["edges"]
        return [edge["node"] for edge in edges]

    def payment_capture(self, payment_id, amount=None):
        return self.ask(documents.PAYMENT_CAPTURE, id=payment_id, amount=amount)

    def payment_refund(self, payment_id, amount=None):
        return self.ask(documents.PAYMENT_REFUND, id=payment_id, amount=amount)

    def payment_void(self, payment_id):
        return self.ask(documents.PAYMENT_VOID, id=payment_id)

    def order_capture(self, order_id, amount):
        return self.ask(documents.ORDER_CAPTURE, id=order_id, amount=amount)

    def order_refund(self, order_id, amount):
        return self.ask(documents.ORDER_REFUND, id=order_id, amount=amount)

    def order_void(self, order_id):
        return self.ask(documents.ORDER_VOID, id=order_id)

    def gateway_initialize(self, checkout_id, gateway, data=None):
        wanted = [{"id": gateway, "data": data}]
        return self.ask(documents.GATEWAY_INITIALIZE, id=checkout_id, gateways=wanted)

    def transaction_initialize(self, checkout_id, gateway, data=None, **fields):
        return self.ask(
            documents.TRANSACTION_INITIALIZE,
            id=checkout_id,
            gateway={"id": gateway, "data": data},
            **fields,
        )

    def transaction_process(self, transaction_id, data=None):
        return self.ask(documents.TRANSACTION_PROCESS, id=transaction_id, data=data)

    def transaction_request(self, transaction_id, action, amount=None):
        return self.ask(
            documents.TRANSACTION_REQUEST,
            id=transaction_id,
            action=action,
            amount=amount,
        )

    def transaction(self, transaction_id):
        return self.execute(documents.TRANSACTION, id=transaction_id)["transaction"]
