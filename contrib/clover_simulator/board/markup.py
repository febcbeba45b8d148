"""HTML in which every value is escaped, and the few shapes that the page is made of."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape


class Html(str):
    """Text that is HTML already; every other value is escaped."""

    __slots__ = ()


def html(template: str, /, **values: object) -> Html:
    """`template` with its `{places}` filled by the values, each of them escaped."""
    return Html(
        template.format_map({name: render(value) for name, value in values.items()})
    )


def render(value: object) -> Html:
    """One value as HTML: HTML as it is, a list joined, anything else escaped."""
    if isinstance(value, Html):
        return value
    if value is None:
        return Html()
    if isinstance(value, str):
        return Html(escape(value))
    if isinstance(value, Iterable):
        return Html("".join(render(part) for part in value))
    return Html(escape(str(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table; `id` names it for links and for the refresh."""

    id: str
    cells: Sequence[object]
    kind: str = ""


def table(
    name: str, columns: Sequence[str], rows: Sequence[Row], *, empty: str, total: int
) -> Html:
    """A table under its heading; on a narrow screen each row is a card."""
    heads = [html('<th scope="col">{text}</th>', text=text) for text in columns]
    body = [_row(row, columns) for row in rows] or [
        html(
            '<tr id="{name}-none" class="none"><td colspan="{n}">{empty}</td></tr>',
            name=name,
            n=len(columns),
            empty=empty,
        )
    ]
    more = f"The newest {len(rows)} of {total} are shown." if total > len(rows) else ""
    return html(
        '<table><thead><tr>{heads}</tr></thead><tbody id="{name}-rows" data-live '
        'data-list>{body}</tbody></table><p id="{name}-more" class="hint" data-live>'
        "{more}</p>",
        heads=heads,
        name=name,
        body=body,
        more=more,
    )


def _row(row: Row, columns: Sequence[str]) -> Html:
    cells = [
        html('<td data-label="{label}"><div>{cell}</div></td>', label=label, cell=cell)
        for label, cell in zip(columns, row.cells, strict=True)
    ]
    return html(
        '<tr id="{id}" class="{kind}">{cells}</tr>',
        id=row.id,
        kind=row.kind,
        cells=cells,
    )


def section(name: str, title: str, body: object, *, count: int | None = None) -> Html:
    """A part of the page, with a heading that the navigation leads to."""
    shown = "" if count is None else html(' <span class="count">{n}</span>', n=count)
    return html(
        '<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">'
        '{title}<span id="{name}-count" data-live>{shown}</span></h2>{body}</section>',
        name=name,
        title=title,
        shown=shown,
        body=body,
    )


def badge(text: str, kind: str = "") -> Html:
    """One word on a coloured ground."""
    return html('<span class="badge {kind}">{text}</span>', kind=kind, text=text)


def code(text: str) -> Html:
    """A text that a click copies."""
    return html("<code data-copy>{text}</code>", text=text)


def link(target: str, text: str) -> Html:
    """A link to another row of the page."""
    return html('<a href="#{target}">{text}</a>', target=target, text=text)


def pair(name: str, value: object) -> Html:
    """A line of a description list."""
    return html(
        "<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=render(value)
    )


def unseen(text: str) -> Html:
    """Words for whoever hears the page."""
    return html(' <span class="unseen">{text}</span>', text=text)


def fold(name: str, summary: object, body: object) -> Html:
    """Something that a click opens."""
    return html(
        '<details id="{name}"><summary>{summary}</summary>{body}</details>',
        name=name,
        summary=summary,
        body=body,
    )


def pretty(value: object) -> Html:
    """JSON as a person reads it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return html('<pre tabindex="0">{text}</pre>', text=text)


def moment(when: datetime) -> Html:
    """The time of day, and the date, in UTC."""
    return html(
        '<time datetime="{iso}" title="{long}">{time} <small>{day}</small></time>',
        iso=when.isoformat(),
        long=f"{when:%Y-%m-%d %H:%M:%S} UTC",
        time=f"{when:%H:%M:%S}",
        day=f"{when:%Y-%m-%d}",
    )


def money(cents: int, currency: str = "") -> str:
    """Cents as an amount with its currency."""
    amount = f"{cents // 100:,}.{cents % 100:02}"
    return f"{amount} {currency.upper()}".strip()


def form(action: str, body: object, hidden: Mapping[str, object] | None = None) -> Html:
    """A form that changes something."""
    fields = [
        html('<input type="hidden" name="{n}" value="{v}">', n=name, v=value)
        for name, value in (hidden or {}).items()
    ]
    return html(
        '<form method="post" action="/_simulator/board/{action}">{fields}{body}</form>',
        action=action,
        fields=fields,
        body=body,
    )


def button(
    text: str,
    name: str = "",
    value: object = "",
    *,
    id: str,
    kind: str = "",
    of: str = "",
) -> Html:
    """A button that sends its form; the id lets the focus stay where it was.

    `of` says what it acts upon, to whoever hears the page and does not see the row.
    """
    sent = html(' name="{name}" value="{value}"', name=name, value=value)
    return html(
        '<button id="{id}" class="{kind}"{sent}>{text}{of}</button>',
        id=id,
        kind=kind,
        sent=sent if name else Html(),
        text=text,
        of=unseen(of) if of else "",
    )


def select(
    name: str,
    options: Mapping[str, str],
    chosen: str | None = None,
    *,
    id: str,
    label: str = "",
) -> Html:
    """A choice; `label` is for a choice that has no label beside it."""
    shown = [
        html(
            '<option value="{value}"{mark}>{text}</option>',
            value=value,
            mark=Html(" selected") if value == chosen else Html(),
            text=text,
        )
        for value, text in options.items()
    ]
    aria = html(' aria-label="{label}"', label=label) if label else Html()
    return html(
        '<select id="{id}" name="{name}"{aria}>{shown}</select>',
        id=id,
        name=name,
        aria=aria,
        shown=shown,
    )
