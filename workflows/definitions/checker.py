"""Checks a definition as far as possible without AWS: statelint's checks of the grammar, then this project's own.

Step Functions accepts a definition whose references lead nowhere, and the emulator accepts anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

from statelint.linter import Linter

from chalicelib.errors import leaves
from workflows.definitions.asl import Definition
from workflows.definitions.checks.function_calls import call_problems
from workflows.definitions.checks.loops import loop_problems
from workflows.definitions.checks.machines import RETRAIN, Machine
from workflows.definitions.checks.policies import policy_problems
from workflows.definitions.checks.problem import Problem
from workflows.definitions.checks.references import reference_problems, walked
from workflows.definitions.checks.structure import structure_problems

LAMBDAS = Path(__file__).parents[2] / "lambdas"


def check(
    definition: Definition, *, machine: Machine = RETRAIN, errors: Collection[str], tasks: Path
) -> list[Problem]:
    """Our own checks of a definition that statelint takes: `errors` that the functions raise, `tasks` the folder of
    their files.

    What cannot be read is reported alone, for nothing else can be said of it.
    """
    if unread := structure_problems(definition):
        return unread
    walk = walked(definition, machine=machine)
    return [
        *policy_problems(definition, errors=errors, repair=machine.repair),
        *call_problems(definition, contracts=machine.contracts, tasks=tasks),
        *reference_problems(definition, walk=walk),
        *loop_problems(definition, walk=walk, contracts=machine.contracts),
    ]


def lint(definition_text: str) -> list[str]:
    """What statelint finds, with a sample ARN for each placeholder."""
    sample = re.sub(r"\$\{(\w+)\}", r"arn:aws:lambda:eu-west-1:123456789012:function:\1", definition_text)
    return list(Linter.validate(sample))


def problems(definition_text: str, *, machine: Machine = RETRAIN) -> list[str]:
    """Everything found in a definition's text, in words; empty when it is right."""
    try:
        definition = json.loads(definition_text)
    except json.JSONDecodeError as error:
        return [f"not JSON: {error}"]
    found = lint(definition_text)
    return found or [*map(str, check(definition, machine=machine, errors=leaves(), tasks=LAMBDAS))]
