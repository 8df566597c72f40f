"""Mistakes to make in the committed definition, each small and likely, and who is to find it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.definitions.rendering import BOTH, BUILT_INS, FUNCTION, LAMBDA, SAGEMAKER, TUNER, golden

CHECKER, STATELINT = "checker", "statelint"
REMOVED = object()


@dataclass(frozen=True)
class Mistake:
    name: str
    changes: Mapping[str, Any]
    """New values by place: `Train/Catch/0/Next` is within `States`, `/StartAt` is the machine's own."""
    found_by: str = CHECKER
    """Who finds it first; statelint goes before our own checks."""
    engine: str = LAMBDA
    """In whose definition it is made."""
    target: str = FUNCTION
    """The same."""

    def text(self) -> str:
        definition = json.loads(golden(self.engine, self.target))
        for place, value in self.changes.items():
            *way, last = place.removeprefix("/").split("/") if place[0] == "/" else ["States", *place.split("/")]
            _change(definition, way, last=last, value=value)
        return json.dumps(definition)


def _change(holder: Any, way: list[str], *, last: str, value: Any) -> None:
    for step in way:
        holder = holder[int(step) if isinstance(holder, list) else step]
    key = int(last) if isinstance(holder, list) else last
    if value is REMOVED:
        del holder[key]
    else:
        holder[key] = value


