"""`clover simulate`: Clover in a box, on this machine."""

import contextlib
import errno
import json
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from clover_simulator.http.server import SimulatorServer
    from clover_simulator.state.state import State

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
HIGHEST_PORT = 65535
EXTRA = "clover-provider[simulator]"
NEEDED = ("cryptography", "jsonschema", "starlette", "uvicorn")
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
    "--host", default=DEFAULT_HOST, show_default=True, help="This machine only."
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
@click.option(
    "--settings",
    "form",
    type=click.Choice(["env", "django"]),
    help="Only print a shop's settings for this simulator, to paste; start nothing.",
)
@click.option(
    "--currency",
    type=click.Choice(["USD", "CAD"]),
    default="USD",
    show_default=True,
    help="Whose settings are printed.",
)
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
    form: str | None,
    currency: str,
    quiet: bool,
    duration: float | None,
    ready_file: Path | None,
) -> None:
    """Run a simulated Clover with test merchants and test cards, until Ctrl-C."""
    _require_packages()
    _require_port(port)
    state = _state(seed, settings, webhook_url)
    if form is not None:
        click.echo(_settings(state, form, currency, host, port))
        return
    server = _server(state, host, port)
    problems: list[str] = []

    def announce() -> None:
        click.echo(server.url if quiet else _welcome(server, currency))
        sys.stdout.flush()
        if ready_file is not None:
            try:
                ready_file.write_text(json.dumps(_ready(server)), encoding="utf-8")
            except OSError as error:
                problems.append(f"--ready-file {ready_file}: {error.strerror}")
                server.stop()

    if duration is not None:
        timer = threading.Timer(duration, server.stop)
        timer.daemon = True
        timer.start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(on_ready=announce)
    for problem in problems:
        raise click.ClickException(problem)
    if not quiet:
        click.echo("The simulator has stopped.")


class Refused(click.ClickException):
    """An option that cannot be; one line says so, without the usage around it."""

    exit_code = 2


def _require_packages() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise click.ClickException(
            f"the simulator needs {', '.join(missing)}: pip install '{EXTRA}'"
        )


def _require_port(port: int) -> None:
    if not 0 <= port <= HIGHEST_PORT:
        raise Refused(f"--port is from 0 to {HIGHEST_PORT}, not {port}")


def _state(seed: str, settings: tuple[str, ...], webhook_url: str) -> "State":
    # Imported here: `clover --help` lists this command and should not wait for the server.
    from clover_simulator.state.state import State
    from clover_simulator.state.switches import Switches, parse

    try:
        switches = Switches().changed(dict(parse(setting) for setting in settings))
    except ValueError as error:
        raise Refused(f"--switch: {error}") from None
    if webhook_url and not webhook_url.startswith(("http://", "https://")):
        raise Refused("--webhook-url begins with http:// or https://")
    return State(seed=seed, switches=switches, webhook_url=webhook_url)


def _server(state: "State", host: str, port: int) -> "SimulatorServer":
    from clover_simulator.http.server import SimulatorServer

    try:
        return SimulatorServer(state, host=host, port=port)
    except ValueError as error:
        raise Refused(f"--host: {error}") from None
    except OSError as error:
        _refuse_address(host, port, error)


def _refuse_address(host: str, port: int, error: OSError) -> NoReturn:
    reason = error.strerror or str(error)
    remedies = {
        errno.EADDRINUSE: "end what uses it, or try --port 0, which finds a free one",
        errno.EACCES: "take one from 1024 on, or --port 0, which finds a free one",
    }
    remedy = remedies.get(error.errno or 0, "try --host 127.0.0.1 --port 0")
    where = f"port {port}" if host == DEFAULT_HOST else f"port {port} of {host}"
    message = f"{where} cannot be used ({reason}): {remedy}"
    raise click.ClickException(message) from None


def _settings(state: "State", form: str, currency: str, host: str, port: int) -> str:
    """What a shop has to be told of the simulator that these options would start."""
    from clover_simulator.control import paste
    from clover_simulator.http.server import address, require_loopback

    if not port:
        raise Refused("--settings needs the port: --port 0 is known when it runs")
    try:
        url = address(require_loopback(host), port)
    except ValueError as error:
        raise Refused(f"--host: {error}") from None
    merchant = next(row for row in state.merchants if row.currency == currency)
    return paste.FORMS[form](paste.settings(url, merchant))


def _ready(server: "SimulatorServer") -> dict[str, object]:
    from clover_simulator.control import inspection

    return {"url": server.url, **inspection.merchants(server.state)}


def _welcome(server: "SimulatorServer", currency: str) -> str:
    from clover_simulator.control import paste

    merchants = list(server.state.merchants)
    rows = [("merchant id", *(merchant.id for merchant in merchants))]
    rows.append(("currency", *(merchant.currency for merchant in merchants)))
    for label, field in CREDENTIALS:
        rows.append((label, *(str(getattr(merchant, field)) for merchant in merchants)))
    merchant = next(row for row in merchants if row.currency == currency)
    pasted = paste.for_shell(paste.settings(server.url, merchant))
    return "\n".join(
        (
            f"Clover simulator on {server.url}  (Ctrl-C stops it; no money moves here)",
            f"Look inside: {server.url}/",
            "",
            "Test merchants:",
            *_table(rows),
            "",
            "Test cards, any later expiry and any CVV:",
            *_table(_card_rows()),
            "",
            "Settings of a shop, to paste (--settings django prints them for Django):",
            *(f"  {line}" for line in pasted.splitlines()),
            "",
            f"Control: {server.url}/_simulator",
        )
    )


def _card_rows() -> list[tuple[str, ...]]:
    from clover_simulator.state.cards import CARDS

    return [(card.number, card.brand, card.outcome) for card in CARDS.values()]


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


if __name__ == "__main__":
    simulate()
