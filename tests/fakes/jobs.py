"""The training jobs of SageMaker in memory: somebody else starts and ends them."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.edges.training_jobs import TrialJob
from tests.fakes.history import History

WORKING, STOPPED = "InProgress", "Stopping"


class InMemoryJobs:
    """A `TrainingJobs`. `statuses` is by name what SageMaker would tell of a job, `searches` the same of a search,
    and `trials_of` are its trials; `history` gets stop_job."""

    def __init__(self, *, history: History) -> None:
        self._history = history
        self.statuses: dict[str, str] = {}
        self.searches: dict[str, str] = {}
        self.trials_of: dict[str, Sequence[TrialJob]] = {}

    def stop(self, name: str, *, is_search: bool = False) -> bool:
        statuses = self.searches if is_search else self.statuses
        if statuses.get(name) != WORKING:
            return False
        statuses[name] = STOPPED
        self._history.record("stop_job", name)
        return True

    def trials(self, search: str) -> Sequence[TrialJob]:
        return self.trials_of.get(search, ())
