"""What a plugin can ask: the package's version, and the specification's."""

from importlib.metadata import version

import payment_hooks


def test_the_package_says_its_version():
    assert payment_hooks.__version__ == version("clover-provider")


def test_the_specification_has_a_major_and_a_minor_number():
    major, minor = payment_hooks.SPECIFICATION

    assert (major, minor) >= (1, 0)
