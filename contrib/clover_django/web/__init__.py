"""Requests: the webhook, the pages around a payment, and where a request came from."""
