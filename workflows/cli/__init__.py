"""The command `nightswap`: one module for each group of commands, and `screen.py` for what they show."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended, as shells have it."""


def main() -> None:
    """Load the commands, which takes a moment in which Ctrl-C is as good as later, and run the one that is wanted."""
    try:
        from workflows.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    run()
