"""The functions of the Chalice app that a prediction meets, and the stand-in for AWS that they ask.

AWS is asked over TLS, so an environment makes a context of it once, and shakes hands with each service. What each of
the two takes is told by the three ways of asking.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import standing_in
from benchmarks.functions.folders import Folders
from chalicelib.aws.signed import certificates
from workflows.packaging.archive import Package

ROOT = Path(__file__).resolve().parents[2]
HTTP, CONTEXT, TLS = "HTTP", "HTTP and a context of TLS", "TLS"
AUTHORIZER, PREDICT = "Authorizer", "GET /predict"
WITH_CONTEXT = b"""from chalicelib.aws.signed.certificates import trusting

CONTEXT = trusting(None)

from app import app, authorize
"""
"""The app's functions where the context of TLS is made, as on AWS, but calls go over HTTP."""

AUTHORIZING = {
    "type": "TOKEN",
    "authorizationToken": f"Bearer {standing_in.SECRET}",
    "methodArn": "arn:aws:execute-api:us-east-1:012345678912:abc/api/GET/predict",
}
PREDICTING = {
    "headers": {},
    "multiValueQueryStringParameters": {"duration": ["0"], "src_bytes": ["54540"], "dst_bytes": ["8314"]},
    "pathParameters": None,
    "stageVariables": None,
    "body": None,
    "requestContext": {"resourcePath": "/predict", "httpMethod": "GET", "authorizer": {"principalId": "benchmark"}},
}


@dataclass(frozen=True, kw_only=True)
class AppFunction:
    """A function of the app, the event that it gets, and how it asks AWS."""

    name: str
    code: Path
    handler: str
    event: Mapping[str, Any]
    environment: Mapping[str, str]
    is_right: Callable[[Any], bool]


def name(function: str, over: str) -> str:
    return f"{function}, {over}"


def functions(
    folders: Folders, *, compiled: bool, endpoints: Mapping[str, Mapping[str, str]]
) -> Iterator[AppFunction]:
    """Authorizer and GET /predict, over each of the endpoints."""
    code = folders.code("App", _package(folders.folder), compiled=compiled)
    (code / "with_context.py").write_bytes(WITH_CONTEXT)
    for over, environment in endpoints.items():
        module = "with_context" if over == CONTEXT else "app"
        for function, handler, event, is_right in (
            (AUTHORIZER, "authorize", AUTHORIZING, _opens),
            (PREDICT, "app", PREDICTING, _predicts),
        ):
            yield AppFunction(
                name=name(function, over),
                code=code,
                handler=f"{module}.{handler}",
                event=event,
                environment=environment,
                is_right=is_right,
            )


def _opens(policy: Any) -> bool:
    return bool(policy["policyDocument"]["Statement"][0]["Resource"])


def _predicts(answer: Any) -> bool:
    return bool(answer["statusCode"] == 200 and "label" in answer["body"])


def _package(folder: Path) -> Package:
    chalice = Path(sys.executable).with_name("chalice")
    into = folder / "packaged"
    command = [str(chalice), "package", "--stage", "local", str(into)]
    subprocess.run(command, cwd=ROOT, env={"AWS_DEFAULT_REGION": "us-east-1"}, capture_output=True, check=True)
    return Package((into / "deployment.zip").read_bytes(), sha256="")


@contextmanager
def endpoints(folder: Path) -> Iterator[dict[str, Mapping[str, str]]]:
    """What a function's environment says of the stand-in for AWS, by how it is asked."""
    bundle = folder / "bundle.pem"
    bundle.write_text(Path(certificates.ROOTS).read_text() + standing_in.CERTIFICATE.read_text())
    command = [sys.executable, "-m", "benchmarks.standing_in"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as answering:
        try:
            plain, encrypted = (answering.stdout.readline() if answering.stdout else "").split()
            over_http = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{plain}"}
            yield {
                HTTP: over_http,
                CONTEXT: over_http,
                TLS: {"AWS_ENDPOINT_URL": f"https://127.0.0.1:{encrypted}", "AWS_CA_BUNDLE": str(bundle)},
            }
        finally:
            answering.terminate()
