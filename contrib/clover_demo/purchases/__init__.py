"""Purchases in the demo shop over HTTP, compared with Clover's records."""
