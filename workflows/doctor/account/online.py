"""Lets AWS check the state machine and the templates before anything is made of them.

Every call only asks: AWS validates the templates and the definition, and tries each state by itself on made-up
results and errors (TestState with a mock), so no function is called. States without a task cannot have a mock: AWS
runs them under a role, so they are tried once the stack has made one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code
from chalicelib.names import TASKS, Names
from workflows.definitions.checks.samples import samples
from workflows.definitions.functions import ANSWERS, EXAMPLES, SIGNATURES, placeholder
from workflows.deploying.asking import is_absent
from workflows.deploying.cloudformation.templates import TEMPLATE_LIMIT
from workflows.doctor.finding import Finding, error, note, ok, unhindered

NEVER_RETRIED, RETRIED = "SingleClass", "StoreUnavailable"
"""An error of the data, which another try does not cure, and one of S3's, which it may."""
REPORT = "report this with what is printed above: the definition is not what AWS takes it for"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A state, what it is given, and how it has to turn."""

    state: str
    mock: Mapping[str, Any] | None = None
    retries: int = 0
    given: Mapping[str, Any]
    status: str
    leads_to: str | None

    @property
    def about(self) -> str:
        failing = (self.mock or {}).get("errorOutput")
        return f"{self.state}, with {failing['error']} after {self.retries} retries" if failing else self.state


def examine_online(
    clients: Callable[[str], Any],
    names: Names,
    *,
    definition: str,
    transform: str | None = None,
    templates: Mapping[str, str],
) -> Iterator[Finding]:
    """All that AWS can be asked without making anything; `templates` are by the names of their stacks."""
    machine = clients("stepfunctions")
    for stack, template in templates.items():
        where = f"template of {stack}"
        yield from unhindered(check_template(clients("cloudformation"), template, where=where), where=where)
    filled = with_arns(definition, names)
    yield from unhindered(check_definition(machine, filled), where="definition")
    if transform is not None:
        of_transforms = check_definition(machine, with_arns(transform, names), where="definition of transforms")
        yield from unhindered(of_transforms, where="definition of transforms")
    yield from unhindered(check_states(machine, filled, names=names), where="states")


def with_arns(definition: str, names: Names) -> str:
    """The definition with the ARNs that the stack puts into it, and examples of what else it does."""
    for task in TASKS:
        arn = f"arn:aws:lambda:{names.region}:{names.account}:function:{names.task_function(task)}"
        definition = definition.replace(placeholder(task), arn)
    for other, example in EXAMPLES.items():
        definition = definition.replace(other, example)
    return definition


def check_template(client: Any, template: str, *, where: str) -> Iterator[Finding]:
    if len(template.encode()) > TEMPLATE_LIMIT:
        yield note(f"has over {TEMPLATE_LIMIT:,} bytes, which no call takes: a deploy stores it", where=where)
        return
    try:
        client.validate_template(TemplateBody=template)
    except ClientError as exc:
        if code(exc) != "ValidationError":
            raise
        yield error(f"is refused: {exc.response['Error'].get('Message')}", where=where, way_out=REPORT)
    else:
        yield ok("is taken by CloudFormation", where=where)


def check_definition(client: Any, definition: str, *, where: str = "definition") -> Iterator[Finding]:
    answer = client.validate_state_machine_definition(definition=definition, type="STANDARD", severity="WARNING")
    for each in answer["diagnostics"]:
        said = f"{each['code']}: {each['message']} ({each.get('location', 'no place is told')})"
        if each["severity"] == "ERROR":
            yield error(said, where=where, way_out=REPORT)
        else:
            yield note(said, where=where)
    if answer["result"] == "OK":
        yield ok("is taken by Step Functions", where=where)
    elif not answer["diagnostics"]:
        yield error("is refused without a word", where=where, way_out=REPORT)


def check_states(client: Any, definition: str, *, names: Names) -> Iterator[Finding]:
    machine = json.loads(definition)
    role = _role(client, names)
    tried = [*of_tasks(machine), *(of_others(machine) if role else ())]
    wrong = 0
    for each in tried:
        status, leads_to = _turned(client, definition, each, role)
        if (status, leads_to) != (each.status, each.leads_to):
            wrong += 1
            wanted = f"{each.status} and {each.leads_to or 'the end'}"
            what = f"{each.about}: comes to {status} and {leads_to or 'the end'}, not {wanted}"
            yield error(what, where="states", way_out=REPORT)
    if not wrong:
        yield ok(f"turn as they should, in {len(tried)} trials", where="states")
    if role is None:
        yield note("without a task are tried when the stack has made their role: ask again then", where="states")


def of_tasks(machine: Mapping[str, Any]) -> Iterator[Trial]:
    """Every task's result leads on. Errors are tried once for all states that treat them alike."""
    given, alike = payload(machine), set()
    for name, state in _of_type(machine, "Task"):
        # The result is the function's own, which no model of AWS describes.
        result = {"result": json.dumps(_result(state)), "fieldValidationMode": "NONE"}
        yield Trial(state=name, mock=result, given=given, status="SUCCEEDED", leads_to=state.get("Next"))
        treats = json.dumps([state["Retry"], state["Catch"]])
        if treats not in alike:
            alike.add(treats)
            yield from _failing(name, state, given)


