"""What the page lets one set: the clock, the switches, a merchant's webhook URL."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from clover_simulator.board.markup import (
    Html,
    Row,
    badge,
    button,
    code,
    fold,
    form,
    html,
    pair,
    section,
    select,
    table,
    unseen,
)
from clover_simulator.control import commands, paste
from clover_simulator.pages import test_cards
from clover_simulator.state import switches
from clover_simulator.state.cards import CARDS, Outcome
from clover_simulator.state.merchants import Merchant
from clover_simulator.state.state import State
from clover_simulator.state.switches import Description, Value

MOVES = {"15": "Advance 15 minutes", "60": "1 hour", "1440": "1 day", "10080": "7 days"}
"""By how many minutes a click moves the clock."""
KEYS = {
    "Merchant id": "id",
    "Currency": "currency",
    "Public key (iframe, API)": "public_key",
    "Private key (iframe, API)": "private_key",
    "Public key (hosted)": "hosted_public_key",
    "Private key (hosted)": "hosted_private_key",
    "Platform token (v3)": "platform_token",
    "Webhook secret": "webhook_secret",
    "App id": "app_id",
    "App secret": "app_secret",
}
PASTED = {"env": "for a shell", "django": "for Django"}
SECOND = timedelta(seconds=1)


def clock(state: State) -> Html:
    """The simulated time, and buttons that move it."""
    now = state.clock.now()
    ahead = now - datetime.now(UTC)
    moved = [
        html("<small>{text}</small>", text=_ahead(ahead)),
        form("clock", button("Back to the real time", "minutes", 0, id="clock-back")),
    ]
    body = html(
        '<p id="clock-now" data-live><b>{now}</b></p>'
        '<div id="clock-moved" data-live>{moved}</div>{moves}'
        '<p class="hint">Hosted sessions live for {minutes} minutes; tokens, keys and '
        "authorizations age as well. Signed webhooks carry this time too.</p>",
        now=f"{now:%Y-%m-%d %H:%M:%S} UTC",
        moved=moved if abs(ahead) > SECOND else "",
        moves=form(
            "clock",
            [
                button(text, "minutes", value, id=f"clock-{value}")
                for value, text in MOVES.items()
            ],
        ),
        minutes=f"{state.switches.session_minutes:g}",
    )
    return section("clock", "Clock", body)


def _ahead(ahead: timedelta) -> str:
    minutes = round(ahead / timedelta(minutes=1))
    days, rest = divmod(abs(minutes), 24 * 60)
    told = f"{days} days, {rest // 60} h {rest % 60} min"
    return f"{told} {'ahead of' if minutes >= 0 else 'behind'} the real time"


def move_clock(state: State, given: Mapping[str, str]) -> None:
    """Advance by the minutes that were clicked; 0 is the real time again.

    Raises:
        ValueError: no such move.
    """
    minutes = given.get("minutes", "")
    if minutes == "0":
        state.clock.reset()
    elif minutes in MOVES:
        commands.move_clock(state, {"advance": {"minutes": int(minutes)}})
    else:
        raise ValueError("no such move of the clock")


def cards(state: State) -> Html:
    """The test cards, and what each of them does."""
    rows = [
        Row(
            id=f"card-{card.number}",
            cells=(
                code(test_cards.grouped(card.number)),
                test_cards.brand(card),
                badge(
                    test_cards.meaning(card),
                    "bad" if card.outcome is Outcome.DECLINED else "good",
                ),
                test_cards.authentication_of(card) or "none",
            ),
        )
        for card in CARDS.values()
    ]
    body = table(
        "cards",
        ("Number", "Brand", "What it does", "3-D Secure"),
        rows,
        empty="",
        total=len(rows),
    )
    hint = html(
        '<p class="hint">Any later expiry date and any security code. On the hosted '
        "page a click on a card fills the form.</p>"
    )
    return section("cards", "Test cards", [hint, fold("cards-all", _SHOW, body)])


_SHOW = "Show the test cards"


def merchants(state: State, url: str) -> Html:
    """The test merchants with their keys, and settings to paste."""
    shown = [_merchant(merchant, url) for merchant in state.merchants]
    hint = html(
        '<p class="hint">These keys are published and open nothing but this simulator. '
        "Never put a real key here.</p>"
    )
    body = html('<div class="columns">{shown}</div>', shown=shown)
    return section("merchants", "Merchants and keys", [hint, body])


def _merchant(merchant: Merchant, url: str) -> Html:
    keys = [pair(text, code(getattr(merchant, name))) for text, name in KEYS.items()]
    given = paste.settings(url, merchant)
    pasted = [
        fold(
            f"paste-{form_name}-{merchant.id}",
            [f"Settings to paste, {text}", unseen(f"for {merchant.name}")],
            html('<pre tabindex="0" data-copy>{text}</pre>', text=write(given)),
        )
        for (form_name, text), write in zip(
            PASTED.items(), paste.FORMS.values(), strict=True
        )
    ]
    address = html(
        '<label for="url-{id}">Webhooks go to</label> <input id="url-{id}" type="url" '
        'name="webhook_url" value="{value}" placeholder="http://127.0.0.1:8000/…">',
        id=merchant.id,
        value=merchant.webhook_url,
    )
    saved = button(
        "Save", id=f"save-{merchant.id}", kind="small", of=f"for {merchant.name}"
    )
    return html(
        '<div id="merchant-{id}" class="merchant" data-live><h3>{name}</h3>'
        '<dl class="facts">{keys}</dl>{webhook}{pasted}</div>',
        id=merchant.id,
        name=merchant.name,
        keys=keys,
        webhook=form("merchants", [address, saved], {"merchant": merchant.id}),
        pasted=pasted,
    )


def set_webhook_url(state: State, given: Mapping[str, str]) -> None:
    """Let a merchant's webhooks go to another address, or nowhere.

    Raises:
        ValueError: the address is none of http or https.
    """
    url = given.get("webhook_url", "").strip()
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("a webhook URL begins with http:// or https://")
    changes = {"merchant": given.get("merchant", ""), "webhook_url": url}
    commands.change_merchant(state, changes)


def switch_table(state: State) -> Html:
    """Every switch, those that were changed first in sight."""
    values = state.switches.as_dict()
    described = list(switches.describe())
    changed = [row for row in described if values[row.name] != row.default]
    told = ", ".join(f"{row.name} = {_text(values[row.name])}" for row in changed)
    hint = f"Changed: {told}." if changed else "All switches are as Clover documents."
    rows = [
        Row(
            id=f"switch-{row.name}",
            kind="changed" if row in changed else "",
            cells=(
                html('<label for="set-{name}">{name}</label>', name=row.name),
                _field(row, values[row.name]),
                _text(row.default),
                row.text.replace("`", ""),
            ),
        )
        for row in described
    ]
    shown = table(
        "switch", ("Switch", "Value", "Default", "Meaning"), rows, empty="", total=0
    )
    saved = html('<p class="save">{b}</p>', b=button("Save", id="switches-save"))
    opened = fold("switches-all", "Show the switches", form("switches", [shown, saved]))
    told_now = html('<p id="switches-now" class="hint" data-live>{t}</p>', t=hint)
    return section("switches", "Switches", [told_now, opened])


def _field(row: Description, value: Value) -> Html:
    choices = row.choices or (True, False) if isinstance(value, bool) else row.choices
    name, id = row.name, f"set-{row.name}"
    if choices:
        options = {_text(choice): _text(choice) for choice in choices}
        return select(name, options, _text(value), id=id)
    return html(
        '<input id="{id}" name="{name}" value="{value}" inputmode="decimal">',
        id=id,
        name=name,
        value=_text(value),
    )


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def set_switches(state: State, given: Mapping[str, str]) -> None:
    """Change the switches whose text differs from what holds."""
    values = state.switches.as_dict()
    commands.set_switches(
        state,
        {
            name: text.strip()
            for name, text in given.items()
            if name not in values or text.strip() != _text(values[name])
        },
    )
