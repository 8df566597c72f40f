"""What AWS is asked of templates, definition and states, and what is made of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.names import Names
from tests.contract.aws.conftest import Scripted
from workflows.definitions.rendering import BOTH, golden
from workflows.deploying.cloudformation.templates import TEMPLATE_LIMIT
from workflows.doctor.account import online
from workflows.doctor.account.online import Trial, examine_online, with_arns
from workflows.doctor.finding import Finding, Severity

ROOT = Path(__file__).parents[3]
NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
DEFINITION = (ROOT / "workflows/definitions/golden/retrain.asl.json").read_text()
FILLED = with_arns(DEFINITION, NAMES)
MACHINE = json.loads(FILLED)
WITH_JOBS = json.loads(with_arns(golden(BOTH), NAMES))
Script = Callable[[str], Scripted]


class Turning:
    """Step Functions of an account with a machine or without; `turn` says what comes of a trial."""

    def __init__(self, trials: list[Trial], *, has_machine: bool, turn: Callable[[Trial], Any] | None = None) -> None:
        self._trials = iter(trials)
        self._has_machine = has_machine
        self._turn = turn
        self.asked: list[dict[str, Any]] = []

    def describe_state_machine(self, *, stateMachineArn: str) -> Any:
        assert stateMachineArn == NAMES.state_machine_arn
        if not self._has_machine:
            raise ClientError({"Error": {"Code": "StateMachineDoesNotExist", "Message": ""}}, "DescribeStateMachine")
        return {"roleArn": "arn:aws:iam::123456789012:role/nightswap-prod-RetrainRole"}

    def test_state(self, **asked: Any) -> Any:
        self.asked.append(asked)
        trial = next(self._trials)
        assert (asked["stateName"], json.loads(asked["input"])) == (trial.state, trial.given)
        return self._turn(trial) if self._turn else as_wanted(trial)


def as_wanted(trial: Trial) -> dict[str, Any]:
    return {"status": trial.status, **({"nextState": trial.leads_to} if trial.leads_to else {})}


def every() -> list[Trial]:
    return [*online.of_tasks(MACHINE), *online.of_others(MACHINE)]


def test_every_state_and_every_turn_of_a_choice_is_tried() -> None:
    tried = every()

    assert {each.state for each in tried} == set(MACHINE["States"])
    for name, state in MACHINE["States"].items():
        leads_to = {each.leads_to for each in tried if each.state == name and each.status == "SUCCEEDED"}
        if state["Type"] == "Choice":
            assert leads_to == {*(each["Next"] for each in state["Choices"]), state["Default"]}
        elif state["Type"] != "Fail":
            assert leads_to == {state.get("Next")}


def test_definition_that_is_tried_names_functions_and_no_placeholder() -> None:
    assert "${" not in FILLED
    assert MACHINE["States"]["Train"]["Resource"] == (
        "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-prod-train"
    )


def test_machine_with_training_jobs_is_tried_too_and_its_states_turn_as_they_should() -> None:
    tried = [*online.of_tasks(WITH_JOBS), *online.of_others(WITH_JOBS)]
    client = Turning(tried, has_machine=True)

    (found,) = online.check_states(client, json.dumps(WITH_JOBS), names=NAMES)

    assert "${" not in json.dumps(WITH_JOBS)
    assert (found.severity, found.what) == (Severity.OK, f"turn as they should, in {len(tried)} trials")
    of_the_job = [each for each in tried if each.state == "TrainOnSageMaker"]
    assert [(each.status, each.leads_to) for each in of_the_job] == [
        ("SUCCEEDED", "Train"),
        ("CAUGHT_ERROR", "RestoreAfterFailure"),
        ("RETRIABLE", None),
        ("CAUGHT_ERROR", "RestoreAfterFailure"),
    ]
    assert of_the_job[2].about == "TrainOnSageMaker, with SageMaker.AmazonSageMakerException after 0 retries"
    of_the_search = [each for each in tried if each.state == "TuneOnSageMaker"]
    assert [(each.status, each.leads_to) for each in of_the_search] == [("SUCCEEDED", "Train")]


def test_states_that_turn_as_they_should_are_in_order() -> None:
    client = Turning(every(), has_machine=True)

    (found,) = online.check_states(client, FILLED, names=NAMES)

    assert (found.severity, found.what) == (Severity.OK, f"turn as they should, in {len(every())} trials")
    assert all(("mock" in each) == (MACHINE["States"][each["stateName"]]["Type"] == "Task") for each in client.asked)


def test_before_the_first_deploy_tasks_alone_are_tried() -> None:
    tasks = list(online.of_tasks(MACHINE))
    client = Turning(tasks, has_machine=False)

    ok, left_out = online.check_states(client, FILLED, names=NAMES)

    assert (ok.severity, left_out.severity) == (Severity.OK, Severity.NOTE)
    assert len(client.asked) == len(tasks)
    assert all("roleArn" not in each for each in client.asked)


def test_state_that_turns_otherwise_is_told_with_what_was_wanted() -> None:
    wrong = {"status": "FAILED"}
    client = Turning(every(), has_machine=True, turn=lambda each: wrong if each.retries else as_wanted(each))

    found = [each.what for each in online.check_states(client, FILLED, names=NAMES)]

    assert found[0].startswith(
        "RestoreAlias, with StoreUnavailable after 6 retries: comes to FAILED and the end, not"
    )
    assert all("with StoreUnavailable after" in each for each in found)


def test_calls_are_those_of_the_service_model(scripted: Script) -> None:
    machine = scripted("stepfunctions")
    trial = next(each for each in online.of_tasks(MACHINE) if each.retries)
    machine.answers(
        "test_state",
        {"status": "CAUGHT_ERROR", "nextState": "RestoreAfterFailure", "error": "StoreUnavailable"},
        definition=FILLED,
        stateName=trial.state,
        input=json.dumps(trial.given),
        roleArn="arn:aws:iam::123456789012:role/any",
        mock={"errorOutput": {"error": "StoreUnavailable", "cause": "tried"}},
        stateConfiguration={"retrierRetryCount": 6},
    )

    turned = online._turned(machine.client, FILLED, trial, "arn:aws:iam::123456789012:role/any")

    assert turned == ("CAUGHT_ERROR", "RestoreAfterFailure")


def test_result_that_is_made_up_is_of_the_service_model_too(scripted: Script) -> None:
    machine = scripted("stepfunctions")
    trial = next(online.of_tasks(MACHINE))
    mock = {"result": json.dumps({"function_version": "text", "repairs": []}), "fieldValidationMode": "NONE"}
    machine.answers(
        "test_state",
        {"status": "SUCCEEDED", "nextState": "Preprocess"},
        definition=FILLED,
        stateName="RestoreAlias",
        input=json.dumps(trial.given),
        mock=mock,
    )

    assert online._turned(machine.client, FILLED, trial, None) == ("SUCCEEDED", "Preprocess")


def validated(scripted: Script, result: str, *diagnostics: dict[str, str]) -> list[Finding]:
    machine = scripted("stepfunctions")
    answer = {"result": result, "diagnostics": list(diagnostics)}
    expected = {"definition": FILLED, "type": "STANDARD", "severity": "WARNING"}
    machine.answers("validate_state_machine_definition", answer, **expected)
    return list(online.check_definition(machine.client, FILLED))


DIAGNOSTIC = {"severity": "WARNING", "code": "UNREACHABLE", "message": "no way leads there", "location": "/States/A"}


def test_definition_that_aws_takes_is_in_order_and_its_warnings_are_told(scripted: Script) -> None:
    told, fine = validated(scripted, "OK", DIAGNOSTIC)

    assert (told.severity, told.what) == (Severity.NOTE, "UNREACHABLE: no way leads there (/States/A)")
    assert fine.severity is Severity.OK


def test_definition_that_aws_refuses_is_an_error(scripted: Script) -> None:
    (found,) = validated(scripted, "FAIL", {**DIAGNOSTIC, "severity": "ERROR"})

    assert (found.severity, found.what) == (Severity.ERROR, "UNREACHABLE: no way leads there (/States/A)")


def test_definition_that_aws_refuses_without_a_word_is_an_error(scripted: Script) -> None:
    assert [each.severity for each in validated(scripted, "FAIL")] == [Severity.ERROR]


def test_template_that_cloudformation_takes_is_in_order(scripted: Script) -> None:
    stacks = scripted("cloudformation")
    stacks.answers("validate_template", {}, TemplateBody="{}")

    (found,) = online.check_template(stacks.client, "{}", where="template")

    assert found.severity is Severity.OK


def test_template_that_cloudformation_refuses_is_an_error(scripted: Script) -> None:
    stacks = scripted("cloudformation")
    stacks.refuses("validate_template", "ValidationError", message="unresolved reference Bucket")

    (found,) = online.check_template(stacks.client, "{}", where="template")

    assert (found.severity, found.what) == (Severity.ERROR, "is refused: unresolved reference Bucket")


def test_template_that_no_call_takes_is_not_sent() -> None:
    (found,) = online.check_template(object(), "x" * (TEMPLATE_LIMIT + 1), where="template")

    assert found.severity is Severity.NOTE


def test_template_of_as_many_bytes_as_a_call_takes_is_sent(scripted: Script) -> None:
    stacks, most = scripted("cloudformation"), "é" * (TEMPLATE_LIMIT // 2)
    stacks.answers("validate_template", {}, TemplateBody=most)

    (found,) = online.check_template(stacks.client, most, where="template")

    assert found.what == "is taken by CloudFormation"


class Denying:
    """A client that may do nothing."""

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)

        return call


def test_what_may_not_be_asked_is_a_warning_and_ends_nothing_else() -> None:
    found = list(examine_online(lambda _: Denying(), NAMES, definition=DEFINITION, templates={"a-stack": "{}"}))

    assert [each.where for each in found] == ["template of a-stack", "definition", "states"]
    assert {each.severity for each in found} == {Severity.WARNING}


def test_definition_of_transforms_is_asked_about_where_there_is_one(scripted: Script) -> None:
    transform = (ROOT / "workflows/definitions/golden/transform.asl.json").read_text()

    found = list(examine_online(lambda _: Denying(), NAMES, definition=DEFINITION, transform=transform, templates={}))
    assert [each.where for each in found] == ["definition", "definition of transforms", "states"]

    machine = scripted("stepfunctions")
    asked = {"definition": with_arns(transform, NAMES), "type": "STANDARD", "severity": "WARNING"}
    machine.answers("validate_state_machine_definition", {"result": "OK", "diagnostics": []}, **asked)
    [told] = online.check_definition(machine.client, asked["definition"], where="definition of transforms")
    assert (told.where, told.severity) == ("definition of transforms", Severity.OK)


@pytest.mark.parametrize("code", ["AccessDeniedException", "Throttling"])
def test_refusal_of_a_template_that_is_no_verdict_on_it_is_passed_on(scripted: Script, code: str) -> None:
    stacks = scripted("cloudformation")
    stacks.refuses("validate_template", code)

    with pytest.raises(ClientError):
        list(online.check_template(stacks.client, "{}", where="template"))
