"""Says at the head of a test run what is simulated, and at its end how much of it was."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.cases import CASES, SEED


def pytest_report_header() -> str:
    return (
        f"simulation: {CASES:,} seeded nights from seed {SEED}; SIMULATION_CASES and SIMULATION_SEED set other ones"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tried: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        tried.update(dict(report.user_properties))
    if tried:
        parts = [f"{count:,} {what}" for what, count in tried.items()]
        terminalreporter.write_line(f"simulated, and nothing broken: {', '.join(parts)}")
