"""What `manage.py check`, and so `migrate`, says of the Saleor around it."""

from typing import Any

from django.core.checks import CheckMessage, Warning

from clover_saleor.installation import internals

_HINT = (
    "manage.py clover_doctor says it again; the plugin stays on, so switch it off in "
    "each channel until this is resolved"
)


def check_saleor(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """This release of Saleor was tested, and the functions used are unchanged."""
    untested = internals.untested()
    found = [f"Saleor {untested}"] if untested else []
    return [
        Warning(text, hint=_HINT, id="clover_saleor.W001")
        for text in (*found, *internals.moved())
    ]
