"""How functions run on the local AWS, and what their failures are called."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.edges import failed_calls
from workflows.local.process import LocalAws

Create = Callable[..., str]

SOURCE = """
import os, signal, subprocess, sys, time

class NoData(Exception):
    pass

def handler(event, context):
    return globals()[event["do"]](event, context)

def tell(event, context):
    return {"python": sys.executable, "prefix": sys.prefix, "pid": os.getpid(), "name": context.function_name,
            "arn": context.invoked_function_arn, "left": context.get_remaining_time_in_millis(),
            "request": context.aws_request_id, "environment": dict(os.environ)}

def refuse(event, context):
    raise NoData("no row in nights/7.csv")

def say(event, context):
    print("to be read in the log")
    os.write(1, b"from below Python\\n")
    subprocess.run(["echo", "from another process"], check=True)
    return "said"

def leave(event, context):
    sys.exit(1)

def die(event, context):
    os.kill(os.getpid(), signal.SIGKILL)

def keep(event, context):
    return {"unfit": {1, 2}}

def find(event, context):
    import workflows
"""


@pytest.fixture(scope="module")
def invoke(local_aws: LocalAws, clients: Callable[..., Any], create_function: Create) -> Callable[[str], Any]:
    create_function(local_aws, "speaker", SOURCE)

    def call(do: str, **options: Any) -> Any:
        answered = clients(local_aws, "lambda").invoke(
            FunctionName="speaker", Payload=json.dumps({"do": do}), **options
        )
        return answered | {"Payload": json.loads(answered["Payload"].read())}

    return call


def test_functions_run_in_the_projects_interpreter(invoke: Callable[..., Any]) -> None:
    told = invoke("tell")["Payload"]

    assert (Path(told["prefix"]), told["name"]) == (Path(sys.prefix), "speaker")
    assert told["arn"].endswith(":function:speaker")
    assert 0 < told["left"] <= 30_000
    assert told["request"]


def test_exception_is_reported_by_its_class_name(invoke: Callable[..., Any]) -> None:
    answered = invoke("refuse")

    assert answered["FunctionError"] == "Unhandled"
    assert answered["Payload"]["errorType"] == "NoData"
    assert answered["Payload"]["errorMessage"] == "no row in nights/7.csv"
    assert "in refuse" in "".join(answered["Payload"]["stackTrace"])


def test_function_stays_warm_after_an_exception(invoke: Callable[..., Any]) -> None:
    before = invoke("tell")["Payload"]["pid"]

    invoke("refuse")

    assert invoke("tell")["Payload"]["pid"] == before


@pytest.mark.parametrize("do", ["leave", "die"])
def test_dead_process_is_reported_as_exit_error_and_the_next_call_works(invoke: Callable[..., Any], do: str) -> None:
    answered = invoke(do)

    assert answered["FunctionError"] == "Unhandled"
    assert answered["Payload"]["errorType"] == "Runtime.ExitError"
    assert invoke("tell")["Payload"]["name"] == "speaker"


def test_answer_that_is_not_json_is_a_marshal_error(invoke: Callable[..., Any]) -> None:
    assert invoke("keep")["Payload"]["errorType"] == "Runtime.MarshalError"


def test_function_sees_its_package_and_not_the_clone(invoke: Callable[..., Any]) -> None:
    assert invoke("find")["Payload"]["errorType"] == "ModuleNotFoundError"


def test_whatever_prints_lands_in_the_log_and_not_in_the_answer(invoke: Callable[..., Any]) -> None:
    answered = invoke("say", LogType="Tail")

    assert answered["Payload"] == "said"
    assert "to be read in the log" in base64.b64decode(answered["LogResult"]).decode()


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import nowhere", "Runtime.ImportModuleError"),
        ("nothing = 1", "Runtime.HandlerNotFound"),
        ("raise KeyError('rate')", "KeyError"),
        ("import os; os._exit(7)", "Runtime.ExitError"),
    ],
)
def test_function_that_cannot_start_says_why(
    local_aws: LocalAws, clients: Callable[..., Any], create_function: Create, source: str, error: str
) -> None:
    name = f"broken-{error.replace('.', '-')}"
    create_function(local_aws, name, source)

    answered = clients(local_aws, "lambda").invoke(FunctionName=name)

    assert json.loads(answered["Payload"].read())["errorType"] == error


def test_task_time_limit_keeps_its_name(
    local_aws: LocalAws, clients: Callable[..., Any], create_function: Create
) -> None:
    create_function(local_aws, "slow", "import time\ndef handler(e, c): time.sleep(20)", Timeout=1)

    answered = clients(local_aws, "lambda").invoke(FunctionName="slow")

    report = answered["Payload"].read()
    assert (answered["FunctionError"], json.loads(report)["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert failed_calls.read(report).happened == "ran out of time after 1 s"


def test_state_machine_catches_an_exception_by_its_class_name(
    local_aws: LocalAws,
    clients: Callable[..., Any],
    invoke: Callable[..., Any],
    start_execution: Callable[..., str],
    ended: Callable[..., Any],
) -> None:
    task = {
        "Type": "Task",
        "Resource": clients(local_aws, "lambda").get_function(FunctionName="speaker")["Configuration"]["FunctionArn"],
        "Parameters": {"do": "refuse"},
        "Catch": [{"ErrorEquals": ["NoData"], "Next": "Caught"}],
        "End": True,
    }

    execution = start_execution(local_aws, "asks", {"Ask": task, "Caught": {"Type": "Succeed"}})

    assert ended(local_aws, execution)["status"] == "SUCCEEDED"