def of_others(machine: Mapping[str, Any]) -> Iterator[Trial]:
    """Every rule of every choice, what fits no rule, and the states that only pass on or end."""
    given = payload(machine)
    for name, state in _of_type(machine, "Choice"):
        for rule in state["Choices"]:
            path = rule["Variable"].split(".")[1:]
            value = next(rule[each] for each in ("StringEquals", "BooleanEquals") if each in rule)
            turned = _with(given, path, value)
            yield Trial(state=name, given=turned, status="SUCCEEDED", leads_to=rule["Next"])
        unknown = not value if isinstance(value, bool) else "what no release says"
        turned = _with(given, path, unknown)
        yield Trial(state=name, given=turned, status="SUCCEEDED", leads_to=state["Default"])
    for kind in ("Pass", "Wait"):
        for name, state in _of_type(machine, kind):
            yield Trial(state=name, given=given, status="SUCCEEDED", leads_to=state["Next"])
    for name, _ in _of_type(machine, "Fail"):
        yield Trial(state=name, given=given, status="FAILED", leads_to=None)


def _with(given: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """The same with another value at the path.

    >>> _with({"a": {"b": 1, "c": 2}}, ["a", "b"], 3)
    {'a': {'b': 3, 'c': 2}}
    """
    first, *others = path
    return {**given, first: _with(given[first], others, value) if others else value}


def payload(machine: Mapping[str, Any]) -> dict[str, Any]:
    """What a state is given that comes last: the results of all others, and a failure. A bake takes no time."""
    found: dict[str, Any] = {"model": "a-model", "force": False, "reason": "tried"}
    for _, state in _of_type(machine, "Task"):
        path = state.get("ResultPath")
        if path:
            found[path.removeprefix("$.")] = _result(state)
    rollout = {**found["rollout"], "bake_seconds": 0}
    failed = {"Error": NEVER_RETRIED, "Cause": "tried"}
    return {**found, "rollout": rollout, "failure": failed, "restore_after_failure": failed}


def _failing(name: str, state: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Trial]:
    caught = state["Catch"][0]["Next"]
    retried = RETRIED if _calls_ours(state) else state["Retry"][0]["ErrorEquals"][0]
    attempts = next(each["MaxAttempts"] for each in state["Retry"] if retried in each["ErrorEquals"])
    for said, retries, status, leads_to in (
        (NEVER_RETRIED, 0, "CAUGHT_ERROR", caught),
        (retried, 0, "RETRIABLE", None),
        (retried, attempts, "CAUGHT_ERROR", caught),
    ):
        mock = {"errorOutput": {"error": said, "cause": "tried"}}
        yield Trial(state=name, mock=mock, retries=retries, given=given, status=status, leads_to=leads_to)


def _result(state: Mapping[str, Any]) -> dict[str, Any]:
    """A sample of what the task returns, known by the end of its function's name. Of services only that is read which
    `ANSWERS` has."""
    if not _calls_ours(state):
        return dict([{}, *ANSWERS.get(state["Resource"], ())][-1])
    task = next(each for each in SIGNATURES if state["Resource"].endswith(f"-{each}"))
    return next(samples(SIGNATURES[task].returns, decisions=SIGNATURES[task].decisions))


def _calls_ours(state: Mapping[str, Any]) -> bool:
    """Whether it calls one of our functions, and not a service by itself."""
    return ":states:::" not in str(state["Resource"])


def _of_type(machine: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, state) for name, state in machine["States"].items() if state["Type"] == kind)


def _role(client: Any, names: Names) -> str | None:
    """The machine's own, once there is one."""
    try:
        return str(client.describe_state_machine(stateMachineArn=names.state_machine_arn)["roleArn"])
    except ClientError as exc:
        if not is_absent(exc):
            raise
        return None


def _turned(client: Any, definition: str, trial: Trial, role: str | None) -> tuple[str, str | None]:
    answer = client.test_state(
        definition=definition,
        stateName=trial.state,
        input=json.dumps(trial.given),
        **({"roleArn": role} if role else {}),
        **({"mock": trial.mock} if trial.mock else {}),
        **(
            {"stateConfiguration": {"retrierRetryCount": trial.retries}}
            if "errorOutput" in (trial.mock or {})
            else {}
        ),
    )
    return answer["status"], answer.get("nextState")
