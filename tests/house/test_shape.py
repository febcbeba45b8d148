"""The code stays in rooms of a size that one can look over."""

import ast
import re

import pytest

from tests.house.project import PACKAGES, ROOT, modules, tracked_files

LONGEST_FUNCTION = 50
BLANKET_EXCEPTIONS = {
    "clover_provider/wire/deadlines.py": "a thread hands its error to the one that waits",
    "clover_provider/wire/transport.py": "what is raised keeps no header in its frames",
    "hooks/payment_hooks/spec/calling.py": "a plugin's bug must not look like 'not taken'",
    "hooks/payment_hooks/recovery/recovery.py": "one payment keeps no other waiting",
    "hooks/payment_hooks/model/secrecy.py": "what is raised keeps no secret in its frames",
    "hooks/payment_hooks/engine/payments.py": "an outcome outlives a failed notification",
    "hooks/payment_hooks/engine/executing.py": "what cannot be built was not sent",
    "hooks/payment_hooks/engine/notifying.py": "the shop's bug must not undo a payment",
    "hooks/payment_hooks/storefront/webhook.py": "what has no effect is sent again",
    "contrib/clover_otel/telemetry.py": "a plugin's bug leaves the outcome unknown",
    "contrib/clover_saleor/transactions_plugin.py": "Saleor shows what a plugin lets out",
    "contrib/clover_saleor/plugin.py": "what a plugin lets out locks the checkout",
}
"""Where `except Exception` is allowed, and why."""
FORBIDDEN = ("/work" + "/", "/farm" + "/", "bash" + "_jobs")


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_typed(package):
    assert (PACKAGES[package] / "py.typed").exists()


def test_no_function_is_too_long():
    long = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                if lines > LONGEST_FUNCTION:
                    long[f"{name(path)}:{node.name}"] = lines

    assert long == {}


def test_blanket_exceptions_stand_only_where_they_have_a_reason():
    found = {
        name(path)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and isinstance(node.type, ast.Name)
        and node.type.id in ("Exception", "BaseException")
    }

    assert found == set(BLANKET_EXCEPTIONS)


def test_no_form_sends_back_a_number_that_a_template_has_localised():
    """`{{ amount.to_decimal }}` is `30,00` in French: what is sent back is a text."""
    found = [
        name(path)
        for folder in PACKAGES.values()
        for path in folder.rglob("*.html")
        if re.search(r'value="\{\{[^}]*to_decimal', path.read_text())
    ]

    assert found == []


def test_tls_verification_is_never_switched_off():
    needle = "verify" + "=False"

    assert [name(path) for path in modules() if needle in path.read_text()] == []


def test_nothing_names_the_machine_it_was_made_on():
    found = []
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [(name(path), word) for word in FORBIDDEN if word in text]

    assert found == []
