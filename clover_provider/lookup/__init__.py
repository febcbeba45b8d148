"""Looks transactions up at Clover: by id, by our reference, or in a time window."""

from clover_provider.lookup.charges import Charges, Found
from clover_provider.lookup.queries import Queries
from clover_provider.lookup.retrieval import retrieve
from clover_provider.lookup.search import find
from clover_provider.lookup.transactions import Transactions

__all__ = ["Charges", "Found", "Queries", "Transactions", "find", "retrieve"]
