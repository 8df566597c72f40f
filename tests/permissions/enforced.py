"""A deployed stage whose local AWS denies what no policy permits; and probes, which try calls under a role."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.names import Names
from tests.clone import Clone, until
from tests.given import local_aws
from workflows.local.process import LocalAws

MODEL = "kdd99-http"
NAMES = Names(stage="local", account="000000000000", region="us-east-1")
PROBE = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    call = getattr(boto3.client(event["service"]), event["operation"])
    try:
        call(**event["arguments"])
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    return {"code": "", "message": ""}
"""


@dataclass(frozen=True)
class Tried:
    """What came of a call: AWS's error code and message, both empty when it was carried out."""

    code: str
    message: str

    @property
    def denied(self) -> bool:
        return self.code in {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


@dataclass
class EnforcedStage:
    """Stage `local` in a clone of its own. `predict` and `operate` are tokens of one scope each."""

    clone: Clone
    aws: LocalAws
    predict: str = ""
    operate: str = ""
    _probes: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> str:
        done = self.clone.nightswap(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def client(self, service: str) -> Any:
        """A boto3 client with the account's own keys, which may do everything."""
        return local_aws.client(service, endpoint=self.aws.endpoint, asks_once=True)

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Any]:
        """Call the API: status and decoded body. Without a token no Authorization header is sent."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.aws.short_url}{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def started(self, **wish: Any) -> str:
        status, body = self.call("POST", "/retrain", wish, token=self.operate)
        assert status == 202, body
        return str(body["run"])

    def run(self, run: str) -> dict[str, Any]:
        status, body = self.call("GET", f"/runs/{run}", token=self.operate)
        assert status == 200, body
        found: dict[str, Any] = body
        return found

    def ended(self, run: str) -> dict[str, Any]:
        """The run, once it has ended."""
        found: dict[str, Any] = {}

        def over() -> bool:
            found.update(self.run(run))
            return bool(found["status"] == "ended")

        until(over, what=f"run {run} to end", log=lambda: json.dumps(found, indent=1))
        return found

    def retrain(self, **wish: Any) -> dict[str, Any]:
        return self.ended(self.started(**wish))

    def invoke(self, function: str, event: Mapping[str, Any], **how: Any) -> Any:
        """What a function returned; fails when it raised."""
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event), **how)
        returned = json.load(answer["Payload"])
        assert "FunctionError" not in answer, returned
        return returned

    def role_of(self, function: str) -> str:
        """The ARN of the role of a function of the stage."""
        return str(self.client("lambda").get_function_configuration(FunctionName=function)["Role"])

    def as_function(self, function: str, service: str, operation: str, **arguments: Any) -> Tried:
        """Try a call under the role of one of the stage's functions."""
        return self.as_role(self.role_of(function), service, operation, **arguments)

    def as_role(self, role: str, service: str, operation: str, **arguments: Any) -> Tried:
        """Try a call in a function that runs under the role: the credentials are those that the role gives it."""
        event = {"service": service, "operation": operation, "arguments": arguments}
        return Tried(**self.invoke(self._probe(role), event))

    def _probe(self, role: str) -> str:
        if role not in self._probes:
            name = f"probe-{len(self._probes)}"
            self.client("lambda").create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=role,
                Handler="main.handler",
                Code={"ZipFile": _zipped(PROBE)},
                Timeout=30,
            )
            self._probes[role] = name
        return self._probes[role]


def _zipped(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", source)
    return content.getvalue()
