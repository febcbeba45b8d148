"""What a shopper's program reads of a page: its title, texts, forms and elements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSENT = frozenset({"submit", "button", "reset", "image", "file"})
_CHOSEN = frozenset({"checkbox", "radio"})

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})

Attributes = list[tuple[str, str | None]]


@dataclass(slots=True, kw_only=True)
class Form:
    """A form as a browser would send it when nothing was typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)

    def filled(self, values: Mapping[str, str]) -> dict[str, str]:
        """The fields to send, these typed in.

        Raises:
            KeyError: the form has no such field.
        """
        missing = [name for name in values if name not in self.fields]
        if missing:
            raise KeyError(f"the form {self.action!r} has no field {missing[0]!r}")
        return self.fields | dict(values)


@dataclass(slots=True, kw_only=True)
class Page:
    """One page."""

    title: str = ""
    alerts: list[str] = field(default_factory=list)
    """What the page says with `role="alert"` or in a message box."""
    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    elements: dict[str, dict[str, str]] = field(default_factory=dict)
    """Attributes of each kind of custom element, the first of its kind."""

    def form_with(self, name: str) -> Form | None:
        """The first form that has a field with this name."""
        return next((form for form in self.forms if name in form.fields), None)

    def form_to(self, path: str) -> Form | None:
        """The first form that is sent to an address with `path` in it."""
        return next((form for form in self.forms if path in form.action), None)


def read(html: str) -> Page:
    """The page in this HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.page.title = " ".join(reader.page.title.split())
    found = (" ".join(text.split()) for text in reader.page.alerts)
    reader.page.alerts = [text for text in found if text]
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._form: Form | None = None
        self._select = ""
        self._inside: list[str] = []
        self._alert_depth: int | None = None

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._inside.append(tag)
        if _is_alert(given) and self._alert_depth is None:
            self._alert_depth = len(self._inside)
            self.page.alerts.append("")
        if tag == "form":
            self._form = Form(
                action=given.get("action", ""), method=given.get("method", "get")
            )
            self.page.forms.append(self._form)
        elif tag == "a":
            self.page.links.append(given.get("href", ""))
        elif "-" in tag:
            self.page.elements.setdefault(tag, given)
        elif self._form is not None:
            self._form.fields.update(self._fields(tag, given))

    def _fields(self, tag: str, given: dict[str, str]) -> Iterator[tuple[str, str]]:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select" and name:
            self._select = name
            yield name, ""
        elif tag == "option" and "selected" in given:
            yield self._select, given.get("value", "")
        elif tag == "textarea" and name:
            yield name, ""
        elif tag == "input" and name and kind not in _UNSENT:
            if kind not in _CHOSEN:
                yield name, given.get("value", "")
            elif "checked" in given:
                yield name, given.get("value", "on")
            elif self._form is not None and kind == "radio":
                self._form.fields.setdefault(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        while tag in self._inside:
            depth = len(self._inside)
            if depth == self._alert_depth:
                self._alert_depth = None
            if self._inside.pop() == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "title" and "svg" not in self._inside:
            self.page.title += data
        elif self._alert_depth is not None:
            self.page.alerts[-1] += data


def _is_alert(given: dict[str, str]) -> bool:
    classes = given.get("class", "").split()
    return given.get("role") == "alert" or "alert" in classes
