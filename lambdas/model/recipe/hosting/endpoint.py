"""Defines what each version's endpoint is. Import it from `lambdas.model.recipe`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scheduled:
    """The instances of an endpoint at an hour whose load is known: ordered before the load, and not by it.

    `begins` and `ends` are cron expressions (UTC), such as NIGHTSWAP_SCHEDULE has. In between there are
    `min_instances`, and up to `max_instances`, or as many as at other hours, where the load asks for more.
    """

    begins: str
    ends: str
    min_instances: int
    max_instances: int | None = None


@dataclass(frozen=True)
class Endpoint:
    """A target: each version has an endpoint of SageMaker of its own, which its serving function asks. It is paid by
    the hour, whether it is asked or not.

    It has `min_instances`, and up to `max_instances` where one is asked more than `requests_per_minute` times, and
    other bounds at the hour that `scheduled` names; or it is `serverless`, with so many MB of memory, for
    `max_concurrency` requests at once. One that the alias has left stays for `keep_hours`, so that a rollback finds
    it. An alarm tells of instances that nobody has asked for `idle_hours`.
    """

    instance_type: str = "ml.m5.large"
    min_instances: int = 1
    max_instances: int = 10
    requests_per_minute: int = 15_000
    keep_hours: int = 24
    serverless: int | None = None
    max_concurrency: int = 20
    scheduled: Scheduled | None = None
    idle_hours: int = 48

    @property
    def known_hour(self) -> tuple[int, int] | None:
        """The least and the most instances of it; None where none is known."""
        if self.scheduled is None:
            return None
        most = self.scheduled.max_instances
        return self.scheduled.min_instances, self.max_instances if most is None else most
