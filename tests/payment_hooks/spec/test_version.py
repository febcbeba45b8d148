"""What a plugin can ask: the package's version, and the specification's."""

from importlib.metadata import version
from pathlib import Path

import payment_hooks
from tests.payment_hooks.spec.specification import describe


def test_the_package_says_its_version():
    assert payment_hooks.__version__ == version("clover-provider")


def test_the_specification_has_a_major_and_a_minor_number():
    major, minor = payment_hooks.SPECIFICATION

    assert (major, minor) >= (1, 0)


def test_the_specification_is_what_is_written_down():
    """What others built on changes with its version, and not by the way."""
    written = (Path(__file__).parent / "specification.txt").read_text()

    assert describe() == written, (
        "the specification changed: raise payment_hooks.SPECIFICATION as its docstring "
        "says, tell plugins in docs/explanation/specification.md, and write it down "
        "(tests/payment_hooks/spec/specification.py)"
    )
