"""Runs this clone's `nightswap` as `python -m workflows.cli`."""

from workflows.cli import main

main()
