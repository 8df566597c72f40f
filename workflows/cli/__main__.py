"""`python -m workflows.cli` is `nightswap`, of the clone it is called in."""

from workflows.cli import main

main()
