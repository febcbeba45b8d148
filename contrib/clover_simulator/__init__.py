"""Clover in a box: a stateful HTTP double of Clover Ecommerce."""
