"""Transform jobs that really transform: the contract's server answers on the data of a model, as in its image.

SageMaker's part is done as its documentation says: each object that the manifest names is split by its lines into
requests of at most MaxPayloadInMB, whose answers are put together, line by line, into an object of the same name with
`.out` behind it. An object whose requests were not all answered with 200 has no output, and fails the job. Source:
https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.layout import Place
from tests.clone import ROOT
from tests.sagemaker.adapter.orders import Orders
from tests.sagemaker.adapter.service import Action, Json, Refused

ARN = "arn:aws:sagemaker:us-east-1:000000000000:transform-job/"
TAKEN = "Job name must be unique within an AWS account and region"
MEGABYTE = 2**20


@dataclass
class Transform:
    """One job, from its start on."""

    request: Json
    created_at: float
    status: str = "InProgress"
    failure: str = ""
    requests: list[int] = field(default_factory=list)
    """The lines of each request to the server that was answered."""
    stopping: threading.Event = field(default_factory=threading.Event)
    server: subprocess.Popen[str] | None = None

    def described(self) -> Json:
        """As DescribeTransformJob answers."""
        told = {name: value for name, value in self.request.items() if name != "Tags"}
        told |= {"TransformJobArn": ARN + self.request["TransformJobName"], "CreationTime": self.created_at}
        told |= {"TransformJobStatus": self.status}
        return told | ({"FailureReason": self.failure} if self.failure else {})


class TransformJobs:
    """Knows every job of this account by its name. `store` is a client of S3; `models` are by name the URIs of the
    models' data."""

    def __init__(self, *, store: Any, models: Mapping[str, str], python: Path, orders: Orders) -> None:
        """`python` is the program that runs the server."""
        self._store, self._models, self._python, self._orders = store, models, python, orders
        self._jobs: dict[str, Transform] = {}
        self._allowed = threading.Semaphore(0)
        """So many objects may still be transformed: a job waits for each."""

    def allow(self, count: int) -> None:
        """So many objects more may be transformed."""
        self._allowed.release(count)

    def end(self) -> None:
        """Kill every server."""
        for job in self._jobs.values():
            if job.server is not None:
                job.server.kill()

    def actions(self) -> Mapping[str, Action]:
        return {
            "CreateTransformJob": self._create,
            "DescribeTransformJob": lambda request: self._job(request).described(),
            "StopTransformJob": self._stop,
            "ListTransformJobs": self._list,
        }

    def _create(self, request: Json) -> Json:
        order = self._orders.next()
        if order.refused:
            raise Refused(order.refused, order.message)
        name = request["TransformJobName"]
        if name in self._jobs:
            raise Refused("ResourceInUse", TAKEN)
        if request["ModelName"] not in self._models:
            raise Refused("ValidationException", f'Could not find model "{request["ModelName"]}".')
        job = self._jobs[name] = Transform(request, time.time())
        threading.Thread(target=self._carry_out, args=(job,), daemon=True).start()
        return {"TransformJobArn": ARN + name}

    def _job(self, request: Json) -> Transform:
        job = self._jobs.get(request["TransformJobName"])
        if job is None:
            raise Refused("ValidationException", "Could not find requested job with name.")
        return job

    def _stop(self, request: Json) -> Json:
        job = self._job(request)
        if job.status != "InProgress":
            raise Refused("ValidationException", f"The job is in status {job.status}.")
        job.status = "Stopping"
        job.stopping.set()
        self._allowed.release()
        return {}

    def _list(self, request: Json) -> Json:
        found = [
            {**job.described(), "TransformJobName": name}
            for name, job in self._jobs.items()
            if request.get("NameContains", "") in name and job.status == request.get("StatusEquals", job.status)
        ]
        told = ("TransformJobName", "TransformJobArn", "CreationTime", "TransformJobStatus")
        return {"TransformJobSummaries": [{key: each[key] for key in told} for each in found]}

    def _carry_out(self, job: Transform) -> None:
        try:
            with tempfile.TemporaryDirectory() as folder, self._served(job, folder) as address:
                for key in self._inputs(job):
                    self._allowed.acquire()
                    if job.stopping.is_set():
                        job.status = "Stopped"
                        return
                    self._transform(job, key, address)
            job.status = "Completed"
        except (OSError, ValueError, ClientError) as exc:
            job.status, job.failure = "Failed", f"{type(exc).__name__}: {exc}"

    @contextmanager
    def _served(self, job: Transform, folder: str) -> Iterator[str]:
        """The address of a server of the model, which is where SageMaker unpacks its data."""
        with tarfile.open(fileobj=io.BytesIO(self._read(self._models[job.request["ModelName"]]))) as archive:
            archive.extractall(folder, filter="data")
        command = [str(self._python), "-m", "workflows.inference", "serve", "--host", "127.0.0.1", "--port", "0"]
        with subprocess.Popen([*command, "--package", folder], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            job.server = server
            try:
                told = server.stdout.readline() if server.stdout else ""
                found = re.search(r"http://\S+", told)
                if found is None:
                    raise ChildProcessError(f"no server: {told!r}")
                yield found[0]
            finally:
                server.send_signal(signal.SIGINT)
                server.communicate()

    def _read(self, uri: str) -> bytes:
        place = Place.parse(uri)
        body: bytes = self._store.get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
        return body

    def _inputs(self, job: Transform) -> Sequence[str]:
        first, *names = json.loads(self._read(job.request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]))
        return [first["prefix"] + name for name in names]

    def _transform(self, job: Transform, uri: str, address: str) -> None:
        asked = {
            "Content-Type": job.request["TransformInput"]["ContentType"],
            "Accept": job.request["TransformOutput"]["Accept"],
        }
        answers = []
        for body in _split(self._read(uri), most=job.request["MaxPayloadInMB"] * MEGABYTE):
            answers.append(_answer(urllib.request.Request(f"{address}/invocations", data=body, headers=asked)))
            job.requests.append(body.count(b"\n"))
        place = Place.parse(job.request["TransformOutput"]["S3OutputPath"])
        key = f"{place.key}{uri.rpartition('/')[2]}.out"
        self._store.put_object(Bucket=place.bucket, Key=key, Body=b"".join(answers))


def _split(body: bytes, *, most: int) -> Iterator[bytes]:
    """As many lines as fit, BatchStrategy MultiRecord."""
    held: list[bytes] = []
    for line in body.splitlines(keepends=True):
        if held and sum(map(len, held)) + len(line) > most:
            yield b"".join(held)
            held = []
        held.append(line)
    yield b"".join(held)


def _answer(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            body: bytes = answer.read()
            return body
    except urllib.error.HTTPError as exc:
        raise ValueError(f"Bad HTTP status received from algorithm: {exc.code}") from exc
