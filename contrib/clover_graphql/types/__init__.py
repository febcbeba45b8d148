"""Saleor's types, as far as payments go."""