LIKE = {"HasNewData/Choices/0/StringMatches": "t*"}
NEW_CATCH = {"ErrorEquals": ["DatasetEmpty"], "Next": "RestoreAfterFailure", "ResultPath": "$.failure"}
SHIFT = "ShiftTraffic/Parameters"
MISTAKES = (
    # The skeleton
    Mistake("start at no state", {"/StartAt": "Restore"}, STATELINT),
    Mistake("next to no state", {"Preprocess/Next": "HasData"}, STATELINT),
    Mistake("catch to no state", {"Train/Catch/0/Next": "Failed"}, STATELINT),
    Mistake("state skipped", {"Evaluate/Next": "VersionModel"}, STATELINT),
    Mistake("next and end", {"Promoted/Next": "NothingNew"}, STATELINT),
    Mistake("neither next nor end", {"Train/Next": REMOVED}, STATELINT),
    Mistake("loop", {"RestoreAfterFailure/Next": "SwapAlias"}),
    Mistake("choice without default", {"HasNewData/Default": REMOVED}),
    Mistake("choice without a rule's next", {"HasNewData/Choices/0/Next": REMOVED}, STATELINT),
    Mistake("choices no list", {"HasNewData/Choices": {"Next": "Train"}}, STATELINT),
    Mistake("two operators in a rule", {"PassesThresholds/Choices/0/StringEquals": "true"}, STATELINT),
    Mistake("unknown state type", {"Train/Type": "Tusk"}, STATELINT),
    Mistake("unknown field", {"Train/Timeout": 900}, STATELINT),
    Mistake("field that no check reads", {"Train/HeartbeatSeconds": 5}),
    Mistake("state type that no check reads", {"RolledBack": {"Type": "Succeed"}}),
    Mistake("operator that no check reads", {"HasNewData/Choices/0/StringEquals": REMOVED, **LIKE}),
    Mistake("parameters no object", {"Train/Parameters": "$"}),
    Mistake("result selector no object", {"Train/ResultSelector": "$"}),
    Mistake("time-out of the whole machine", {"/TimeoutSeconds": 7200}),
    Mistake("wait for nothing", {"Bake/SecondsPath": REMOVED}, STATELINT),
    Mistake("wait for two times", {"Bake/Seconds": 60}, STATELINT),
    Mistake("wait that leads nowhere", {"Bake/Next": REMOVED}, STATELINT),
    Mistake(
        "wait until a timestamp",
        {"Bake/TimestampPath": "$.rollout.since", "Bake/SecondsPath": REMOVED},
    ),
    # The loops
    Mistake("loop without a Choice", {"Bake/Next": "Bake"}),
    Mistake("loop by an unbounded decision", {"GoesOn/Choices/5/Next": "ShiftTraffic"}),
    Mistake("loop by a default", {"GoesOn/Default": "ShiftTraffic"}),
    Mistake("loop by a yes", {"StillPasses/Choices/0/Next": "Rejudge"}),
    Mistake("loop of the replay", {"GoesOn/Choices/0/Next": "Replay"}),
    Mistake("share that is always the first", {f"{SHIFT}/shift.$": REMOVED, f"{SHIFT}/shift": 0}),
    Mistake("share counted from elsewhere", {f"{SHIFT}/shift.$": "$.version_model.model_version"}),
    Mistake("judged as if for the first time", {"Rejudge/Parameters/judging": 1}),
    Mistake(
        "judged as often as before",
        {"Rejudge/Parameters/judging": REMOVED, "Rejudge/Parameters/judging.$": "$.evaluate.judging"},
    ),
    Mistake("judged again for nobody", {"Rejudge/ResultPath": "$.rejudge"}),
    # The policies
    Mistake("no task time-out", {"Train/TimeoutSeconds": REMOVED}),
    Mistake("time-out over Lambda's limit", {"Train/TimeoutSeconds": 3600}),
    Mistake("time-out as text", {"Train/TimeoutSeconds": "900"}, STATELINT),
    Mistake("no retry", {"SwapAlias/Retry": []}),
    Mistake("endless retry", {"Train/Retry/2/MaxAttempts": 99999}),
    Mistake("throttles given up like the rest", {"Train/Retry/0/MaxAttempts": 6}),
    Mistake("throttles tried in a hurry", {"Train/Retry/0/MaxDelaySeconds": 30}),
    Mistake("throttles not tried again", {"Train/Retry/0/ErrorEquals/0": "Lambda.ServiceException"}),
    Mistake("unknown jitter", {"Train/Retry/0/JitterStrategy": "SOME"}, STATELINT),
    Mistake("no jitter", {"Train/Retry/0/JitterStrategy": REMOVED}),
    Mistake("misspelled retry field", {"Train/Retry/0/MaxDelay": 60}, STATELINT),
    Mistake("retry of a base class", {"Train/Retry/1/ErrorEquals": ["TransientError"]}),
    Mistake("retry of a misspelled error", {"Train/Retry/1/ErrorEquals/0": "StoreUnavailible"}),
    Mistake("retry of nothing", {"Train/Retry/0/ErrorEquals": []}, STATELINT),
    Mistake("States.ALL in company", {"Train/Retry/2/ErrorEquals/0": "States.ALL"}),
    Mistake("States.ALL not last", {"Train/Retry/0/ErrorEquals": ["States.ALL"]}),
    Mistake("no catch", {"Evaluate/Catch": REMOVED}),
    Mistake("catch of some errors only", {"Evaluate/Catch": [NEW_CATCH]}),
    Mistake("catch past the restoring", {"SwapAlias/Catch/0/Next": "RetrainFailed"}),
    Mistake("restoring caught by itself", {"RestoreAfterFailure/Catch/0/Next": "RestoreAfterFailure"}),
    Mistake("restoring caught by an end", {"RestoreAfterFailure/Catch/0/Next": "NothingNew"}),
    Mistake("misspelled catch field", {"Train/Catch/0/Resultpath": "$.failure"}, STATELINT),
    Mistake("catch without next", {"Train/Catch/0/Next": REMOVED}, STATELINT),
    # The calls
    Mistake("function that does not exist", {"NothingNew/Resource": "${RecordOutcom}"}),
    Mistake("function of another task", {"Train/Resource": "${Evaluate}"}),
    Mistake("parameter forgotten", {"Train/Parameters/holdout_uri.$": REMOVED}),
    Mistake("parameter misspelled", {"Evaluate/Parameters/answer_uri.$": "$.train.answers_uri"}),
    Mistake("unknown outcome", {"Promoted/Parameters/outcome": "Promotd"}),
    Mistake("record hidden from the output", {"Promoted/ResultPath": "$.outcome"}),
    Mistake("end without a record", {"RestoreAfterFailure/Next": REMOVED, "RestoreAfterFailure/End": True}),
    # The references
    Mistake("field that no result has", {"Evaluate/Parameters/artifact_uri.$": "$.train.artefact_uri"}),
    Mistake("result of a later state", {"Train/Parameters/train_uri.$": "$.evaluate.report_uri"}),
    Mistake("reason of the wrong branch", {"NothingNew/Parameters/reason.$": "$.rollout.reason"}),
    Mistake("input that no one gives", {"Preprocess/Parameters/force.$": "$.forced"}),
    Mistake("context that does not exist", {"Train/Parameters/run.$": "$$.Execution.Run"}),
    Mistake("path taken literally", {"Train/Parameters/run": "$.run", "Train/Parameters/run.$": REMOVED}),
    Mistake("path that is no path", {"Train/Parameters/run.$": "Execution.Name"}, STATELINT),
    Mistake(
        "versions mixed up",
        {"SwapAlias/Parameters/model_version.$": "$.version_model.function_version"},
    ),
    Mistake("null where a value is due", {"Train/Parameters/run": None, "Train/Parameters/run.$": REMOVED}),
    Mistake("result forgotten by its state", {"Train/ResultPath": None}),
    Mistake("result that wipes out the input", {"Preprocess/ResultPath": REMOVED}),
    Mistake("result path that is no path", {"Train/ResultPath": "train"}, STATELINT),
    Mistake("result path deeper than one", {"Train/ResultPath": "$.results.train"}),
    Mistake("result selected from nothing", {"Train/ResultSelector": {"artifact_uri.$": "$.uri"}}),
    Mistake("failure that wipes out the model", {"Train/Catch/0/ResultPath": REMOVED}),
    Mistake("wait at a missing field", {"Bake/SecondsPath": "$.rollout.bake"}),
    Mistake("wait for a text", {"Bake/SecondsPath": "$.rollout.since"}),
    Mistake("wait for a negative time", {"Bake/SecondsPath": REMOVED, "Bake/Seconds": -1}, STATELINT),
    Mistake("choice on a missing field", {"HasNewData/Choices/0/Variable": "$.preprocess.verdict"}),
    Mistake("choice on another type", {"PassesThresholds/Choices/0/Variable": "$.evaluate.reason"}),
    Mistake("misspelled decision", {"HasNewData/Choices/0/StringEquals": "Train"}),
    Mistake("failure without a cause", {"RetrainFailed/CausePath": "$.failure.Reason"}),
    Mistake("failure's error no text", {"RetrainFailed/ErrorPath": "$.failure"}),
    # Calls to services
    Mistake("service that does not exist", {"Train/Resource": "arn:aws:states:::aws-sdk:sagemakr:x"}),
    Mistake("action in PascalCase", {"Train/Resource": "arn:aws:states:::aws-sdk:sns:Publish"}),
)
JOB = "TrainOnSageMaker"
REQUEST = f"{JOB}/Parameters"
IN_THE_JOB: Mapping[str, Mapping[str, Any]] = {
    "job that is never waited for": {f"{JOB}/TimeoutSeconds": 5 * 86_400 + 1},
    "job that nobody knows": {f"{JOB}/Resource": "arn:aws:states:::sagemaker:createTrainingJobs.sync"},
    "action in capitals": {f"{JOB}/Resource": "arn:aws:states:::sagemaker:CreateTrainingJob.sync"},
    "job without a retry": {f"{JOB}/Retry/0/ErrorEquals": ["States.Timeout"]},
    "retry for an error of no service": {f"{JOB}/Retry/0/ErrorEquals/0": "SageMaker.Throttling"},
    "job whose failure is lost": {f"{JOB}/Catch/0/Next": "RetrainFailed"},
    "name of nothing": {f"{REQUEST}/TrainingJobName.$": "$.preprocess.job.nam"},
    "name that is no reference": {
        f"{REQUEST}/TrainingJobName.$": REMOVED,
        f"{REQUEST}/TrainingJobName": "$.preprocess.job.name",
    },
    "name of a run": {f"{REQUEST}/TrainingJobName.$": "$.preprocess.job.manifest_uri"},
    "instance of another kind": {
        f"{REQUEST}/ResourceConfig/InstanceType.$": REMOVED,
        f"{REQUEST}/ResourceConfig/InstanceType": "m5.large",
    },
    "count that is a text": {f"{REQUEST}/ResourceConfig/InstanceCount": "1"},
    "bound that is a number": {f"{REQUEST}/StoppingCondition.$": "$.preprocess.job.volume_gb"},
    "no role": {f"{REQUEST}/RoleArn": REMOVED},
    "role by its short name": {f"{REQUEST}/RoleArn": "nightswap-prod-training"},
    "mode of another service": {f"{REQUEST}/AlgorithmSpecification/TrainingInputMode": "Stream"},
    "list that is no list": {f"{REQUEST}/InputDataConfig": {}},
    "kind of data that is none": {
        f"{REQUEST}/InputDataConfig/0/DataSource/S3DataSource/S3DataType": "Manifest",
    },
    "copies that are none": {
        f"{REQUEST}/InputDataConfig/0/DataSource/S3DataSource/S3DataDistributionType": "Replicated",
    },
    "data of nowhere": {f"{REQUEST}/InputDataConfig/0/DataSource/S3DataSource/S3Uri.$": "$.preprocess.uri"},
    "output that is an object": {f"{REQUEST}/OutputDataConfig/S3OutputPath.$": "$.preprocess.job"},
    "spot that is a text": {
        f"{REQUEST}/EnableManagedSpotTraining.$": REMOVED,
        f"{REQUEST}/EnableManagedSpotTraining": "true",
    },
    "hyperparameter that is a number": {f"{REQUEST}/HyperParameters/sagemaker_container_log_level": 20},
    "parameter in small letters": {f"{REQUEST}/tags": []},
    "tag without a value": {f"{REQUEST}/Tags/0/Value": REMOVED},
    "job never asked for": {"HasNewData/Choices/1/Next": "Train"},
    "result over the data": {f"{JOB}/ResultPath": "$"},
}
MISTAKES_ON_SAGEMAKER = tuple(Mistake(name, changes, engine=SAGEMAKER) for name, changes in IN_THE_JOB.items())
"""Made where recipes train on SageMaker."""

