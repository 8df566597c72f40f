"""Says at the head of a run which mistakes are drawn, and at its end how many were caught, and which were not."""

from __future__ import annotations

import pytest

from tests.mutants.cases import MISTAKES, RINGS, SEED


def pytest_report_header() -> str:
    return (
        f"mutants: {MISTAKES} mistakes drawn by seed {SEED}, {RINGS} rings of tests; MISTAKES, SEED, RINGS set others"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tried = [dict(report.user_properties) for report in terminalreporter.getreports("passed")]
    trials = [each for each in tried if "mistake" in each]
    missed = [each["mistake"] for each in trials if not each["caught by"]]
    if trials:
        caught = len(trials) - len(missed)
        terminalreporter.write_line(
            f"caught by the tests asked: {caught} of {len(trials)} ({caught / len(trials):.0%})"
        )
        for ring in sorted({each["ring"] for each in trials if each["ring"]}):
            terminalreporter.write_line(f"  by ring {ring}: {sum(each['ring'] == ring for each in trials)}")
        unasked = {each["mistake"] for each in trials if not each["asked whole"]}
        whole = len(trials) - len(unasked)
        if unasked:
            terminalreporter.write_line(
                f"  of those tried by all tests that load their file: {caught} of {whole} ({caught / whole:.0%})"
                if whole
                else "  none was tried by all tests that load its file"
            )
        for mistake in missed:
            why = "the time was over before all tests were asked" if mistake in unasked else "missed"
            terminalreporter.write_line(f"  {why}: {mistake}")
        for test in sorted({each["fails anyway"] for each in trials if each["fails anyway"]}):
            terminalreporter.write_line(f"  fails without any mistake, so that later tests were not asked: {test}")
