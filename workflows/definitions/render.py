"""Prints the state machine as JSON, where the SDK is: `python -m workflows.definitions.render [ENGINE [TARGET]]`,
or `python -m workflows.definitions.render transform` the one that transforms a batch.

It calls nothing, reads no configuration and no clock: the same source always gives the same text.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from workflows.definitions.asl import Definition, State, chosen, otherwise, states
from workflows.definitions.rendering import ENDPOINT, FUNCTION, JOBS, LAMBDA, TRANSFORM

FIELDS = (
    *("Type", "Comment", "Resource", "Parameters", "Result", "ResultPath", "Seconds", "SecondsPath"),
    *("Choices", "Default", "Error", "ErrorPath", "CausePath", "TimeoutSeconds", "TimeoutSecondsPath"),
    *("Retry", "Catch", "Next", "End"),
)
"""The order in which a person reads a state."""


def text(engine: str = LAMBDA, target: str = FUNCTION) -> str:
    """The definition as it is committed, of a stage whose recipes train on this engine and have this target too; or
    of its other machine."""
    return json.dumps(canonical(_authored(engine, target)), indent=2) + "\n"


def canonical(definition: Definition) -> dict[str, Any]:
    """States in the order of a good run, then what goes wrong; fields in the order of FIELDS."""
    known = states(definition)
    ordered = {name: _ordered(known[name]) for name in _reading_order(definition)}
    return {"Comment": definition["Comment"], "StartAt": definition["StartAt"], "States": ordered}


def _reading_order(definition: Definition) -> list[str]:
    order: dict[str, None] = {}

    def follow(name: str) -> None:
        if name not in order:
            order[name] = None
            for target in chosen(states(definition)[name]):
                follow(target)

    follow(definition["StartAt"])
    for name in list(order):
        for target in otherwise(states(definition)[name]):
            follow(target)
    return list(order)


def _ordered(state: State) -> dict[str, Any]:
    return {field: state[field] for field in sorted(state, key=FIELDS.index)}


def _authored(engine: str, target: str) -> Mapping[str, Any]:
    """Import the SDK, which speaks to every logger and warns of its own age, and let it author in silence."""
    os.environ["SAGEMAKER_SUPPRESS_V2_WARNING"] = "1"
    logging.getLogger("sagemaker.config").setLevel(logging.WARNING)
    root_level = logging.getLogger().level
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        warnings.filterwarnings("ignore", category=SyntaxWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        from workflows.definitions.hosting.transform import transform
        from workflows.definitions.retrain import retrain

        machine = (
            transform() if engine == TRANSFORM else retrain(jobs=JOBS[engine], with_endpoints=target == ENDPOINT)
        )
        authored: Mapping[str, Any] = machine.to_dict()
    logging.getLogger().setLevel(root_level)
    return authored


if __name__ == "__main__":
    sys.stdout.write(text(*sys.argv[1:]))
