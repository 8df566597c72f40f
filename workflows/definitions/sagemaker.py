"""Defines the states that have SageMaker fit, before Train takes it: the SDK's steps, filled by references.

The SDK makes the parameters of an estimator that is wholly written out. So what differs from run to run is put over
them as paths, and what is not ours to say (a hyperparameter with the time in it) is taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stepfunctions.steps import Catch, Retry, TrainingStep, TuningStep
from stepfunctions.steps.states import State

from chalicelib.contracts.decisions import TRAIN_ON_SAGEMAKER, TRAIN_XGBOOST, TUNE_ON_SAGEMAKER
from chalicelib.contracts.training import OBJECTIVE, OBJECTIVE_LINE
from workflows.definitions.functions import (
    BUILT_INS,
    STAGE,
    TRAINING_IMAGE,
    TRAINING_ROLE,
    TRAINING_SOURCE,
    TUNED_BUILT_INS,
)
from workflows.definitions.hosting.sessions import without_aws
from workflows.definitions.states import retry
from workflows.packaging.training_source import ENTRY_POINT

STATE = TRAIN_ON_SAGEMAKER
JOB = "$.preprocess.job"
CHANNEL = "bucket"
"""The name of the folder in which the job finds what it downloads."""
ROWS, VALIDATION = "train", "validation"
"""The same of one of SageMaker's own algorithms: what it is fitted on, and what a trial is measured on."""
MANIFEST = {"S3DataType": "ManifestFile", "S3Uri.$": f"{JOB}.manifest_uri"}
WITH_CHECKPOINTS = (TRAIN_XGBOOST,)
"""The states whose algorithm leaves its trees as it makes them, beside what the job of this run leaves at the end,
and goes on with those that it finds. Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html"""
VALIDATION_MANIFEST = {**MANIFEST, "S3Uri.$": f"{JOB}.validation_uri"}
WHOLE, SHARED = "FullyReplicated", "ShardedByS3Key"
"""Whether each instance gets all rows, or as many objects with them as the others."""
OF_THE_SCRIPT = {
    "sagemaker_program": f'"{ENTRY_POINT}"',
    "sagemaker_submit_directory": f'"{TRAINING_SOURCE}"',
    "sagemaker_container_log_level": "20",
}
JOB_SECONDS = 2 * 86_400 + 3_600
"""Of the state. SageMaker itself ends the job, after twice the longest time of a recipe where it waits for spare
capacity, and a search after as long; this also ends the wait for a machine."""
BUSY = "SageMaker.AmazonSageMakerException"
"""Throttling has this name, and whatever else CreateTrainingJob's model does not name. What it names, a name that is
taken and a limit that is reached, has a name of its own, such as SageMaker.ResourceLimitExceededException: to ask
again at once would change nothing.
Source: the exceptions of AWS's SDK for Java, whose names Step Functions passes on;
https://docs.aws.amazon.com/AWSJavaSDK/latest/javadoc/com/amazonaws/services/sagemaker/model/AmazonSageMakerException.html"""


def by_jobs(decisions: Sequence[str], *, caught_by: Callable[[], State]) -> dict[str, State]:
    """The states of these decisions of Preprocess, each by its own."""
    made: dict[str, State] = {}
    for decision in decisions:
        if decision in BUILT_INS:
            made[decision] = _built_in(decision, image=BUILT_INS[decision], caught_by=caught_by())
        elif decision in TUNED_BUILT_INS:
            made[decision] = _tuned_built_in(decision, image=TUNED_BUILT_INS[decision], caught_by=caught_by())
        else:
            made[decision] = OF_THE_PROJECT[decision](caught_by=caught_by())
    return made


def train_on_sagemaker(*, caught_by: State) -> TrainingStep:
    """Start the job that Preprocess described, and wait for its end. What it made lies in the bucket."""
    step = TrainingStep(
        STATE,
        _estimator(TRAINING_IMAGE, hyperparameters=OF_THE_SCRIPT),
        job_name="replaced",
        result_path=None,
        timeout_seconds=JOB_SECONDS,
        retry=_retries(),
        catch=Catch(error_equals=["States.ALL"], next_step=caught_by, result_path="$.failure"),
    )
    step.fields["parameters"] = _of_the_run(step.fields["parameters"])
    return step


def tune_on_sagemaker(*, caught_by: State) -> TuningStep:
    """Start the search that Preprocess described, with a job for each trial, and wait for its end. Each job is like
    that of `train_on_sagemaker`; SageMaker reads in its log what it came to."""
    metrics = [{"Name": OBJECTIVE, "Regex": f"{OBJECTIVE_LINE}([0-9.e-]+)"}]
    step = _search(
        TUNE_ON_SAGEMAKER,
        _estimator(TRAINING_IMAGE, hyperparameters=OF_THE_SCRIPT),
        metrics=metrics,
        caught_by=caught_by,
    )
    each = step.fields["parameters"]["TrainingJobDefinition"]
    step.fields["parameters"] = _of_all_trials(_of_the_run({**each, "StaticHyperParameters": OF_THE_SCRIPT}))
    return step


