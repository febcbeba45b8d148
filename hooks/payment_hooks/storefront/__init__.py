"""For adapters that answer with data: a submit, its payload, saved cards, status."""
