"""The command line `clover`, and the doctor, which the adapters use as well."""

from clover_provider.cli.command_line import main

__all__ = ["main"]
