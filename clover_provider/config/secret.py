"""A key or token that is masked when printed and cannot be pickled."""

import hmac
from typing import NoReturn


class Secret:
    """Holds a key: prints as `***`, cannot be pickled, compares in constant time.

    >>> key = Secret("0f1e2d3c")
    >>> key, bool(key), key == Secret("0f1e2d3c"), key.reveal()
    (Secret('***'), True, True, '0f1e2d3c')
    """

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the header that it belongs in."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key cannot be pickled or copied: read it from the settings")
