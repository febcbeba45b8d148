"""The whole demo, run as a shopkeeper runs it."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys

import pytest

COMMAND = (sys.executable, "-c", "from clover_provider.cli import main; main()", "demo")
SECONDS = 600

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * SECONDS)]


def arguments(folder, *options):
    return [*COMMAND, "--data-dir", str(folder), *options]


def environment():
    """Without what this test run sets; with byte code, which makes starts fast."""
    unwanted = ("DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def run_demo(folder, *options):
    return subprocess.run(
        arguments(folder, *options),
        env=environment(),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def change_template(folder, statement):
    with sqlite3.connect(folder / "template.sqlite3") as connection:
        connection.execute(statement)
    connection.close()


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, run_demo(folder, "--once")


def test_one_order_is_paid_in_each_mode(first_run):
    _, done = first_run

    rows = re.findall(
        r"^(\d+) +(\w+) +(\w{13}) +([\d.]+) +Paid +\3 +\4 +captured +✓$",
        done.stdout,
        re.MULTILINE,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert [row[1] for row in rows] == ["iframe", "hosted", "api"]
    assert "\x1b[" not in done.stdout
    assert done.stderr == ""


def test_the_second_run_needs_no_set_up(first_run):
    folder, first = first_run

    second = run_demo(folder, "--once")

    assert "Shop set up" in first.stdout
    assert "Shop set up" not in second.stdout
    assert second.returncode == 0, second.stdout + second.stderr


def test_an_order_that_is_wrong_gives_exit_code_1(first_run):
    folder, _ = first_run
    sold_out = (
        "update partner_stockrecord set num_in_stock = {} where partner_sku = '{}'"
    )
    change_template(folder, sold_out.format(0, "everyday-mug"))

    done = run_demo(folder, "--once")

    change_template(folder, sold_out.format(500, "everyday-mug"))
    assert done.returncode == 1
    assert "✗ hosted: the shopper did not get through" in done.stdout
    assert done.stdout.count("✓\n") == 2


def test_it_stays_open_and_leaves_nothing_running(first_run):
    folder, _ = first_run
    demo = subprocess.Popen(
        arguments(folder, "--port", "0"),
        env=environment(),
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    with demo:
        shown = ""
        for line in demo.stdout:
            shown += line
            if "Ctrl-C" in line:
                break
        other = run_demo(folder, "--once")
        demo.send_signal(signal.SIGTERM)

    ports = [int(port) for port in re.findall(r"http://127\.0\.0\.1:(\d+)", shown)]
    assert demo.returncode == 128 + signal.SIGTERM
    assert "staff@example.com" in shown
    assert "4242 4242 4242 4242" in shown
    assert "another demo uses" in other.stderr
    assert len(set(ports)) == 2
    assert not any(_answers(port) for port in ports)


def _answers(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