OWN = "TrainLinearLearner"
ASKED = f"{OWN}/Parameters"
IN_A_BUILT_IN: Mapping[str, Mapping[str, Any]] = {
    "hyperparameters of nowhere": {f"{ASKED}/HyperParameters.$": "$.preprocess.hyperparameters"},
    "hyperparameters that are a text": {f"{ASKED}/HyperParameters.$": "$.preprocess.job.name"},
    "count of nowhere": {f"{ASKED}/ResourceConfig/InstanceCount.$": "$.preprocess.instances"},
    "count that is a text": {f"{ASKED}/ResourceConfig/InstanceCount.$": "$.preprocess.job.name"},
    "rows shared in no way": {f"{ASKED}/InputDataConfig/0/DataSource/S3DataSource/S3DataDistributionType": "Sharded"},
    "channel with a space": {f"{ASKED}/InputDataConfig/0/ChannelName": "the rows"},
    "job never asked for": {"HasNewData/Choices/2/Next": "Train"},
    "job of the script": {"HasNewData/Choices/2/Next": "TrainOnSageMaker"},
    "job of another algorithm": {"HasNewData/Choices/2/Next": "TrainXGBoost"},
    "job not waited for": {f"{OWN}/Resource": "arn:aws:states:::sagemaker:createTrainingJob"},
    "job whose failure is lost": {f"{OWN}/Catch/0/Next": "RetrainFailed"},
    "job without a time-out": {f"{OWN}/TimeoutSeconds": REMOVED},
}
MISTAKES_IN_BUILT_INS = tuple(Mistake(name, changes, engine=BUILT_INS) for name, changes in IN_A_BUILT_IN.items())
"""Made where recipes name one of SageMaker's own algorithms."""

