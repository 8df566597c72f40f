"""Twenty real kills of the function that scores batches, at moments that a seed draws: nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout, names
from tests import http_connections
from tests.clone import Clone, LocalUp
from tests.faults.processes import worker
from tests.given import local_aws

KILLS, SEED = int(os.environ.get("BATCH_KILLS", "20")), 20261127
BUCKET = "nightswap-local-000000000000-us-east-1"
FUNCTION = names.task_function("local", names.PREDICT_BATCH)
LINES = [*http_connections.rows(normal=35_000, attacks=5_000, seed=43), "x,1,1,normal."]
"""Five chunks, with one record that is refused."""


def client(up: LocalUp, service: str) -> Any:
    return local_aws.client(service, endpoint=up.endpoint, asks_once=True)


def requested_twice(up: LocalUp, file: Path, name: str) -> str:
    """The batch that two same requests at once get, each the same one."""
    key = f"{layout.BATCH_FILES}{name}.csv"
    client(up, "s3").put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes())
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda _: up.call("POST", "/predict", {"bucket": BUCKET, "key": key}), range(2))
    (batch,) = {each.body["batch"] for each in answers}
    return str(batch)


def call(up: LocalUp, batch: str) -> None:
    """As Lambda calls the function again."""
    payload = json.dumps({"batch": batch}).encode()
    client(up, "lambda").invoke(FunctionName=FUNCTION, Payload=payload)


def kill(up: LocalUp, *, after_seconds: float) -> bool:
    time.sleep(after_seconds)
    process = worker(up, FUNCTION)
    if process is not None:
        os.kill(process, signal.SIGKILL)
    return process is not None


def written(up: LocalUp, batch: str) -> dict[str, list[dict[str, Any]]]:
    s3 = client(up, "s3")
    found: dict[str, list[dict[str, Any]]] = {}
    for of in ("predictions", "errors"):
        listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=layout.batch_chunk(batch, of=of))["Contents"]
        bodies = [s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in listed]
        found[of] = [json.loads(line) for body in bodies for line in body.splitlines()]
    return found


def ended(up: LocalUp) -> int:
    """How many batches have ended."""
    listed = client(up, "s3").list_objects_v2(Bucket=BUCKET, Prefix=layout.BATCH_RESULTS)["Contents"]
    return sum(each["Key"].endswith("/ended.json") for each in listed)


def result(up: LocalUp, batch: str) -> dict[str, Any]:
    told = up.call("GET", f"/batches/{batch}").body
    return {name: told[name] for name in ("status", "records", "refused", "labels", "accuracy", "matrix")}


@pytest.mark.timeout(600)
def test_twenty_kills_of_a_batch_lose_no_record_and_double_none(clone: Clone, few_rows: Path) -> None:
    up = clone.up("--data", str(few_rows)).serving()
    file, draw = http_connections.write(clone.folder / "rows.csv", LINES), random.Random(SEED)
    calm = requested_twice(up, file, "calm")
    call(up, calm)
    expected, told = written(up, calm), result(up, calm)
    assert [each["record"] for each in expected["predictions"]] == [*range(1, len(LINES))]
    assert [each["record"] for each in expected["errors"]] == [len(LINES)]
    kills, stories = 0, 0

    while kills < KILLS:
        stories += 1
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(requested_twice, up, file, f"kills-{stories}")
            is_killed = kill(up, after_seconds=draw.uniform(0.4, 1.8))
            kills += is_killed and ended(up) == stories  # the calm one and those before: it came in the middle
            batch = asked.result()
        while result(up, batch)["status"] != "done":
            going = threading.Thread(target=call, args=(up, batch))
            going.start()
            kill(up, after_seconds=draw.uniform(0.3, 2.5))
            going.join()
        assert written(up, batch) == expected
        assert result(up, batch) == told

    up.interrupt()
