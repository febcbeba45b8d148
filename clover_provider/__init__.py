"""Clover Ecommerce behind the payment hooks."""
