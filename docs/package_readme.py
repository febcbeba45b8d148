"""The README as the package index shows it: its links lead to the documentation's site.

In the repository they are relative, so that they work in every copy of it.
"""

import re
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"\]\(((?:docs/)?[\w./-]+)(#[\w-]+)?\)")


def absolute(text, site):
    """The text with each relative link made absolute below `site`."""

    def replace(match):
        path, anchor = match[1], match[2] or ""
        if path.endswith(".png"):
            return f"]({site}_images/{Path(path).name})"
        page = path.removeprefix("docs/").removesuffix(".md").lower()
        return f"]({site}{page}.html{anchor})"

    return LINK.sub(replace, text)


class CustomMetadataHook(MetadataHookInterface):
    """Called by hatchling for each build."""

    def update(self, metadata):
        site = f"{metadata['urls']['Documentation']}en/latest/"
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": absolute(text, site),
        }
