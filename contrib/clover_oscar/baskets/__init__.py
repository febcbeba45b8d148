"""Baskets under payment: their goods, their order numbers, and the snapshot of a submit."""