def _search(state: str, estimator: Any, *, metrics: list[dict[str, str]] | None, caught_by: State) -> TuningStep:
    """With parameters that are still to be replaced. One of SageMaker's own algorithms has its own `metrics`."""
    from sagemaker.tuner import ContinuousParameter, HyperparameterTuner

    return TuningStep(
        state,
        HyperparameterTuner(
            estimator, OBJECTIVE, {"replaced": ContinuousParameter(0, 1)}, metric_definitions=metrics
        ),
        job_name="replaced",
        data="s3://replaced",
        result_path=None,
        timeout_seconds=JOB_SECONDS,
        retry=_retries(),
        catch=Catch(error_equals=["States.ALL"], next_step=caught_by, result_path="$.failure"),
    )


def _of_all_trials(each: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a search, of those that each of its jobs would have alone."""
    name, tags = each.pop("TrainingJobName.$"), each.pop("Tags")
    return {
        "HyperParameterTuningJobName.$": name,
        "HyperParameterTuningJobConfig.$": f"{JOB}.tuning",
        "TrainingJobDefinition": each,
        "Tags": tags,
    }


OF_THE_PROJECT: Mapping[str, Callable[..., State]] = {
    STATE: train_on_sagemaker,
    TUNE_ON_SAGEMAKER: tune_on_sagemaker,
}
"""By decision: the jobs whose script is the project's."""


def _built_in(state: str, *, image: str, caught_by: State) -> TrainingStep:
    """The same by one of SageMaker's own algorithms, with its own image, of rows that its instances share."""
    step = TrainingStep(
        state,
        _estimator(image, hyperparameters={}),
        job_name="replaced",
        result_path=None,
        timeout_seconds=JOB_SECONDS,
        retry=_retries(),
        catch=Catch(error_equals=["States.ALL"], next_step=caught_by, result_path="$.failure"),
    )
    made = _by_instances(_of_the_run(step.fields["parameters"]))
    step.fields["parameters"] = {
        **made,
        "HyperParameters.$": f"{JOB}.hyperparameters",
        "InputDataConfig": [_text(ROWS, MANIFEST, distributed=SHARED)],
    }
    if state in WITH_CHECKPOINTS:
        step.fields["parameters"]["CheckpointConfig"] = {"S3Uri.$": f"{JOB}.checkpoints_uri"}
    return step


def _tuned_built_in(state: str, *, image: str, caught_by: State) -> TuningStep:
    """A search with a job for each trial, each like that of `_built_in`, and measured on rows that none is fitted on.
    What the algorithm reports of them SageMaker knows by itself."""
    step = _search(state, _estimator(image, hyperparameters={}), metrics=None, caught_by=caught_by)
    made = _by_instances(_of_the_run(step.fields["parameters"]["TrainingJobDefinition"]))
    del made["StaticHyperParameters"]
    each = {
        **made,
        "StaticHyperParameters.$": f"{JOB}.hyperparameters",
        "InputDataConfig": [
            _text(ROWS, MANIFEST, distributed=SHARED),
            _text(VALIDATION, VALIDATION_MANIFEST, distributed=WHOLE),
        ],
    }
    step.fields["parameters"] = _of_all_trials(each)
    return step


def _by_instances(parameters: dict[str, Any]) -> dict[str, Any]:
    """With as many instances as the recipe says."""
    known = {name: value for name, value in parameters["ResourceConfig"].items() if name != "InstanceCount"}
    return {**parameters, "ResourceConfig": {**known, "InstanceCount.$": f"{JOB}.instances"}}


def _text(channel: str, manifest: Mapping[str, str], *, distributed: str) -> dict[str, Any]:
    return {
        "ChannelName": channel,
        "ContentType": "text/csv",
        "DataSource": {"S3DataSource": {**manifest, "S3DataDistributionType": distributed}},
    }


def _estimator(image: str, *, hyperparameters: dict[str, str]) -> Any:
    from sagemaker.estimator import Estimator

    session = without_aws()
    return Estimator(
        image_uri=image,
        role=TRAINING_ROLE,
        instance_count=1,
        instance_type="ml.m5.large",
        output_path="s3://replaced",
        sagemaker_session=session,
        hyperparameters=hyperparameters,
        debugger_hook_config=False,
        disable_profiler=True,
    )


def _of_the_run(parameters: dict[str, Any]) -> dict[str, Any]:
    replaced = {"TrainingJobName", "OutputDataConfig", "ResourceConfig", "StoppingCondition", "InputDataConfig"}
    made = {name: value for name, value in parameters.items() if name not in replaced}
    return {
        "TrainingJobName.$": f"{JOB}.name",
        **made,
        "InputDataConfig": [
            {
                "ChannelName": CHANNEL,
                "DataSource": {"S3DataSource": {**MANIFEST, "S3DataDistributionType": WHOLE}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath.$": f"{JOB}.output_uri"},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType.$": f"{JOB}.instance_type",
            "VolumeSizeInGB.$": f"{JOB}.volume_gb",
        },
        "EnableManagedSpotTraining.$": f"{JOB}.spot",
        "StoppingCondition.$": f"{JOB}.stop",
        "Tags": [{"Key": "nightswap:app", "Value": "nightswap"}, {"Key": "nightswap:stage", "Value": STAGE}],
    }


def _retries() -> list[Retry]:
    """A job that was started and whose answer was lost has taken its name: the next try is refused for that, and the
    run ends with the reason. Jobs that failed are not started again: each costs its time."""
    return [retry((BUSY,), interval_seconds=5, max_attempts=6, max_delay_seconds=120)]
