"""Says at the head of a test run what is simulated, and at its end how much of it was."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.cases import CASES, CORES, SEED, SHARES


def pytest_report_header() -> str:
    return (
        f"simulation: {CASES:,} seeded nights from seed {SEED}, {CORES} of {SHARES} shares of the crash points;"
        " SIMULATION_CASES, SIMULATION_SEED and SIMULATION_SHARES set others"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tried: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        tried.update(dict(report.user_properties))
    if tried:
        parts = [f"{count:,} {what}" for what, count in tried.items()]
        terminalreporter.write_line(f"simulated, and nothing broken: {', '.join(parts)}")
