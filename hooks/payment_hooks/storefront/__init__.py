"""For adapters that answer with data: a submit, its payload, saved cards, status."""

from payment_hooks.storefront.client_address import (
    CLIENT_IP_KINDS,
    ClientIp,
    client_address,
    client_ip_mistake,
    find_address,
)
from payment_hooks.storefront.parts import (
    Part,
    find_parts,
    money_of_parts,
    next_part,
)
from payment_hooks.storefront.payload import (
    CHECKING,
    WAITING,
    Entry,
    card_locale,
    describe_next_action,
    describe_progress,
    explain,
    read_entry,
)
from payment_hooks.storefront.saleor_events import (
    actions_after,
    event_type,
    movement_word,
    possible_actions,
)
from payment_hooks.storefront.saved_cards import (
    MemorySavedCards,
    SavedCard,
    SavedCards,
    choose_source,
    forget_source,
    no_such_card,
    note_card,
    short_card,
)
from payment_hooks.storefront.shown import (
    check_shown,
    seal_shown,
)
from payment_hooks.storefront.submit import (
    Progress,
    attempt,
    begin,
    look,
    pay,
)

__all__ = [
    "CHECKING",
    "CLIENT_IP_KINDS",
    "WAITING",
    "ClientIp",
    "Entry",
    "MemorySavedCards",
    "Part",
    "Progress",
    "SavedCard",
    "SavedCards",
    "actions_after",
    "attempt",
    "begin",
    "card_locale",
    "check_shown",
    "choose_source",
    "client_address",
    "client_ip_mistake",
    "describe_next_action",
    "describe_progress",
    "event_type",
    "explain",
    "find_address",
    "find_parts",
    "forget_source",
    "look",
    "money_of_parts",
    "movement_word",
    "next_part",
    "no_such_card",
    "note_card",
    "pay",
    "possible_actions",
    "read_entry",
    "seal_shown",
    "short_card",
]
