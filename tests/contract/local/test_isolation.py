"""Nothing of a developer's own AWS settings reaches what runs here, and so no command reaches a real account."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from workflows.local.process import LocalAws

WHO = """
import boto3, json
session = boto3.session.Session()
keys = session.get_credentials()
print(json.dumps({
    "account": session.client("sts").get_caller_identity()["Account"],
    "endpoints": list({session.client(each).meta.endpoint_url for each in ("s3", "lambda", "stepfunctions")}),
    "region": session.region_name, "key": keys.access_key, "token": keys.token,
}))
"""


def test_commands_talk_to_the_local_aws_alone(local_aws: LocalAws, user_environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHO],
        env=local_aws.environment(user_environment),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == {
        "account": "000000000000",
        "endpoints": [local_aws.endpoint],
        "region": "us-east-1",
        "key": "test",
        "token": None,
    }


def test_functions_get_nothing_of_the_shell_that_started_the_server(
    start_local_aws: Callable[..., LocalAws],
    clients: Callable[..., Any],
    create_function: Callable[..., str],
    user_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as shell:
        for name, value in (user_environment | {"A_SECRET_OF_MINE": "hidden"}).items():
            shell.setenv(name, value)
        aws = start_local_aws()

    with aws:
        create_function(aws, "tell", "import os\ndef handler(event, context): return dict(os.environ)")
        told = json.loads(clients(aws, "lambda").invoke(FunctionName="tell")["Payload"].read())

    assert told["AWS_ENDPOINT_URL"] == aws.endpoint
    assert (told["AWS_ACCESS_KEY_ID"], told["AWS_REGION"]) == ("000000000000", "us-east-1")
    unwanted = {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
    assert unwanted.isdisjoint(told)
    assert "A_SECRET_OF_MINE" not in told
    assert "/home/me/.aws/config" not in told.values()
