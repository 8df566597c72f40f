"""A stored file on the local AWS: scored by the API and by the command line, on the version that is live."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import layout
from tests import http_connections
from tests.clone import LocalUp
from tests.given import local_aws

BUCKET = "nightswap-local-000000000000-us-east-1"
ROWS = http_connections.rows(seed=41)
COUNT = len(ROWS)


def lines(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]


def client(up: LocalUp) -> Any:
    return local_aws.client("s3", endpoint=up.endpoint, asks_once=True)


def test_stored_file_is_scored_in_its_order_as_post_predict_scores_it(up: LocalUp) -> None:
    file = http_connections.write(up.clone.folder / "batch-41.csv.gz", ROWS)
    key = f"{layout.BATCH_FILES}batch-41.csv.gz"
    client(up).put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes())

    first, again = (up.call("POST", "/predict", {"bucket": BUCKET, "key": key}) for _ in range(2))
    told = up.call("GET", f"/batches/{first.body['batch']}")

    assert (first.status, first.body["status"], first.body["records"]) == (200, "done", COUNT), first.body
    assert first.body["refused"] == 0
    assert (again.body, told.body) == (first.body, first.body)
    key = layout.batch_chunk(first.body["batch"], 1, of="predictions")
    predictions = lines(client(up).get_object(Bucket=BUCKET, Key=key)["Body"].read())
    assert [each["record"] for each in predictions] == [*range(1, COUNT + 1)]
    assert sum(first.body["labels"].values()) == COUNT
    assert first.body["accuracy"] > 0.9


def test_command_brings_predictions_and_errors(up: LocalUp) -> None:
    file = up.clone.folder / "some.csv"
    file.write_text("duration,src_bytes,dst_bytes\n0,54540,8314\nx,1,1\n")

    told = up.clone.json("batch", str(file), "--json")
    alone = up.call("GET", "/predict?duration=0&src_bytes=54540&dst_bytes=8314").body

    assert (told["records"], told["refused"]) == (2, 1)
    (prediction,) = lines((file.parent / "some.csv.predictions.jsonl").read_bytes())
    (error,) = lines((file.parent / "some.csv.errors.jsonl").read_bytes())
    assert {"record": 1, **{name: alone[name] for name in ("label", "probability", "probabilities")}} == prediction
    assert (error["record"], error["Code"]) == (2, "FeatureNotANumber")
