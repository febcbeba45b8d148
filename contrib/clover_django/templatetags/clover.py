"""What people read instead of the ledger's words: `{{ payment.state|state_name }}`."""

from django import template

from clover_django import words

register = template.Library()


@register.filter
def state_name(value: str) -> str:
    """Of the state of a payment or an operation."""
    return words.name_of(value, words.STATES)


@register.filter
def kind_name(value: str) -> str:
    """Of an operation's kind."""
    return words.name_of(value, words.KINDS)


@register.filter
def mode_name(value: str) -> str:
    """Of how the card reaches Clover."""
    return words.name_of(value, words.MODES)


@register.filter
def flag_name(value: str) -> str:
    """Of a mark: why somebody must look."""
    return words.name_of(value, words.FLAGS)


@register.filter
def reason_name(value: str) -> str:
    """Of why money goes back."""
    return words.name_of(value, words.REASONS)
