"""Training jobs that really train: SageMaker's own training toolkit starts the job's script, without a container. In
the place of Linear Learner's closed image a program fits and leaves what it documents: `linear_learner`.

SageMaker's part is done as its documentation says: what the request names is downloaded, the script is started and
stopped, and what it leaves is uploaded. Source:
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import tarfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sagemaker.adapter.orders import Order, Orders
from tests.sagemaker.adapter.service import Action, Json, Refused

ARN = "arn:aws:sagemaker:us-east-1:000000000000:training-job/"
TAKEN = "Training job names must be unique within an AWS account and region, and this name was given already"
NO_CAPACITY = "CapacityError: Unable to provision requested ML compute capacity. Please retry later."
HOST = "localhost"
"""The name of the only machine. The toolkit asks for the address of any other for a quarter of an hour."""
SCRIPT_IMAGES = re.compile(r"/sagemaker-scikit-learn:")
"""The images whose training is a script."""
PROGRAMS = {"/linear-learner:": "tests.sagemaker.adapter.linear_learner"}
"""By a piece of the name of a closed image, what runs in its place. The other closed images are not here."""
ROOT = Path(__file__).parents[3]
REASON_CHARACTERS = 1024
"""Of a FailureReason. Source: its shape in SageMaker's API."""


@dataclass
class Job:
    """One job, from its start on."""

    request: Json
    order: Order
    status: str = "InProgress"
    secondary: str = "Starting"
    failure: str = ""
    artifact: str = ""
    log: str = ""
    process: subprocess.Popen[str] | None = None
    is_asked_to_stop: bool = False
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        return str(self.request["TrainingJobName"])

    def described(self) -> Json:
        """As DescribeTrainingJob answers."""
        told = {name: value for name, value in self.request.items() if name not in ("Tags", "Environment")}
        told |= {"TrainingJobArn": f"{ARN}{self.name}"}
        told |= {"TrainingJobStatus": self.status, "SecondaryStatus": self.secondary, "CreationTime": 0}
        told |= {"FailureReason": self.failure[:REASON_CHARACTERS]} if self.failure else {}
        told |= {"ModelArtifacts": {"S3ModelArtifacts": self.artifact}} if self.artifact else {}
        return told

    def end(self, status: str, secondary: str = "", *, failure: str = "") -> None:
        self.status, self.secondary, self.failure = status, secondary or status, failure


