"""The command `agora`."""

from agoranomos.cli.entry import main

__all__ = ["main"]
