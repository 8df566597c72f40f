"""The second state machine: moto's Step Functions and this project's SageMaker, at one address of this machine.

`python -m tests.sagemaker.adapter.server --aws URL --work FOLDER` runs in the environment of `make test-sagemaker`.
It prints its port and ends when its input does. The functions that the machine calls, and the bucket, are at URL.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

HOST, ACCOUNT, REGION = "127.0.0.1", "000000000000", "us-east-1"
TARGET = "SageMaker."
ORDERS, KILLS, ALLOWED = "/orders", "/kills", "/allowed"
INVOCATIONS = re.compile(r"/endpoints/([^/]+)/invocations")
KEYS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}
NO_CONFIGURATION = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--aws", required=True)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--python", required=True, type=Path, help="Runs the contract's server.")
    options = parser.parse_args()
    jobs_environment = KEYS | NO_CONFIGURATION | {"AWS_ENDPOINT_URL": options.aws}
    os.environ |= KEYS | NO_CONFIGURATION | {"MOTO_ACCOUNT_ID": ACCOUNT}

    import boto3
    from moto.core.config import default_user_config
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from moto.stepfunctions.parser import models as _parser  # noqa: F401 - so that all of it is there to be completed
    from werkzeug.serving import WSGIRequestHandler, make_server

    from tests.sagemaker.adapter import integration
    from tests.sagemaker.adapter.hosting import Endpoints
    from tests.sagemaker.adapter.orders import Orders
    from tests.sagemaker.adapter.service import SageMaker
    from tests.sagemaker.adapter.training import TrainingJobs
    from tests.sagemaker.adapter.transforming import TransformJobs
    from tests.sagemaker.adapter.tuning import TuningJobs

    orders = Orders()
    store = boto3.client("s3", endpoint_url=options.aws)
    endpoints = Endpoints(store=store, python=options.python, work=options.work, orders=orders)
    jobs = TrainingJobs(
        store=store,
        toolkit=Path(sys.executable).parent,
        work=options.work,
        orders=orders,
        environment=jobs_environment,
    )
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    searches = TuningJobs(jobs, orders=orders)
    transforms = TransformJobs(store=store, models=endpoints.models, python=options.python, orders=orders)
    sagemaker = SageMaker([jobs, searches, endpoints, transforms])
    told: dict[str, Callable[[Any], None]] = {
        ORDERS: orders.put,
        KILLS: endpoints.kill,
        ALLOWED: transforms.allow,
    }
    app = _either(sagemaker, endpoints, told, DomainDispatcherApplication(create_backend_app))
    server = make_server(HOST, 0, app, threaded=True, request_handler=_quiet(WSGIRequestHandler))
    integration.install(aws=options.aws, own=f"http://{HOST}:{server.port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)  # noqa: T201 - for whoever started it
    sys.stdin.read()
    jobs.end()
    endpoints.end()
    transforms.end()
    os._exit(0)  # moto's threads would keep the process


def _quiet(handler: Any) -> Any:
    """Leaves out of the log that a request came: they come all the time."""
    return type("Quiet", (handler,), {"log_request": lambda *_: None})


Start = Callable[[str, list[tuple[str, str]]], Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]


def _either(sagemaker: Any, endpoints: Any, told: Mapping[str, Callable[[Any], None]], others: App) -> App:
    """SageMaker's own requests, questions to its endpoints and what a test tells, by the path, are answered here, all
    others by moto."""
    from tests.sagemaker.adapter.service import Refused

    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        action = environ.get("HTTP_X_AMZ_TARGET", "").removeprefix(TARGET)
        if environ["PATH_INFO"] in told:
            told[environ["PATH_INFO"]](_body(environ))
            return _answer(start, "200 OK", {})
        if asked := INVOCATIONS.fullmatch(environ["PATH_INFO"]):
            status, code, body = endpoints.invoke(asked[1], _bytes(environ), kind=environ["CONTENT_TYPE"])
            start(f"{status} Answered", [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)])
            return [body]
        if not sagemaker.knows(action):
            return others(environ, start)
        try:
            return _answer(start, "200 OK", sagemaker.answer(action, _body(environ)))
        except Refused as refused:
            return _answer(start, "400 Bad Request", {"__type": refused.code, "message": refused.message})

    return app


def _body(environ: dict[str, Any]) -> Any:
    return json.loads(_bytes(environ))


def _bytes(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    return body


def _answer(start: Start, status: str, body: Any) -> Iterable[bytes]:
    start(status, [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", str(uuid.uuid4()))])
    return [json.dumps(body).encode()]


if __name__ == "__main__":
    main()
