"""Filters for templates of shops: `{% load clover %}`."""
