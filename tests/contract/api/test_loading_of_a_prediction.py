"""All that GET /predict loads in authorizer and API with their calls of AWS: each module costs a cold start."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from typing import Any

import pytest

from tests.contract.api.api_process import ROOT, Reply, authorizing, event, secret, standing_in_for_aws, with_tokens

RUNTIME = "importlib, json, logging, os, sys, time, traceback"
"""What Lambda's runtime client has loaded before.
Source: awslambdaric 4.2, awslambdaric/bootstrap.py."""
CALL = f"""
import {RUNTIME}
before = {{*sys.modules}}
import app
at_start = {{*sys.modules}}
class Context:
    aws_request_id = "an-id"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-local"
    def get_remaining_time_in_millis(self):
        return 28_000
asked = json.load(sys.stdin)
function = app.authorize if "authorize" in asked else app.app
answer = function(asked.get("authorize") or asked.get("event"), Context())
told = answer if isinstance(answer, dict) else answer.to_dict()
print(json.dumps([told, sorted({{*sys.modules}} - before), sorted(at_start)]))
"""
STANDARD = {
    *("__future__", "array", "atexit", "base64", "binascii", "contextvars", "copy", "datetime", "decimal", "errno"),
    *("gc", "ipaddress", "math", "numbers", "select", "selectors", "socket", "struct", "typing", "urllib"),
}
"""Of the standard library, besides what the runtime client has; names with _ belong to these."""
OF_BOTH = {
    *("app", "chalice", "chalice.app", "chalicelib"),
    *("chalicelib.cutting", "chalicelib.digests", "chalicelib.errors", "chalicelib.limits", "chalicelib.names"),
    *("chalicelib.settings", "chalicelib.settings.api", "chalicelib.settings.reading"),
    *("chalicelib.values", "chalicelib.edges"),
    *("chalicelib.api", "chalicelib.api.attempts", "chalicelib.api.doors"),
    *("chalicelib.api.responses", "chalicelib.api.starts"),
    *("chalicelib.aws", "chalicelib.aws.connect", "chalicelib.aws.patience"),
    *("chalicelib.aws.signed", "chalicelib.aws.signed.client", "chalicelib.aws.signed.connection"),
    *("chalicelib.aws.signed.exchange", "chalicelib.aws.signed.refusals"),
    *("chalicelib.aws.signed.signature", "chalicelib.aws.signed.surroundings"),
}
OF_AUTHORIZER = {
    *("chalicelib.api.access", "chalicelib.api.known_tokens", "chalicelib.aws.signed.token_store"),
    *("chalicelib.documents", "chalicelib.documents.documents", "chalicelib.documents.shapes"),
    *("chalicelib.edges.object_store", "chalicelib.layout"),
}
OF_API = {
    *("chalicelib.api.prediction", "chalicelib.aws.signed.serving_function"),
    *("chalicelib.bodies", "chalicelib.edges.serving_functions"),
}
AUTHORIZING = authorizing(f"Bearer {secret('reader')}")
PREDICTING = event("GET", "/predict", query={"duration": "0"})
NOBODY = "https://127.0.0.1:1"


def replying(asked: str, sent: bytes) -> Reply:
    if "/invocations" in asked:
        return 200, {"status": 200, "body": {"model": "kdd99-http", "predictions": [{"label": "normal"}]}}
    return with_tokens(asked, sent)


def called(question: dict[str, Any], **environ: str) -> tuple[dict[str, Any], set[str]]:
    """The answer of a function that starts with it, and what it loads."""
    answer, loaded, _ = started(question, **environ)
    return answer, loaded


def started(question: dict[str, Any], **environ: str) -> tuple[dict[str, Any], set[str], set[str]]:
    """Its answer, what it loads in all, and what was loaded before it was called."""
    with standing_in_for_aws(replying) as address:
        done = subprocess.run(
            [sys.executable, "-S", "-s", "-c", CALL],
            cwd=ROOT,
            env={
                "PYTHONPATH": sysconfig.get_path("purelib"),
                "NIGHTSWAP_STAGE": "local",
                "AWS_LAMBDA_FUNCTION_NAME": "nightswap-local",
                "AWS_ACCESS_KEY_ID": "nobody",
                "AWS_SECRET_ACCESS_KEY": "nothing",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_ENDPOINT_URL": address,
                **environ,
            },
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    answer, loaded, at_start = json.loads(done.stdout)
    return answer, set(loaded), set(at_start)


def is_ours(module: str) -> bool:
    return module.partition(".")[0] in {"app", "chalice", "chalicelib"}


@pytest.mark.parametrize(
    ("question", "its_own"), [(AUTHORIZING, OF_AUTHORIZER), (PREDICTING, OF_API)], ids=["authorizer", "API"]
)
def test_cold_prediction_loads_these_modules_and_no_other(question: dict[str, Any], its_own: set[str]) -> None:
    answer, loaded = called(question)

    assert answer.get("statusCode", 200) == 200
    assert "Allow" in json.dumps(answer) or '"normal"' in answer["body"].replace('\\"', '"')
    tops = {each.partition(".")[0] for each in loaded if not is_ours(each)}
    assert {each for each in tops if not each.startswith("_")} <= STANDARD
    assert {each for each in loaded if is_ours(each)} == OF_BOTH | its_own


@pytest.mark.parametrize(
    ("question", "handler"), [(AUTHORIZING, "app.authorize"), (PREDICTING, "app.app")], ids=["authorizer", "API"]
)
def test_first_call_loads_nothing_that_was_not_loaded_while_the_function_started(
    question: dict[str, Any], handler: str
) -> None:
    _, loaded, at_start = started(question, _HANDLER=handler)

    assert loaded - at_start == set()


def test_context_of_tls_is_made_while_a_function_starts_that_needs_it() -> None:
    needs = {"ssl", "chalicelib.aws.signed.certificates"}
    *_, at_start = started(PREDICTING, _HANDLER="app.app", AWS_ENDPOINT_URL=NOBODY)
    *_, of_another = started(PREDICTING, _HANDLER="app.nightly", AWS_ENDPOINT_URL=NOBODY)

    assert (needs & at_start, needs & of_another) == (needs, set())


def test_bundle_that_cannot_be_read_is_told_by_the_call_and_not_by_the_start() -> None:
    answer, *_ = started(PREDICTING, _HANDLER="app.app", AWS_ENDPOINT_URL=NOBODY, AWS_CA_BUNDLE="/no/such/file.pem")

    assert (answer["statusCode"], json.loads(answer["body"])["Code"]) == (503, "Busy")


def test_where_botocore_alone_knows_the_way_it_makes_the_same_call() -> None:
    answer, loaded = called(PREDICTING, AWS_USE_DUALSTACK_ENDPOINT="false")
    told = answer["statusCode"], json.loads(answer["body"])

    assert told == (200, {"model": "kdd99-http", "label": "normal"})
    assert {"botocore", "chalicelib.aws.serving_functions"} <= loaded
    assert "boto3" not in loaded


def test_authorizer_reads_tokens_by_botocore_where_botocore_alone_knows_the_way() -> None:
    answer, loaded = called(AUTHORIZING, AWS_USE_DUALSTACK_ENDPOINT="false")

    assert "Allow" in json.dumps(answer)
    assert {"botocore", "chalicelib.aws.object_store"} <= loaded
