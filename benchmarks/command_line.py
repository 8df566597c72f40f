"""What the benchmarks have in common as commands."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from workflows.packaging import bytecode
from workflows.packaging.wheels import PYTHON


def command(about: str | None) -> ArgumentParser:
    """Of a benchmark that tells `about` itself: --help prints it, and an argument that it has not is refused."""
    return ArgumentParser(description=about, formatter_class=RawDescriptionHelpFormatter)


def lambdas_python() -> bytecode.Interpreter:
    """The Python that Lambda runs; ends the process where this machine has none."""
    found = bytecode.interpreter(PYTHON)
    if found is None:
        sys.exit(f"there is no Python {PYTHON} here, which Lambda runs: install it, or put it on PATH")
    return found
