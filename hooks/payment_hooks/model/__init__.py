"""Values: money, cards, requests, results, records, errors. Imports no other room."""

from payment_hooks.model.cards import (
    looks_like_card_number,
    mask_card_numbers,
)
from payment_hooks.model.messages import (
    TEXTS,
)
from payment_hooks.model.records import (
    refuse_long,
)
from payment_hooks.model.secrecy import (
    forget_frames,
    forgetful,
    forgetful_type,
)

__all__ = [
    "TEXTS",
    "forget_frames",
    "forgetful",
    "forgetful_type",
    "looks_like_card_number",
    "mask_card_numbers",
    "refuse_long",
]
