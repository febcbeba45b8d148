"""The error tree: in the docstring, on the page, and exported."""

import inspect

import payment_hooks
from payment_hooks.model import errors
from tests.house.project import ROOT

CLASSES = {
    name
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, Exception)
}


def test_the_tree_in_the_docstring_names_every_class():
    assert {name for name in CLASSES if name not in errors.__doc__} == set()


def test_the_page_names_every_class():
    page = (ROOT / "docs/reference/errors.md").read_text()

    assert {name for name in CLASSES if f"`{name}`" not in page} == set()


def test_every_error_is_exported():
    assert set(payment_hooks.__all__) >= CLASSES


def test_only_configuration_errors_stand_outside_the_tree():
    outside = {
        name
        for name in CLASSES
        if not issubclass(getattr(errors, name), errors.PaymentError)
    }

    assert outside == {"ConfigurationError"}
