"""Which language to speak: tags and `Accept-Language` against the languages there are."""

from collections.abc import Iterable

_LONGEST = 500
"""What is behind that many characters of a candidate is not read: anybody sends one."""


def normalize(tag: str) -> str:
    """The tag in lower case with hyphens.

    >>> normalize("FR_CA"), normalize(" es-419 ")
    ('fr-ca', 'es-419')
    """
    return tag.strip().replace("_", "-").lower()


def choose_language(
    candidates: Iterable[str], *, known: Iterable[str], default: str
) -> str:
    """The first language that a candidate wants and that is known, else the default.

    A candidate is a tag with or without region, or an `Accept-Language` with weights; a
    language that is not known leaves the choice to the next candidate.

    >>> choose_language(["de", "en;q=0.3, fr-CA;q=0.9"], known=["en", "fr"], default="en")
    'fr'
    """
    names = {normalize(name): name for name in known}
    for candidate in candidates:
        for tag in _wanted(candidate):
            found = next((names[part] for part in _wider(tag) if part in names), "")
            if found:
                return found
    return default


def is_same_language(one: str, other: str) -> bool:
    """Whether both tags are of one language, wherever it is spoken.

    >>> is_same_language("fr_CA", "fr"), is_same_language("es", "en")
    (True, False)
    """
    return _language(one) == _language(other)


def _language(tag: str) -> str:
    return normalize(tag).partition("-")[0]


def _wanted(candidate: str) -> list[str]:
    """The tags, the most wanted one first; what is weighed with nothing is left out."""
    rows = [_weighed(entry) for entry in candidate[:_LONGEST].split(",")]
    wanted = [row for row in rows if row[1] > 0 and row[0]]
    return [tag for tag, _ in sorted(wanted, key=lambda row: -row[1])]


def _weighed(entry: str) -> tuple[str, float]:
    tag, _, parameter = entry.partition(";")
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return normalize(tag), 1.0
    digits = value.strip()
    is_weight = digits.replace(".", "", 1).isdecimal() and digits.isascii()
    return normalize(tag), float(digits) if is_weight and len(digits) < 6 else 0.0


def _wider(tag: str) -> Iterable[str]:
    """The tag, and what is left of it without its last part, and so on."""
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
