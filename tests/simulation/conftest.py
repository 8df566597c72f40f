"""Says at the head of a test run what is simulated."""

from __future__ import annotations

from tests.simulation.cases import CASES, SEED


def pytest_report_header() -> str:
    return (
        f"simulation: {CASES:,} seeded nights from seed {SEED}; SIMULATION_CASES and SIMULATION_SEED set other ones"
    )
