"""Clover payments for Saleor: a plugin for each channel, and the App it represents.

Saleor puts this package into INSTALLED_APPS while its settings load, so that nothing of
Saleor may be imported here.
"""
