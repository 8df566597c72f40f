"""A recipe that requires a package of its own: planned, built into a layer of Train, deployed, and gone with it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.clone import ROOT
from tests.deploy.planning.conftest import MODELS, Project
from workflows.checking.formats import needs_of
from workflows.planning.plan import Plan

PACKAGE = "sortedcontainers"
"""Small, in Python alone, and locked for the tests already."""
NEEDS = needs_of(dict.fromkeys(MODELS, "scorecard"), required=[PACKAGE])
PLAIN = needs_of(dict.fromkeys(MODELS, "scorecard"))
LOCK = "lambdas/recipes/requires.txt"


def locked() -> str:
    """The package's own lines of a lock: its version, and the checksums of its files."""
    found = re.search(
        rf"^{PACKAGE}==.*?(?=^\w|\Z)", (ROOT / "workflows/locks/test.txt").read_text(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    return found.group(0)


def layers_of(project: Project, function: str) -> list[str]:
    """The names of its layers, in their order."""
    known: dict[str, Any] = project.client("lambda").get_function_configuration(
        FunctionName=f"nightswap-local-{function}"
    )
    return [each["Arn"].split(":")[-2] for each in known.get("Layers", ())]


def layer_change(plan: Plan) -> str:
    """What the plan says of the layer."""
    (action,) = [each.action for stack in plan.stacks for each in stack.changes if each.resource == "RequiresLayer"]
    return action


@pytest.mark.timeout(600)
def test_required_package_is_planned_built_for_train_alone_deployed_and_gone_with_the_recipe(
    project: Project,
) -> None:
    (project.root / LOCK).write_text(locked())
    project.deploy(needs=PLAIN)
    said: list[str] = []

    planned = project.plan(needs=NEEDS, with_layers=True, report=lambda step: said.append(step.subject))
    project.deploy(needs=NEEDS, with_layers=True)

    assert any("layer requires: fetching its wheels" in each for each in said)
    assert layer_change(planned) == "create"
    assert layers_of(project, "train") == [f"nightswap-local-{name}" for name in ("numpy", "sklearn", "requires")]
    assert layers_of(project, "evaluate") == ["nightswap-local-numpy"]
    assert project.plan(needs=NEEDS, with_layers=True).changes_nothing
    assert layer_change(project.plan(needs=PLAIN, with_layers=True)) == "delete"
