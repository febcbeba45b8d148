from types import SimpleNamespace


def fetch_order_info(order):
    return SimpleNamespace(order=order)
