"""`clover demo`: a Django-Oscar shop that sells through a simulated Clover."""

import signal
import threading
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from clover_demo.display import Display

DEFAULT_PORT = 8000
DEFAULT_DATA_DIR = Path(".demo")
_HIGHEST_PORT = 65535
_NEEDED = (
    "cryptography",
    "django",
    "jsonschema",
    "mechanicalsoup",
    "oscar",
    "sorl",
    "starlette",
    "uvicorn",
)
_TERMINATED = 128 + signal.SIGTERM


@click.command()
@click.option("--once", is_flag=True, help="End after selling; 1 if an order is wrong.")
@click.option(
    "--port",
    type=int,
    help=f"Of the shop; 0 finds a free one.  [default: {DEFAULT_PORT}; 0 with --once]",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_DATA_DIR,
    show_default=True,
    help="Where the shop's database and pictures are kept.",
)
@click.option("--fresh", is_flag=True, help="Set the shop up again from nothing.")
def demo(*, once: bool, port: int | None, data_dir: Path, fresh: bool) -> None:
    """Run a real Django-Oscar shop, buy in all three modes, and compare the records."""
    _require_packages()
    if port is not None and not 0 <= port <= _HIGHEST_PORT:
        raise click.ClickException(f"--port is from 0 to {_HIGHEST_PORT}, not {port}")
    signal.signal(signal.SIGTERM, _end)
    # Imported here: `clover --help` lists this command and should not wait for Django.
    from clover_demo.run import DemoFailed, run

    chosen = port if port is not None else (0 if once else DEFAULT_PORT)
    display = Display()
    try:
        with run(display, data_dir.absolute(), port=chosen, fresh=fresh) as outcome:
            if not once:
                display.invite(outcome.addresses)
                display.say("Ctrl-C ends shop and simulator.")
                threading.Event().wait()
    except DemoFailed as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        display.say("\nShop and simulator have stopped.")
        return
    if not outcome.is_right:
        raise SystemExit(1)


def _require_packages() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise click.ClickException(
            f"the demo needs {', '.join(missing)}: pip install 'clover-provider[demo]'"
        )


def _end(signal_number: int, frame: FrameType | None) -> NoReturn:
    """Leave as after Ctrl-C: on the way out both servers are ended."""
    raise SystemExit(_TERMINATED)


if __name__ == "__main__":
    demo()
