"""The `<clover-card>` custom element and what a Python shop needs to serve it.

In Django add `"clover_card"` to `INSTALLED_APPS`, or `static_dir()` to `STATICFILES_DIRS`;
the script is then `{% static "clover_card/clover-card.js" %}`.
"""

from clover_card.assets import script_path, static_dir, stylesheet_path, version
from clover_card.csp import csp_directives

__all__ = [
    "csp_directives",
    "script_path",
    "static_dir",
    "stylesheet_path",
    "version",
]
