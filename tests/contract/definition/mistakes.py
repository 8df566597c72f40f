"""Mistakes to make in the committed definition, each small and likely, and who is to find it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.definitions.rendering import golden

CHECKER, STATELINT = "checker", "statelint"
REMOVED = object()


@dataclass(frozen=True)
class Mistake:
    name: str
    changes: Mapping[str, Any]
    """New values by place: `Train/Catch/0/Next` is within `States`, `/StartAt` is the machine's own."""
    found_by: frozenset[str]

    def text(self) -> str:
        definition = json.loads(golden())
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


def _mistake(name: str, changes: Mapping[str, Any], *found_by: str) -> Mistake:
    return Mistake(name, changes, frozenset(found_by))


BOTH = (CHECKER, STATELINT)
NEW_CATCH = {"ErrorEquals": ["DatasetEmpty"], "Next": "RestoreAfterFailure", "ResultPath": "$.failure"}
SHIFT = "ShiftTraffic/Parameters"
MISTAKES = (
    # The skeleton
    _mistake("start at no state", {"/StartAt": "Restore"}, *BOTH),
    _mistake("next to no state", {"Preprocess/Next": "HasData"}, *BOTH),
    _mistake("catch to no state", {"Train/Catch/0/Next": "Failed"}, *BOTH),
    _mistake("state skipped", {"Evaluate/Next": "VersionModel"}, *BOTH),
    _mistake("next and end", {"Promoted/Next": "NothingNew"}, *BOTH),
    _mistake("neither next nor end", {"Train/Next": REMOVED}, *BOTH),
    _mistake("loop", {"RestoreAfterFailure/Next": "Preprocess"}, CHECKER),
    _mistake("choice without default", {"HasNewData/Default": REMOVED}, CHECKER),
    _mistake("choice without a rule's next", {"HasNewData/Choices/0/Next": REMOVED}, *BOTH),
    _mistake("choices no list", {"HasNewData/Choices": {"Next": "Train"}}, *BOTH),
    _mistake("two operators in a rule", {"PassesThresholds/Choices/0/StringEquals": "true"}, *BOTH),
    _mistake("unknown state type", {"Train/Type": "Tusk"}, *BOTH),
    _mistake("unknown field", {"Train/Timeout": 900}, *BOTH),
    _mistake("parameters no object", {"Train/Parameters": "$"}, CHECKER),
    _mistake("result selector no object", {"Train/ResultSelector": "$"}, CHECKER),
    _mistake("time-out of the whole machine", {"/TimeoutSeconds": 7200}, CHECKER),
    _mistake("wait for nothing", {"Bake/SecondsPath": REMOVED}, *BOTH),
    _mistake("wait for two times", {"Bake/Seconds": 60}, *BOTH),
    _mistake("wait that leads nowhere", {"Bake/Next": REMOVED}, *BOTH),
    _mistake(
        "wait until a timestamp", {"Bake/TimestampPath": "$.rollout.since", "Bake/SecondsPath": REMOVED}, CHECKER
    ),
    # The loops
    _mistake("loop without a Choice", {"Bake/Next": "Bake"}, CHECKER),
    _mistake("loop by an unbounded decision", {"GoesOn/Choices/5/Next": "ShiftTraffic"}, CHECKER),
    _mistake("loop by a default", {"GoesOn/Default": "ShiftTraffic"}, CHECKER),
    _mistake("loop by a yes", {"StillPasses/Choices/0/Next": "Rejudge"}, CHECKER),
    _mistake("loop of the replay", {"GoesOn/Choices/0/Next": "Replay"}, CHECKER),
    _mistake("share that is always the first", {f"{SHIFT}/shift.$": REMOVED, f"{SHIFT}/shift": 0}, CHECKER),
    _mistake("share counted from elsewhere", {f"{SHIFT}/shift.$": "$.version_model.model_version"}, CHECKER),
    _mistake("judged as if for the first time", {"Rejudge/Parameters/judging": 1}, CHECKER),
    _mistake(
        "judged as often as before",
        {"Rejudge/Parameters/judging": REMOVED, "Rejudge/Parameters/judging.$": "$.evaluate.judging"},
        CHECKER,
    ),
    _mistake("judged again for nobody", {"Rejudge/ResultPath": "$.rejudge"}, CHECKER),
    # The policies
    _mistake("no task time-out", {"Train/TimeoutSeconds": REMOVED}, CHECKER),
    _mistake("time-out over Lambda's limit", {"Train/TimeoutSeconds": 3600}, CHECKER),
    _mistake("time-out as text", {"Train/TimeoutSeconds": "900"}, *BOTH),
    _mistake("no retry", {"SwapAlias/Retry": []}, CHECKER),
    _mistake("endless retry", {"Train/Retry/2/MaxAttempts": 99999}, CHECKER),
    _mistake("throttles given up like the rest", {"Train/Retry/0/MaxAttempts": 6}, CHECKER),
    _mistake("throttles tried in a hurry", {"Train/Retry/0/MaxDelaySeconds": 30}, CHECKER),
    _mistake("throttles not tried again", {"Train/Retry/0/ErrorEquals/0": "Lambda.ServiceException"}, CHECKER),
    _mistake("unknown jitter", {"Train/Retry/0/JitterStrategy": "SOME"}, *BOTH),
    _mistake("no jitter", {"Train/Retry/0/JitterStrategy": REMOVED}, CHECKER),
    _mistake("misspelled retry field", {"Train/Retry/0/MaxDelay": 60}, *BOTH),
    _mistake("retry of a base class", {"Train/Retry/0/ErrorEquals": ["TransientError"]}, CHECKER),
    _mistake("retry of a misspelled error", {"Train/Retry/0/ErrorEquals/0": "StoreUnavailible"}, CHECKER),
    _mistake("retry of nothing", {"Train/Retry/0/ErrorEquals": []}, *BOTH),
    _mistake("States.ALL in company", {"Train/Retry/2/ErrorEquals/0": "States.ALL"}, CHECKER),
    _mistake("States.ALL not last", {"Train/Retry/0/ErrorEquals": ["States.ALL"]}, CHECKER),
    _mistake("no catch", {"Evaluate/Catch": REMOVED}, CHECKER),
    _mistake("catch of some errors only", {"Evaluate/Catch": [NEW_CATCH]}, CHECKER),
    _mistake("catch past the restoring", {"SwapAlias/Catch/0/Next": "RetrainFailed"}, CHECKER),
    _mistake("restoring caught by itself", {"RestoreAfterFailure/Catch/0/Next": "RestoreAfterFailure"}, CHECKER),
    _mistake("restoring caught by an end", {"RestoreAfterFailure/Catch/0/Next": "NothingNew"}, CHECKER),
    _mistake("misspelled catch field", {"Train/Catch/0/Resultpath": "$.failure"}, *BOTH),
    _mistake("catch without next", {"Train/Catch/0/Next": REMOVED}, *BOTH),
    # The calls
    _mistake("function that does not exist", {"Train/Resource": "${Trane}"}, CHECKER),
    _mistake("function of another task", {"Train/Resource": "${Evaluate}"}, CHECKER),
    _mistake("parameter forgotten", {"Train/Parameters/holdout_uri.$": REMOVED}, CHECKER),
    _mistake("parameter misspelled", {"Evaluate/Parameters/answer_uri.$": "$.train.answers_uri"}, CHECKER),
    _mistake("unknown outcome", {"Promoted/Parameters/outcome": "Promotd"}, CHECKER),
    _mistake("record hidden from the output", {"Promoted/ResultPath": "$.outcome"}, CHECKER),
    _mistake("end without a record", {"Train/Next": REMOVED, "Train/End": True}, *BOTH),
    # The references
    _mistake("field that no result has", {"Evaluate/Parameters/artifact_uri.$": "$.train.artefact_uri"}, CHECKER),
    _mistake("result of a later state", {"Train/Parameters/train_uri.$": "$.evaluate.report_uri"}, CHECKER),
    _mistake("reason of the wrong branch", {"NothingNew/Parameters/reason.$": "$.rollout.reason"}, CHECKER),
    _mistake("input that no one gives", {"Preprocess/Parameters/force.$": "$.forced"}, CHECKER),
    _mistake("context that does not exist", {"Train/Parameters/run.$": "$$.Execution.Run"}, CHECKER),
    _mistake("path taken literally", {"Train/Parameters/run": "$.run", "Train/Parameters/run.$": REMOVED}, CHECKER),
    _mistake("path that is no path", {"Train/Parameters/run.$": "Execution.Name"}, *BOTH),
    _mistake(
        "versions mixed up", {"SwapAlias/Parameters/model_version.$": "$.version_model.function_version"}, CHECKER
    ),
    _mistake("null where a value is due", {"Train/Parameters/run": None, "Train/Parameters/run.$": REMOVED}, CHECKER),
    _mistake("result forgotten by its state", {"Train/ResultPath": None}, CHECKER),
    _mistake("result that wipes out the input", {"Preprocess/ResultPath": REMOVED}, CHECKER),
    _mistake("result path that is no path", {"Train/ResultPath": "train"}, *BOTH),
    _mistake("result path deeper than one", {"Train/ResultPath": "$.results.train"}, CHECKER),
    _mistake("result selected from nothing", {"Train/ResultSelector": {"artifact_uri.$": "$.uri"}}, CHECKER),
    _mistake("failure that wipes out the model", {"Train/Catch/0/ResultPath": REMOVED}, CHECKER),
    _mistake("wait at a missing field", {"Bake/SecondsPath": "$.rollout.bake"}, CHECKER),
    _mistake("wait for a text", {"Bake/SecondsPath": "$.rollout.since"}, CHECKER),
    _mistake("wait for a negative time", {"Bake/SecondsPath": REMOVED, "Bake/Seconds": -1}, *BOTH),
    _mistake("choice on a missing field", {"HasNewData/Choices/0/Variable": "$.preprocess.verdict"}, CHECKER),
    _mistake("choice on another type", {"PassesThresholds/Choices/0/Variable": "$.evaluate.reason"}, CHECKER),
    _mistake("misspelled decision", {"HasNewData/Choices/0/StringEquals": "Train"}, CHECKER),
    _mistake("failure without a cause", {"RetrainFailed/CausePath": "$.failure.Reason"}, CHECKER),
    _mistake("failure's error no text", {"RetrainFailed/ErrorPath": "$.failure"}, CHECKER),
    # Calls to services
    _mistake("service that does not exist", {"Train/Resource": "arn:aws:states:::aws-sdk:sagemakr:x"}, CHECKER),
    _mistake("action in PascalCase", {"Train/Resource": "arn:aws:states:::aws-sdk:sns:Publish"}, CHECKER),
)
