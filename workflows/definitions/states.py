"""Defines the kinds of state that the machine is made of: how it calls, retries, catches and branches.

It decides in one place what is retried: errors that pass by themselves. All others go to the state that is given as
`caught_by`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stepfunctions.steps import Catch, Chain, Choice, ChoiceRule, Fail, Retry, Task
from stepfunctions.steps.states import State

from chalicelib.errors import ContractBroken, FunctionUnavailable, TransientError, leaves
from chalicelib.names import document_name
from workflows.definitions.functions import SIGNATURES, placeholder

LAMBDA_BUSY = (
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
)
"""Lambda itself failed. Source: AWS Step Functions guide, "Handle transient Lambda service exceptions"."""

THROTTLED = ("Lambda.TooManyRequestsException", FunctionUnavailable.__name__)
"""All concurrent executions of the account are taken, 10 in a new one: no place for the task, or none for the serving
function that the task asks. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

WORKER_LOST = ("Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout", "States.Timeout")
"""The function was killed, ran out of memory or of time: it may be chance, so it gets another try, but not many."""

TIMEOUT_SECONDS = 900
"""Of every task's state: as long as Lambda lets a function run, so longer than any time that a stage sets for it.
Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


class _NewerFields:
    """Lets an SDK class take fields that ASL has gained since the SDK's last release."""

    newer: frozenset[str] = frozenset()

    def is_field_allowed(self, field_name: str) -> bool:
        return field_name in self.newer or bool(super().is_field_allowed(field_name))  # type: ignore[misc]


class _Retry(_NewerFields, Retry):
    newer = frozenset({"max_delay_seconds", "jitter_strategy"})


class _Fail(_NewerFields, Fail):
    newer = frozenset({"error_path", "cause_path"})


def task(
    function: str,
    *,
    caught_by: State,
    state: str,
    result: str | None = None,
    failure_path: str = "$.failure",
    ends: bool = False,
    **parameters: Any,
) -> Task:
    """Call a function with exactly the fields of its contract; raises ContractBroken for one missing or unknown.

    A parameter that is text beginning with `$` is a path, anything else a literal. Every function takes the run, and
    the model from the execution's input. The result goes to `$.NAME`, by the name that is given as `result`, else by
    the state's own; where the state `ends` the machine, it is the execution's output. What is left of an error after
    the retries goes to `failure_path`.
    """
    parameters = {"run": "$$.Execution.Name", "model": "$.model", **parameters}
    _conform(function, parameters)
    where = {} if ends else {"result_path": f"$.{result or document_name(state)}"}
    return Task(
        state,
        resource=placeholder(function),
        parameters=dict(_template(name, value) for name, value in parameters.items()),
        timeout_seconds=TIMEOUT_SECONDS,
        retry=retries(),
        catch=Catch(error_equals=["States.ALL"], next_step=caught_by, result_path=failure_path),
        **where,
    )


def retries() -> list[Retry]:
    """Full jitter throughout, so that runs which failed together do not come back together.

    A throttled call is tried for 25 minutes in the mean, and for longer than the 900 s for which a function can hold
    its place: then whoever had it has given it back.
    """
    passing = tuple(error for error in leaves(TransientError) if error not in THROTTLED)
    return [
        retry(THROTTLED, interval_seconds=2, max_attempts=30, max_delay_seconds=120),
        retry(passing, interval_seconds=2, max_attempts=6, max_delay_seconds=60),
        retry(LAMBDA_BUSY, interval_seconds=1, max_attempts=6, max_delay_seconds=30),
        retry(WORKER_LOST, interval_seconds=2, max_attempts=2, max_delay_seconds=10),
    ]


def branch(state: str, *, on: str, cases: Mapping[str | bool, State | Chain], otherwise: State) -> Choice:
    """Go where the value at the path says; `otherwise` is the way for every value that is not foreseen.

    It has to be the last step of a Chain: the SDK makes a Choice's successor in a Chain its default, without a word.
    """
    choice = Choice(state)
    for value, then in cases.items():
        rule = ChoiceRule.BooleanEquals if isinstance(value, bool) else ChoiceRule.StringEquals
        choice.add_choice(rule(on, value), then)
    choice.default_choice(otherwise)
    return choice


def fail(state: str, *, failure_path: str, error: str | None = None) -> Fail:
    """End the execution with the failure found at the path, so that DescribeExecution shows the reason; with this
    error where the failure's own may be one of Step Functions' (`States.`), which no Fail may have.

    Source: https://states-language.net/spec.html#errors, "Error Representation"
    """
    name = {"error": error} if error else {"error_path": f"{failure_path}.Error"}
    return _Fail(state, **name, cause_path=f"{failure_path}.Cause")


def retry(errors: tuple[str, ...], *, interval_seconds: int, max_attempts: int, max_delay_seconds: int) -> Retry:
    """Wait longer before each further try, up to the longest, and never as long as others do."""
    return _Retry(
        error_equals=list(errors),
        interval_seconds=interval_seconds,
        backoff_rate=2.0,
        max_attempts=max_attempts,
        max_delay_seconds=max_delay_seconds,
        jitter_strategy="FULL",
    )


def _template(name: str, value: Any) -> tuple[str, Any]:
    is_path = isinstance(value, str) and value.startswith("$")
    return (f"{name}.$" if is_path else name, value)


def _conform(function: str, parameters: Mapping[str, Any]) -> None:
    contract = SIGNATURES[function].takes
    wanted = {*contract.field_names}
    if wrong := sorted(wanted ^ set(parameters)):
        raise ContractBroken(
            f"{function}: expected the fields of {contract.__name__}, missing or unknown: {', '.join(wrong)}"
        )