SEARCH = "TuneOnSageMaker"
SOUGHT = f"{SEARCH}/Parameters"
OF_EACH = f"{SOUGHT}/TrainingJobDefinition"
IN_A_SEARCH: Mapping[str, Mapping[str, Any]] = {
    "search by another action": {f"{SEARCH}/Resource": "arn:aws:states:::sagemaker:createHyperParameterTuning.sync"},
    "search without a time-out": {f"{SEARCH}/TimeoutSeconds": REMOVED},
    "search for longer than any job": {f"{SEARCH}/TimeoutSeconds": 5 * 86_400 + 1},
    "search without a retry": {f"{SEARCH}/Retry": []},
    "search whose failure is lost": {f"{SEARCH}/Catch/0/Next": "RetrainFailed"},
    "search never asked for": {"HasNewData/Choices/2/Next": "TrainOnSageMaker"},
    "decision misspelled": {"HasNewData/Choices/2/StringEquals": "TuneOnSagemaker"},
    "name by the field of a job": {
        f"{SOUGHT}/HyperParameterTuningJobName.$": REMOVED,
        f"{SOUGHT}/TrainingJobName.$": "$.preprocess.job.name",
    },
    "name that is too long": {f"{SOUGHT}/HyperParameterTuningJobName.$": "$.preprocess.job.output_uri"},
    "configuration of nowhere": {f"{SOUGHT}/HyperParameterTuningJobConfig.$": "$.preprocess.tuning"},
    "configuration of another shape": {f"{SOUGHT}/HyperParameterTuningJobConfig.$": "$.preprocess.job.stop"},
    "configuration that is a text": {f"{SOUGHT}/HyperParameterTuningJobConfig.$": "$.preprocess.job.name"},
    "jobs by several definitions": {f"{SOUGHT}/TrainingJobDefinitions": {}},
    "hyperparameters of a job alone": {f"{OF_EACH}/HyperParameters": {}},
    "hyperparameter that is a number": {f"{OF_EACH}/StaticHyperParameters/sagemaker_container_log_level": 20},
    "metric without an expression": {f"{OF_EACH}/AlgorithmSpecification/MetricDefinitions/0/Regex": REMOVED},
    "metrics of a text": {f"{OF_EACH}/AlgorithmSpecification/MetricDefinitions": "objective"},
    "no role": {f"{OF_EACH}/RoleArn": REMOVED},
    "role by its short name": {f"{OF_EACH}/RoleArn": "nightswap-prod-training"},
    "tags of each job": {f"{OF_EACH}/Tags": []},
    "no end of a job": {f"{OF_EACH}/StoppingCondition.$": REMOVED},
    "spot by another name": {
        f"{OF_EACH}/EnableManagedSpotTraining.$": REMOVED,
        f"{OF_EACH}/EnableSpot.$": "$.preprocess.job.spot",
    },
    "instance of another kind": {
        f"{OF_EACH}/ResourceConfig/InstanceType.$": REMOVED,
        f"{OF_EACH}/ResourceConfig/InstanceType": "m5.large",
    },
    "data of nowhere": {f"{OF_EACH}/InputDataConfig/0/DataSource/S3DataSource/S3Uri.$": "$.preprocess.uri"},
    "output that is an object": {f"{OF_EACH}/OutputDataConfig/S3OutputPath.$": "$.preprocess.job"},
    "result over the data": {f"{SEARCH}/ResultPath": "$"},
}
MISTAKES_IN_A_SEARCH = tuple(Mistake(name, changes, engine=TUNER) for name, changes in IN_A_SEARCH.items())
"""Made where SageMaker's tuner starts a job for each trial."""

