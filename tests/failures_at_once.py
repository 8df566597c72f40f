"""Shows a failure as soon as it happens: a suite that is ended before its summary has told what failed until then.

`.ci/run` loads it, as `pytest -p tests.failures_at_once`.
"""

from __future__ import annotations

import pytest


class FailuresAtOnce:
    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.write_line(f"\nfailed in its {report.when}: {report.nodeid}\n{report.longreprtext}")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(terminal, pytest.TerminalReporter):  # the workers of `make test` have none
        config.pluginmanager.register(FailuresAtOnce(terminal))
