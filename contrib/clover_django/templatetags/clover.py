"""Filters that name the ledger's values for people: `{{ payment.state|state_name }}`."""

from django import template

from clover_django.language import words

register = template.Library()

for name_of in (
    words.state_name,
    words.kind_name,
    words.mode_name,
    words.flag_name,
    words.reason_name,
):
    register.filter(name_of)
