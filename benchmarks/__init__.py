"""Measurements: each compares in one run, interleaved, and reports medians as ratios to a bare baseline.

Absolute times belong to the machine that they were taken on. `make bench` runs its parts on these:

command_line.py   --help, and the Python that Lambda runs
measuring.py      candidates that are measured in turns, in random order
results.py        rows, their spread, PART.json, and whether two runs agree
plots.py          PNG and SVG; matplotlib is imported here alone
page.py           the tables of docs/performance.md
functions/        what cold.py and warm.py start

Every other script is run by its name, `python -m benchmarks.NAME`, and says in its first lines what it measures.
"""