class TrainingJobs:
    """Knows every job of this account by its name, whatever became of it."""

    def __init__(
        self, *, store: Any, toolkit: Path, work: Path, orders: Orders, environment: Mapping[str, str]
    ) -> None:
        """`store` is a client of S3, `toolkit` the folder of the program `train`, `environment` the jobs' own."""
        self._store, self._toolkit, self._work = store, toolkit, work
        self._orders, self._environment = orders, environment
        self._jobs: dict[str, Job] = {}

    def actions(self) -> Mapping[str, Action]:
        return {
            "CreateTrainingJob": self._create,
            "DescribeTrainingJob": lambda request: self._job(request).described(),
            "StopTrainingJob": self._stop,
        }

    def end(self) -> None:
        """Kill what still runs."""
        for job in self._jobs.values():
            if job.process is not None and job.process.poll() is None:
                _kill(job.process)

    def train(self, request: Json, *, order: Order | None = None) -> Job:
        """Start a job, and answer at once; raises Refused. A job of a tuning is one like any other."""
        name = request["TrainingJobName"]
        if name in self._jobs:
            raise Refused("ResourceInUse", TAKEN)
        image = request["AlgorithmSpecification"]["TrainingImage"]
        if not SCRIPT_IMAGES.search(image) and _program(image) is None:
            raise Refused(
                "ValidationException", "no image but those that run a script, or have a stand-in, can run here"
            )
        if request["ResourceConfig"]["InstanceCount"] != 1:
            raise Refused("ValidationException", "there is one machine here")
        job = self._jobs[name] = Job(request, order or Order())
        threading.Thread(target=self._carry_out, args=(job,), daemon=True).start()
        return job

    def _create(self, request: Json) -> Json:
        order = self._orders.next()
        if order.refused:
            raise Refused(order.refused, order.message)
        job = self.train(request, order=order)
        if order.answer_lost:
            raise Refused("InternalFailure", "the answer was lost")
        return {"TrainingJobArn": f"{ARN}{job.name}"}

    def _job(self, request: Json) -> Job:
        job = self._jobs.get(request["TrainingJobName"])
        if job is None:
            raise Refused("ResourceNotFound", "Requested resource not found.")
        return job

    def _stop(self, request: Json) -> Json:
        job = self._job(request)
        if job.done.is_set():
            raise Refused(
                "ValidationException", f"The request was rejected because the job is in status {job.status}."
            )
        self.end_one(job)
        return {}

    def end_one(self, job: Job) -> None:
        """Have it stop: what it was at is lost."""
        job.is_asked_to_stop, job.status, job.secondary = True, "Stopping", "Stopping"
        if job.process is not None:
            _kill(job.process)

    def _carry_out(self, job: Job) -> None:
        try:
            self._run(job, self._work / job.name)
        except Exception as exc:  # noqa: BLE001 - whatever happens to a job is told by its description
            job.end("Failed", failure=f"InternalServerError: {exc!r}")
        finally:
            job.done.set()

    def _run(self, job: Job, base: Path) -> None:
        if not job.order.has_capacity:
            return job.end("Failed", failure=NO_CAPACITY)
        job.secondary = "Downloading"
        self._prepare(job.request, base)
        for _ in range(job.order.interruptions):
            job.secondary = "Interrupted"
            _kill(self._started(job, base))
        if not job.order.comes_back:
            return job.end("Stopped", "MaxWaitTimeExceeded")
        job.secondary = "Training"
        process = self._started(job, base)
        if job.is_asked_to_stop:
            _kill(process)
        limit = job.order.seconds or job.request["StoppingCondition"]["MaxRuntimeInSeconds"]
        try:
            job.log, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            return job.end("Stopped", "MaxRuntimeExceeded")
        if job.is_asked_to_stop:
            return job.end("Stopped")
        if process.returncode:
            told = base / "output/failure"
            said = told.read_text() if told.exists() else f"exit code {process.returncode}"
            return job.end("Failed", failure=f"AlgorithmError: {said}")
        job.secondary = "Uploading"
        job.artifact = self._upload(job.request, base)
        return job.end("Completed")

    def _prepare(self, request: Json, base: Path) -> None:
        """What a script finds below /opt/ml, below `base`."""
        for folder in ("input/config", "input/data", "model", "output/data", "code"):
            (base / folder).mkdir(parents=True)
        kind = request["ResourceConfig"]["InstanceType"]
        group = {"instance_group_name": "homogeneousCluster", "instance_type": kind, "hosts": [HOST]}
        channels = {}
        for channel in request["InputDataConfig"]:
            self._download(channel["DataSource"]["S3DataSource"], base / "input/data" / channel["ChannelName"])
            channels[channel["ChannelName"]] = {
                "TrainingInputMode": "File",
                "S3DistributionType": "FullyReplicated",
                "RecordWrapperType": "None",
                "ContentType": channel.get("ContentType", ""),
            }
        configured: dict[str, Any] = {
            "hyperparameters": request.get("HyperParameters", {}),
            "inputdataconfig": channels,
            "resourceconfig": {
                "current_host": HOST,
                "hosts": [HOST],
                "network_interface_name": "lo",
                "current_instance_type": kind,
                "current_group_name": "homogeneousCluster",
                "instance_groups": [group],
            },
        }
        for name, content in configured.items():
            (base / f"input/config/{name}.json").write_text(json.dumps(content))

    def _download(self, source: Json, folder: Path) -> None:
        """A manifest names its objects after a prefix; each lies below the folder by the rest of its key.

        Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
        """
        bucket, key = _place(source["S3Uri"])
        if source["S3DataType"] == "ManifestFile":
            [first, *names] = json.loads(self._object(bucket, key))
            bucket, prefix = _place(first["prefix"])
        else:
            prefix = key
            pages = self._store.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            names = [each["Key"].removeprefix(prefix) for page in pages for each in page.get("Contents", [])]
        for name in names:
            path = folder / (name.lstrip("/") or Path(prefix).name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._object(bucket, prefix + name))

    def _object(self, bucket: str, key: str) -> bytes:
        body: bytes = self._store.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def _started(self, job: Job, base: Path) -> subprocess.Popen[str]:
        """The toolkit, which downloads the code that the request names and starts the script; or what stands in."""
        known = dict(self._environment) | job.request.get("Environment", {})
        known |= {"PATH": f"{self._toolkit}:/usr/bin:/bin", "HOME": str(base)}
        known |= {"SAGEMAKER_BASE_DIR": str(base), "TRAINING_JOB_NAME": job.name}
        program = _program(job.request["AlgorithmSpecification"]["TrainingImage"])
        command = ["python", "-m", program, str(base)] if program else ["train"]
        job.process = subprocess.Popen(
            [str(self._toolkit / command[0]), *command[1:]],
            cwd=ROOT if program else base,
            env=known,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return job.process

    def _upload(self, request: Json, base: Path) -> str:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            for each in sorted((base / "model").iterdir()):
                archive.add(each, each.name)
        uri = f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{base.name}/output/model.tar.gz"
        bucket, key = _place(uri)
        self._store.put_object(Bucket=bucket, Key=key, Body=packed.getvalue())
        return uri


def _program(image: str) -> str | None:
    return next((program for piece, program in PROGRAMS.items() if piece in image), None)


def _place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _kill(process: subprocess.Popen[str]) -> None:
    """The toolkit and the script that it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
