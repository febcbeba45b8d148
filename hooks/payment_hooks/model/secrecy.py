"""Keeps secrets in arguments out of tracebacks.

A traceback keeps the frames that it passed, and each frame its local variables. Error
trackers send them, and `traceback` prints them when it is asked to.
"""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


class Masked(str):
    """A `str` whose `repr` is masked.

    >>> code = Masked("123")
    >>> code, code == "123", f"{code}"
    ('***', True, '123')
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def forget_frames(error: BaseException, until: BaseException | None = None) -> None:
    """Drop the frames of an error and of what led to it, up to the error `until`."""
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and link is not until and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = None
        link = link.__cause__ or link.__context__


def forgetful(function: Callable[P, T]) -> Callable[P, T]:
    """The same function; the tracebacks of its errors hold none of its arguments.

    The traceback begins with the caller and this function's name, and ends there: the
    frames between, which held the arguments and what was made of them, are dropped.

    >>> @forgetful
    ... def refuse(code):
    ...     raise ValueError("not valid")
    >>> try:
    ...     refuse("123")
    ... except ValueError as error:
    ...     "123" in str(error.__traceback__.tb_next.tb_frame.f_locals)
    False
    """

    @wraps(function)
    def forgetting(*args: P.args, **values: P.kwargs) -> T:
        result, error = _outcome(function, args, values)
        if error is None:
            return cast("T", result)
        # This frame is part of the traceback too.
        del args, values
        raise error

    return forgetting


def forgetful_type(kind: type[T]) -> type[T]:
    """The same class; the traceback of a refused construction holds none of the values."""
    setattr(kind, "__init__", forgetful(kind.__init__))  # noqa: B010  mypy refuses the plain form
    return kind


def _outcome(
    function: Callable[..., T], args: tuple[object, ...], values: dict[str, object]
) -> tuple[T | None, BaseException | None]:
    """The call's result, or its error without the frames in between."""
    handled = sys.exception()  # the caller's own, which keeps its frames
    try:
        return function(*args, **values), None
    except BaseException as error:  # noqa: BLE001  raised again by the caller
        forget_frames(error, until=handled)
        return None, error
