"""How much a caller may ask for at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a storefront's documents stay far below."""

    body_bytes: int = 64 * 1024
    """The whole request, variables included."""
    characters: int = 20_000
    """Of the document alone."""
    depth: int = 12
    """Fields in each other."""
    aliases: int = 15
    tokens: int = 1500
    fragments: int = 20
    selections: int = 1000
    """Fields and fragments, once each fragment is put in wherever it is spread."""
    values: int = 500
    """In the variables."""
