def _add(order, name, amount=None):
    order.refresh_from_db()
    order.events = [*order.events, [name, str(amount) if amount is not None else None]]
    order.save()


def order_authorized(order, user, app, amount, payment, manager):
    _add(order, "authorized", amount)


def order_charged(order_info, user, app, amount, payment, manager):
    _add(order_info.order, "charged", amount)


def order_refunded(order, user, app, amount, payment, manager):
    _add(order, "refunded", amount)


def order_voided(order, user, app, payment, manager):
    _add(order, "voided")
