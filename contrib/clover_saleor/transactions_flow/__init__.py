"""Saleor's Transactions API: sessions, requests, and the events that record them."""
