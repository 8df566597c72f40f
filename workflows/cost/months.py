"""Puts a month of a stage together: its requests, its retrains, what is stored, and what watches all that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.settings.stage import StageSettings
from workflows.cost.bills import NOTHING_FREE, Bill, bill
from workflows.cost.estimates import STORED_GB, retrain_usage, standing_usage
from workflows.cost.prices import Prices
from workflows.cost.traffic import Traffic, function_usage, gateway_usage, log_usage, wake_usage
from workflows.cost.usage import Usage
from workflows.definitions.asl import Definition
from workflows.stacks import alarms
from workflows.stacks.functions import task_sizes

REQUESTS, RETRAINS, WAKING, WATCHING, STORAGE = "requests", "retrains", "keeping warm", "watching", "storage"


@dataclass(frozen=True, kw_only=True)
class Month:
    """Of a stage of one model, which trains anew each night and promotes what it trained."""

    traffic: Traffic
    settings: StageSettings
    definition: Definition
    api_memory_mb: int
    wake_minutes: float | None = None
    """Between two calls that keep a serving function warm; None for none."""

    @property
    def through_the_gateway(self) -> Mapping[str, Usage]:
        """By what it is for."""
        asked = gateway_usage(self.traffic, api_memory_mb=self.api_memory_mb, architecture=self._architecture)
        return {REQUESTS: asked, **self._beside_requests}

    @property
    def by_function_url(self) -> Mapping[str, Usage]:
        return {REQUESTS: function_usage(self.traffic, architecture=self._architecture), **self._beside_requests}

    @property
    def _architecture(self) -> str:
        return self.settings.architecture

    @property
    def _beside_requests(self) -> Mapping[str, Usage]:
        nights = self.traffic.days
        sizes = task_sizes(self.settings)
        retrain = retrain_usage(self.definition, sizes=sizes, architecture=self._architecture)
        watched = len(alarms.stage_alarms("a")) + len(
            alarms.model_alarms("a", "a-model", logical_id="A", settings=self.settings)
        )
        logs = retrain.units["log_gb"] * nights + log_usage(self.traffic).units["log_gb"]
        standing = standing_usage(alarms=watched, models=1, stored_gb=STORED_GB, log_gb=logs)
        stored = Usage({"stored_gb_month": standing.units["stored_gb_month"]})
        watching = Usage({name: units for name, units in standing.units.items() if name not in stored.units})
        without_logs = Usage({name: units for name, units in retrain.units.items() if name != "log_gb"})
        return {
            RETRAINS: without_logs.times(nights),
            **self._waking,
            WATCHING: watching + Usage({"log_gb": logs}),
            STORAGE: stored,
        }

    @property
    def _waking(self) -> Mapping[str, Usage]:
        if self.wake_minutes is None:
            return {}
        return {WAKING: wake_usage(self.traffic, every_minutes=self.wake_minutes, architecture=self._architecture)}


def bills(parts: Mapping[str, Usage], prices: Prices, *, free: Mapping[str, float] = NOTHING_FREE) -> dict[str, Bill]:
    """Of each part. What is free is taken off the first parts that use it."""
    left, found = dict(free), {}
    for name, usage in parts.items():
        found[name] = bill(usage, prices, free=left)
        left = {unit: max(0.0, units - usage.units.get(unit, 0)) for unit, units in left.items()}
    return found
