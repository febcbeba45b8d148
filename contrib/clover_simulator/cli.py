"""`clover simulate`: Clover in a box, on this machine."""

import contextlib
import json
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from clover_simulator.http.server import SimulatorServer
    from clover_simulator.state.state import State

DEFAULT_PORT = 8765
CREDENTIALS = (
    ("public key (iframe, API)", "public_key"),
    ("private key (iframe, API)", "private_key"),
    ("public key (hosted)", "hosted_public_key"),
    ("private key (hosted)", "hosted_private_key"),
    ("platform token (v3)", "platform_token"),
    ("webhook secret", "webhook_secret"),
    ("app id", "app_id"),
    ("app secret", "app_secret"),
)


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="This machine only."
)
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, help="0 finds a free one."
)
@click.option(
    "--seed", default="clover", show_default=True, help="Same seed, same ids."
)
@click.option(
    "--switch", "settings", multiple=True, metavar="NAME=VALUE", help="May be repeated."
)
@click.option("--webhook-url", default="", help="Where webhooks of both merchants go.")
@click.option("--quiet", is_flag=True, help="Print the URL only.")
@click.option("--duration", type=float, help="Stop by itself after so many seconds.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Written as JSON when the simulator answers.",
)
def simulate(
    *,
    host: str,
    port: int,
    seed: str,
    settings: tuple[str, ...],
    webhook_url: str,
    quiet: bool,
    duration: float | None,
    ready_file: Path | None,
) -> None:
    """Run a simulated Clover with test merchants and test cards, until Ctrl-C."""
    state = _state(seed, settings, webhook_url)
    server = _server(state, host, port)

    def announce() -> None:
        click.echo(server.url if quiet else _welcome(server))
        if ready_file is not None:
            ready_file.write_text(json.dumps(_ready(server)), encoding="utf-8")
        sys.stdout.flush()

    if duration is not None:
        timer = threading.Timer(duration, server.stop)
        timer.daemon = True
        timer.start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(on_ready=announce)
    if not quiet:
        click.echo("The simulator has stopped.")


def _state(seed: str, settings: tuple[str, ...], webhook_url: str) -> "State":
    # Imported here: `clover --help` lists this command and should not wait for the server.
    from clover_simulator.state.state import State
    from clover_simulator.state.switches import Switches, parse

    try:
        switches = Switches().changed(dict(parse(setting) for setting in settings))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--switch") from None
    return State(seed=seed, switches=switches, webhook_url=webhook_url)


def _server(state: "State", host: str, port: int) -> "SimulatorServer":
    from clover_simulator.http.server import SimulatorServer

    try:
        return SimulatorServer(state, host=host, port=port)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--host") from None
    except OSError as error:
        message = f"port {port} cannot be used ({error.strerror}); try --port 0"
        raise click.ClickException(message) from None


def _ready(server: "SimulatorServer") -> dict[str, object]:
    from clover_simulator.control import inspection

    return {"url": server.url, **inspection.merchants(server.state)}


def _welcome(server: "SimulatorServer") -> str:
    merchants = list(server.state.merchants)
    rows = [("merchant id", *(merchant.id for merchant in merchants))]
    rows.append(("currency", *(merchant.currency for merchant in merchants)))
    for label, field in CREDENTIALS:
        rows.append((label, *(str(getattr(merchant, field)) for merchant in merchants)))
    return "\n".join(
        (
            f"Clover simulator on {server.url}  (Ctrl-C stops it; no money moves here)",
            "",
            "Test merchants:",
            *_table(rows),
            "",
            "Test cards, any later expiry and any CVV:",
            *_table(_card_rows()),
            "",
            f"Control: {server.url}/_simulator",
        )
    )


def _card_rows() -> list[tuple[str, ...]]:
    from clover_simulator.state.cards import CARDS

    return [(card.number, card.brand, card.outcome) for card in CARDS.values()]


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


if __name__ == "__main__":
    simulate()
