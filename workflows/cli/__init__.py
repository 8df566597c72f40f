"""The command `nightswap`: one module for each group of commands, and `screen.py` for what they show."""

from workflows.cli.main import main

__all__ = ["main"]
