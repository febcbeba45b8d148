"""The command line `clover`, and the doctor that it shares with the shops' own."""

from clover_provider.cli.command_line import main

__all__ = ["main"]