OWN_SEARCH = "TuneLinearLearner"
OF_EACH_OWN = f"{OWN_SEARCH}/Parameters/TrainingJobDefinition"
HELD_OUT = f"{OF_EACH_OWN}/InputDataConfig/1"
IN_A_SEARCH_OF_BUILT_INS: Mapping[str, Mapping[str, Any]] = {
    "algorithm never asked for": {"HasNewData/Choices/5/Next": "TrainLinearLearner"},
    "search of another algorithm": {"HasNewData/Choices/5/Next": "TuneXGBoost"},
    "search of the script": {"HasNewData/Choices/5/Next": SEARCH},
    "search not waited for": {f"{OWN_SEARCH}/Resource": "arn:aws:states:::sagemaker:createHyperParameterTuningJob"},
    "algorithm's failure is lost": {f"{OWN_SEARCH}/Catch/0/Next": "RetrainFailed"},
    "algorithm without a time-out": {f"{OWN_SEARCH}/TimeoutSeconds": REMOVED},
    "validation rows of nowhere": {f"{HELD_OUT}/DataSource/S3DataSource/S3Uri.$": "$.preprocess.validation_uri"},
    "validation rows that are a number": {
        f"{HELD_OUT}/DataSource/S3DataSource/S3Uri.$": "$.preprocess.job.volume_gb",
    },
    "validation rows shared in no way": {f"{HELD_OUT}/DataSource/S3DataSource/S3DataDistributionType": "Whole"},
    "validation channel without a name": {f"{HELD_OUT}/ChannelName": REMOVED},
    "fixed hyperparameters of nowhere": {
        f"{OF_EACH_OWN}/StaticHyperParameters.$": "$.preprocess.hyperparameters",
    },
    "fixed hyperparameters that are a text": {f"{OF_EACH_OWN}/StaticHyperParameters.$": "$.preprocess.job.name"},
    "hyperparameters of a job that is alone": {
        f"{OF_EACH_OWN}/StaticHyperParameters.$": REMOVED,
        f"{OF_EACH_OWN}/HyperParameters.$": "$.preprocess.job.hyperparameters",
    },
    "count that is a text": {f"{OF_EACH_OWN}/ResourceConfig/InstanceCount.$": "$.preprocess.job.name"},
    "image without a mode": {f"{OF_EACH_OWN}/AlgorithmSpecification/TrainingInputMode": REMOVED},
}
MISTAKES_IN_A_SEARCH_OF_BUILT_INS = tuple(
    Mistake(name, changes, engine=BOTH) for name, changes in IN_A_SEARCH_OF_BUILT_INS.items()
)
"""Made where SageMaker's tuner searches one of SageMaker's own algorithms."""
