"""The command `agora`."""

from agoranomos.cli.main import main

__all__ = ["main"]
