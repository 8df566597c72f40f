"""What a stage has beside the rest when a recipe names one of SageMaker's own algorithms."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.evaluating import permits
from tests.contract.stacks.reading import statements
from tests.contract.stacks.sdk_images import registry, retrieved
from workflows.definitions.functions import EXAMPLES
from workflows.deploying.cloudformation.uploads import definition_for
from workflows.packaging.needs import Needs
from workflows.planning.machine import completed
from workflows.stacks.main_stack import main_template
from workflows.stacks.sagemaker import LINEAR_LEARNER, LINEAR_LEARNER_REGISTRIES, REGISTRIES, XGBOOST

ROOT = Path(__file__).parents[3]
SCRIPT = main_template("prod", models=["flows"], needs=Needs(on_sagemaker=("flows",)))
NEEDS = Needs(on_sagemaker=("flows",), by_built_ins=("flows",))
MAIN = main_template("prod", models=["flows"], needs=NEEDS)


def test_stage_without_such_a_recipe_has_nothing_of_it() -> None:
    assert not {each for each in ("linear-learner", "xgboost") if each in json.dumps(SCRIPT).lower()}
    assert set(MAIN["Resources"]) == set(SCRIPT["Resources"])
    changed = {name for name, each in SCRIPT["Resources"].items() if MAIN["Resources"][name] != each}
    assert changed == {"TrainingRole", "Retrain"}


def test_every_placeholder_of_the_definition_is_filled() -> None:
    needs = replace(NEEDS, endpoints=("flows",))
    settings = StageSettings(endpoint_image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/nightswap:7")
    definition = definition_for(ROOT, needs, stage="prod", settings=settings)
    template = main_template("prod", models=["flows"], settings=settings, needs=needs)
    filled = template["Resources"]["Retrain"]["Properties"]["DefinitionSubstitutions"]

    assert {name for name in EXAMPLES if name in definition} == {*EXAMPLES}
    assert {f"${{{name}}}" for name in filled} >= {*EXAMPLES}
    [image, values] = filled["LinearLearnerImage"]["Fn::Sub"]
    assert image == "${Registry}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/linear-learner:1"
    assert values["Registry"]["Fn::FindInMap"][2] == "LinearLearner"
    assert MAIN["Mappings"]["TrainingImages"]["eu-west-1"]["LinearLearner"] == "438346466558"


def test_plan_fills_them_too() -> None:
    definition = definition_for(ROOT, NEEDS, stage="prod", settings=StageSettings())

    names = Names(stage="prod", account="123456789012", region="eu-west-1")
    known = completed(definition, names, source_sha256="a" * 64)

    assert "438346466558.dkr.ecr.eu-west-1.amazonaws.com/linear-learner:1" in known
    assert "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:3.0-5" in known


@pytest.mark.parametrize(("template", "may"), [(SCRIPT, False), (MAIN, True)])
@pytest.mark.parametrize("repository", ["linear-learner", "sagemaker-xgboost"])
def test_image_may_be_pulled_where_a_recipe_asks_for_it(
    repository: str, template: dict[str, object], may: bool
) -> None:
    image = f"arn:aws:ecr:eu-west-1:438346466558:repository/{repository}"

    assert permits(statements(template, "TrainingRole"), "ecr:BatchGetImage", image) is may


def test_job_reads_the_rows_that_were_written_for_it() -> None:
    rows = "arn:aws:s3:::nightswap-prod-123456789012-eu-west-1/work/a-run/sides/rows/00000.csv"

    assert permits(statements(MAIN, "TrainingRole"), "s3:GetObject", rows)
    assert permits(statements(MAIN, "PreprocessRole"), "s3:PutObject", rows)


def test_image_of_each_region_is_the_sdks() -> None:
    images = retrieved(REGISTRIES, {"framework": "linear-learner"}, {"framework": "xgboost", "version": "3.0-5"})

    assert images == {
        region: [
            f"{registry(LINEAR_LEARNER_REGISTRIES[region], region)}/{':'.join(LINEAR_LEARNER)}",
            f"{registry(account, region)}/{':'.join(XGBOOST)}",
        ]
        for region, account in REGISTRIES.items()
    }
