"""Clover in Django-Oscar, enabled by settings alone."""
