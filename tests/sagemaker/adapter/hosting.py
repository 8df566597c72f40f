"""Endpoints that really answer: the contract's server runs on the data of each model, as in its image.

SageMaker's part is done as its documentation says: the data are unpacked beside the server, which has to answer /ping
before the endpoint is in service; a request is handed on, and what the container refuses is a ModelError. Source:
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sagemaker.adapter.orders import Order, Orders
from tests.sagemaker.adapter.service import Action, Json, Refused

ARN = "arn:aws:sagemaker:us-east-1:000000000000:"
HOST = "127.0.0.1"
PING_SECONDS, PING_POLL_SECONDS, ANSWER_SECONDS = 8.0, 0.1, 60.0
"""The first is shorter than the request says, so that a test sees the end of it."""
UNHEALTHY = (
    "The primary container for production variant {} did not pass the ping health check."
    " Please check CloudWatch logs for this endpoint."
)
NO_CAPACITY = "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error."


@dataclass
class Hosted:
    """An endpoint, from the request for it on."""

    name: str
    config: Json
    created_at: float = field(default_factory=time.time)
    status: str = "Creating"
    failure: str = ""
    address: str = ""
    process: subprocess.Popen[str] | None = None

    def described(self) -> Json:
        """As DescribeEndpoint answers."""
        told = self.listed() | {"EndpointConfigName": self.config["EndpointConfigName"]}
        return told | ({"FailureReason": self.failure} if self.failure else {})

    def listed(self) -> Json:
        """As ListEndpoints answers."""
        times = {"CreationTime": self.created_at, "LastModifiedTime": self.created_at}
        arn = f"{ARN}endpoint/{self.name}"
        return {"EndpointName": self.name, "EndpointArn": arn, "EndpointStatus": self.status, **times}

    def end(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


class Endpoints:
    """Models, configurations and endpoints of this account, by their names."""

    def __init__(self, *, store: Any, python: Path, work: Path, orders: Orders) -> None:
        """`store` is a client of S3, `python` the program that runs the server."""
        self._store, self._python, self._work, self._orders = store, python, work, orders
        self.models: dict[str, str] = {}
        self._configs: dict[str, Json] = {}
        self._endpoints: dict[str, Hosted] = {}

    def actions(self) -> Mapping[str, Action]:
        return {
            "CreateModel": self._create_model,
            "CreateEndpointConfig": self._create_config,
            "CreateEndpoint": self._create,
            "DescribeEndpoint": lambda request: self._endpoint(request).described(),
            "ListEndpoints": self._list,
            "DeleteEndpoint": self._delete,
            "DeleteEndpointConfig": lambda request: self._forget(self._configs, request["EndpointConfigName"]),
            "DeleteModel": lambda request: self._forget(self.models, request["ModelName"]),
        }

    def end(self) -> None:
        """Kill every server."""
        for endpoint in self._endpoints.values():
            endpoint.end()

    def kill(self, name: str) -> None:
        """The container of this endpoint ends, and none is started in its place."""
        self._endpoint({"EndpointName": name}).end()

    def invoke(self, name: str, body: bytes, *, kind: str) -> tuple[int, str, bytes]:
        """InvokeEndpoint: status, code of the error, body."""
        endpoint = self._endpoints.get(name)
        if endpoint is None or endpoint.status != "InService":
            return 400, "ValidationError", json.dumps({"Message": f"Endpoint {name} not found."}).encode()
        request = urllib.request.Request(f"{endpoint.address}/invocations", body, {"Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return 200, "", answer.read()
        except urllib.error.HTTPError as exc:
            with exc:
                return 424, "ModelError", json.dumps({"OriginalStatusCode": exc.code}).encode()
        except OSError as exc:
            return 424, "ModelError", json.dumps({"OriginalStatusCode": 0, "Message": str(exc)}).encode()

    def _create_model(self, request: Json) -> Json:
        name = request["ModelName"]
        self._check_free(self.models, name, "model")
        self.models[name] = request["PrimaryContainer"]["ModelDataUrl"]
        return {"ModelArn": f"{ARN}model/{name}"}

    def _create_config(self, request: Json) -> Json:
        name = request["EndpointConfigName"]
        self._check_free(self._configs, name, "endpoint configuration")
        for variant in request["ProductionVariants"]:
            self._known(self.models, variant["ModelName"], "model")
        self._configs[name] = request
        return {"EndpointConfigArn": f"{ARN}endpoint-config/{name}"}

    def _create(self, request: Json) -> Json:
        order = self._orders.next()
        if order.refused:
            raise Refused(order.refused, order.message)
        name = request["EndpointName"]
        self._check_free(self._endpoints, name, "endpoint")
        config = self._known(self._configs, request["EndpointConfigName"], "endpoint configuration")
        endpoint = self._endpoints[name] = Hosted(name, config)
        threading.Thread(target=self._start, args=(endpoint, order), daemon=True).start()
        return {"EndpointArn": f"{ARN}endpoint/{name}"}

    def _endpoint(self, request: Json) -> Hosted:
        found: Hosted = self._known(self._endpoints, request["EndpointName"], "endpoint")
        return found

    def _list(self, request: Json) -> Json:
        asked = request.get("NameContains", "")
        return {"Endpoints": [each.listed() for name, each in self._endpoints.items() if asked in name]}

    def _delete(self, request: Json) -> Json:
        endpoint = self._endpoint(request)
        endpoint.end()
        return self._forget(self._endpoints, endpoint.name)

    def _forget(self, kept: dict[str, Any], name: str) -> Json:
        self._known(kept, name, "resource")
        del kept[name]
        return {}

    def _known(self, kept: Mapping[str, Any], name: str, kind: str) -> Any:
        if name not in kept:
            raise Refused("ValidationException", f'Could not find {kind} "{ARN}{name}".')
        return kept[name]

    def _check_free(self, kept: Mapping[str, Any], name: str, kind: str) -> None:
        if name in kept:
            raise Refused("ValidationException", f'Cannot create already existing {kind} "{ARN}{name}".')

    def _start(self, endpoint: Hosted, order: Order) -> None:
        [variant] = endpoint.config["ProductionVariants"]
        if not order.has_capacity:
            endpoint.status, endpoint.failure = "Failed", NO_CAPACITY
            return
        folder = tempfile.mkdtemp(dir=self._work)
        with tarfile.open(fileobj=io.BytesIO(self._read(self.models[variant["ModelName"]]))) as archive:
            archive.extractall(folder, filter="data")
        command = [self._python, "-m", "workflows.inference", "serve", "--host", HOST, "--port", "0"]
        server = subprocess.Popen(
            [*map(str, command), "--package", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        endpoint.process = server
        found = re.search(r"http://\S+", server.stdout.readline() if server.stdout else "")
        if found and not order.is_healthy:
            server.send_signal(signal.SIGSTOP)
        if found and _answers(f"{found[0]}/ping"):
            endpoint.address, endpoint.status = found[0], "InService"
            return
        endpoint.status, endpoint.failure = "Failed", UNHEALTHY.format(variant["VariantName"])

    def _read(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body: bytes = self._store.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body


def _answers(address: str) -> bool:
    deadline = time.monotonic() + PING_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
        time.sleep(PING_POLL_SECONDS)
    return False
