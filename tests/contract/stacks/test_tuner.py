"""What a stage has beside the rest when SageMaker's tuner starts a job for each trial of a recipe."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.settings.stage import StageSettings
from tests.contract.stacks.evaluating import permits
from tests.contract.stacks.reading import statements
from workflows.deploying.cloudformation.uploads import definition_for
from workflows.packaging.needs import Needs
from workflows.stacks.main_stack import main_template

ROOT = Path(__file__).parents[3]
NEEDS = Needs(on_sagemaker=("flows",), by_tuner=("flows",))
ALONE = main_template("prod", models=["flows"], needs=Needs(on_sagemaker=("flows",)))
MAIN = main_template("prod", models=["flows"], needs=NEEDS)
HERE = "eu-west-1:123456789012"
SEARCH = f"arn:aws:sagemaker:{HERE}:hyper-parameter-tuning-job/nightswap-prod-0123456789abcdef0"
OF_ANOTHER_STAGE = SEARCH.replace("nightswap-prod-", "nightswap-other-")
OF_SOMEBODY = SEARCH.replace("nightswap-prod-", "somebody-")
JOB = f"arn:aws:sagemaker:{HERE}:training-job/nightswap-prod-0123456789abcdef0-001-0a1b2c3d"
RULE = f"arn:aws:events:{HERE}:rule/StepFunctionsGetEventsForSageMakerHyperParameterTuningJobsRule"


def test_stage_without_such_a_recipe_has_nothing_of_it() -> None:
    assert "HyperParameterTuningJob" not in json.dumps(ALONE)
    assert MAIN["Resources"].keys() == ALONE["Resources"].keys()
    changed = {name for name, each in ALONE["Resources"].items() if MAIN["Resources"][name] != each}
    assert changed == {"RetrainRole", "RestoreAliasRole", "TrainRole"}


def test_every_placeholder_of_the_definition_is_filled() -> None:
    definition = definition_for(ROOT, NEEDS, stage="prod", settings=StageSettings())
    filled = MAIN["Resources"]["Retrain"]["Properties"]["DefinitionSubstitutions"]

    assert "TuneOnSageMaker" in definition
    assert {each.partition("}")[0] for each in definition.split("${")[1:]} == {*filled}


def test_stage_with_a_search_of_an_algorithm_has_what_both_need_and_no_more() -> None:
    needs = Needs(on_sagemaker=("flows",), by_built_ins=("flows",), by_tuner=("flows",))
    definition = definition_for(ROOT, needs, stage="prod", settings=StageSettings())
    template = main_template("prod", models=["flows"], needs=needs)
    filled = template["Resources"]["Retrain"]["Properties"]["DefinitionSubstitutions"]
    of_an_algorithm = main_template("prod", models=["flows"], needs=replace(needs, by_tuner=()))["Resources"]

    assert {each for each in ("TuneLinearLearner", "TuneXGBoost") if each in definition} == {
        "TuneLinearLearner",
        "TuneXGBoost",
    }
    assert {each.partition("}")[0] for each in definition.split("${")[1:]} == {*filled}
    assert template["Resources"]["TrainingRole"] == of_an_algorithm["TrainingRole"]
    for role in ("RetrainRole", "RestoreAliasRole", "TrainRole", "PreprocessRole"):
        assert template["Resources"][role] == MAIN["Resources"][role]


def test_its_jobs_read_the_rows_that_they_are_measured_on() -> None:
    rows = "arn:aws:s3:::nightswap-prod-123456789012-eu-west-1/work/a-run/sides/validation/00000.csv"
    manifest = "arn:aws:s3:::nightswap-prod-123456789012-eu-west-1/work/a-run/sides/validation-manifest.json"

    for each in (rows, manifest):
        assert permits(statements(MAIN, "TrainingRole"), "s3:GetObject", each)
        assert permits(statements(MAIN, "PreprocessRole"), "s3:PutObject", each)
        assert not permits(statements(MAIN, "TrainingRole"), "s3:PutObject", each)


@pytest.mark.parametrize(
    ("who", "action", "resource"),
    [
        *(
            ("Retrain", f"sagemaker:{action}", SEARCH)
            for action in (
                "CreateHyperParameterTuningJob",
                "DescribeHyperParameterTuningJob",
                "StopHyperParameterTuningJob",
                "AddTags",
            )
        ),
        *(("Retrain", f"events:{action}", RULE) for action in ("PutTargets", "PutRule", "DescribeRule")),
        ("RestoreAlias", "sagemaker:DescribeHyperParameterTuningJob", SEARCH),
        ("RestoreAlias", "sagemaker:StopHyperParameterTuningJob", SEARCH),
        ("RestoreAlias", "sagemaker:StopTrainingJob", JOB),
        ("Train", "sagemaker:ListTrainingJobsForHyperParameterTuningJob", SEARCH),
    ],
)
def test_is_permitted(who: str, action: str, resource: str) -> None:
    assert permits(statements(MAIN, f"{who}Role"), action, resource)


@pytest.mark.parametrize("resource", [OF_ANOTHER_STAGE, OF_SOMEBODY])
@pytest.mark.parametrize(
    ("who", "action"),
    [
        ("Retrain", "CreateHyperParameterTuningJob"),
        ("Retrain", "StopHyperParameterTuningJob"),
        ("RestoreAlias", "StopHyperParameterTuningJob"),
        ("Train", "ListTrainingJobsForHyperParameterTuningJob"),
    ],
)
def test_search_of_others_is_out_of_reach(who: str, action: str, resource: str) -> None:
    assert not permits(statements(MAIN, f"{who}Role"), f"sagemaker:{action}", resource)


@pytest.mark.parametrize(
    ("who", "action"),
    [
        ("Retrain", "DeleteHyperParameterTuningJob"),
        ("Retrain", "ListTrainingJobsForHyperParameterTuningJob"),
        ("RestoreAlias", "CreateHyperParameterTuningJob"),
        ("Train", "CreateHyperParameterTuningJob"),
        ("Train", "StopHyperParameterTuningJob"),
        ("Training", "CreateHyperParameterTuningJob"),
    ],
)
def test_is_forbidden(who: str, action: str) -> None:
    assert not permits(statements(MAIN, f"{who}Role"), f"sagemaker:{action}", SEARCH)
