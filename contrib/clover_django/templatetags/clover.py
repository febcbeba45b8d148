"""Names of the ledger's values for people, and the addresses of a payment's pages.

`{{ payment.state|state_name }}` and `{% page_url "status" payment %}`.
"""

from django import template

from clover_django.language import words
from clover_django.language.remedies import flag_remedy
from clover_django.web.addresses import page_url

register = template.Library()
register.simple_tag(page_url)

for name_of in (
    words.state_name,
    words.kind_name,
    words.mode_name,
    words.flag_name,
    words.reason_name,
    flag_remedy,
):
    register.filter(name_of)
