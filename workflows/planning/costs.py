"""Estimates the stage's costs after the deployment: the sizes of its functions and its alarms, at list prices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import names
from workflows.cost.bills import Bill, bill
from workflows.cost.estimates import batch_usage, idle_usage, longest_retrain_usage, predictions_usage, retrain_usage
from workflows.planning.wanted import Wanted
from workflows.stacks.functions import STORAGE_MB, Size

PREDICTIONS, BATCH_RECORDS = 1000, 1_000_000


@dataclass(frozen=True, kw_only=True)
class Costs:
    """In US dollars: a month without new data or requests, one retrain that is promoted, one that takes all the time
    of its tasks, PREDICTIONS requests; the same of each model whose recipe sets its memory; a stored file of
    BATCH_RECORDS records."""

    idle_month: Bill
    retrain: Bill
    longest_retrain: Bill
    predictions: Bill
    predictions_of: Mapping[str, Bill]
    batch: Bill


def costs(wanted: Wanted, *, api_memory_mb: int) -> Costs:
    """Estimated from the templates: what runs, in how much memory, and how many alarms watch it."""
    resources = wanted.main.template["Resources"].values()
    functions = {
        each["Properties"]["FunctionName"]: each["Properties"]
        for each in resources
        if each["Type"] == "AWS::Lambda::Function"
    }
    stage = wanted.names.stage
    sizes = {task: _size(functions[names.task_function(stage, task)]) for task in names.PIPELINE}
    serving = {model: functions[names.serving_function(stage, model)] for model in wanted.models}
    architecture = wanted.settings.architecture
    usual_mb = wanted.settings.serving_memory_mb

    def predictions(memory_mb: int) -> Bill:
        return bill(
            predictions_usage(
                PREDICTIONS, serving_memory_mb=memory_mb, api_memory_mb=api_memory_mb, architecture=architecture
            )
        )

    definition = json.loads(wanted.definition)
    return Costs(
        idle_month=bill(
            idle_usage(
                definition,
                sizes=sizes,
                architecture=architecture,
                alarms=sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in resources),
                models=wanted.models,
            )
        ),
        retrain=bill(retrain_usage(definition, sizes=sizes, architecture=architecture)),
        longest_retrain=bill(longest_retrain_usage(definition, sizes=sizes, architecture=architecture)),
        predictions=predictions(usual_mb),
        predictions_of={
            model: predictions(each["MemorySize"])
            for model, each in serving.items()
            if each["MemorySize"] != usual_mb
        },
        batch=bill(batch_usage(BATCH_RECORDS, sizes=sizes, serving_memory_mb=usual_mb, architecture=architecture)),
    )


def _size(function: Mapping[str, Any]) -> Size:
    storage = function.get("EphemeralStorage", {}).get("Size", STORAGE_MB)
    return Size(int(function["MemorySize"]), int(function["Timeout"]), storage)
