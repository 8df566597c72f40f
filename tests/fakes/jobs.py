"""The training jobs of SageMaker in memory: somebody else starts and ends them."""

from __future__ import annotations

from tests.fakes.history import History

WORKING, STOPPED = "InProgress", "Stopping"


class InMemoryJobs:
    """A `TrainingJobs`. `statuses` is by name what DescribeTrainingJob would tell; `history` gets stop_job."""

    def __init__(self, *, history: History) -> None:
        self._history = history
        self.statuses: dict[str, str] = {}

    def stop(self, name: str) -> bool:
        if self.statuses.get(name) != WORKING:
            return False
        self.statuses[name] = STOPPED
        self._history.record("stop_job", name)
        return True
