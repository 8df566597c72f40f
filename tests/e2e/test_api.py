"""The deployed API: its refusals and their words, and the result of repeated requests."""

from __future__ import annotations

import io
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urljoin

import numpy as np
import pytest

from tests.clone import LocalUp

GOOD = {"duration": 0, "src_bytes": 54540, "dst_bytes": 8314}

BAD_QUERIES = [
    ("duration=0&src_bytes=1", "FeatureMissing", "dst_bytes"),
    ("duration=0&src_bytes=1&dst_bytes=2&sauce=3", "FeatureUnknown", "sauce"),
    ("duration=0&duration=1&src_bytes=1&dst_bytes=2", "FeatureDuplicate", "duration"),
    ("duration=zero&src_bytes=1&dst_bytes=2", "FeatureNotANumber", "duration"),
    ("duration=nan&src_bytes=1&dst_bytes=2", "FeatureNotANumber", "duration"),
    ("duration=1e999&src_bytes=1&dst_bytes=2", "FeatureNotFinite", "duration"),
    ("duration=-1&src_bytes=1&dst_bytes=2", "FeatureOutOfRange", "duration"),
    ("duration=&src_bytes=1&dst_bytes=2", "FeatureNotANumber", "duration"),
    ("model=a&model=b", "BadRequest", "model"),
    ("duration=0&src_bytes=1&dst_bytes=2&why=0", "WhyMalformed", "why"),
]

BAD_BODIES: list[tuple[bytes, int, str]] = [
    (b"", 400, "BadRequest"),
    (b"nonsense", 400, "BadRequest"),
    (b"\xff\xfe", 400, "BadRequest"),
    (b"[]", 400, "BadRequest"),
    (b'{"instances": [], "more": 1}', 400, "BadRequest"),
    (b'{"instances": []}', 400, "InstancesEmpty"),
    (b'{"instances": 1}', 400, "InstancesNotAList"),
    (b'{"instances": [1]}', 400, "InstanceNotAnObject"),
    (b'{"instances": [{"duration": "0", "src_bytes": 1, "dst_bytes": 1}]}', 400, "FeatureNotANumber"),
    (b'{"instances": [{"duration": true, "src_bytes": 1, "dst_bytes": 1}]}', 400, "FeatureNotANumber"),
    (b'{"instances": [{"duration": 0, "duration": 0, "src_bytes": 1, "dst_bytes": 1}]}', 400, "BadRequest"),
    (b'{"instances": [{"duration": NaN, "src_bytes": 1, "dst_bytes": 1}]}', 400, "BadRequest"),
    (b'{"instances": [{"duration": 1e999, "src_bytes": 1, "dst_bytes": 1}]}', 400, "BadRequest"),
    (b'{"instances": [{"duration": ' + b"9" * 5000 + b', "src_bytes": 1, "dst_bytes": 1}]}', 400, "BadRequest"),
    (b"[" * 100_000, 400, "BadRequest"),
    (json.dumps({"instances": [GOOD] * 1001}).encode(), 413, "TooManyInstances"),
    (b" " * 1_000_001, 413, "BodyTooLarge"),
    (json.dumps({"instances": [GOOD], "model": "nobody"}).encode(), 404, "ModelUnknown"),
    (json.dumps({"instances": [GOOD], "model": "No Model!"}).encode(), 404, "ModelUnknown"),
    (json.dumps({"instances": [GOOD], "model": 7}).encode(), 400, "BadRequest"),
]


def test_an_answer_tells_the_columns_that_moved_it_most_when_it_is_asked_to(up: LocalUp) -> None:
    query = "&".join(f"{name}={value}" for name, value in GOOD.items())
    one = up.call("GET", f"/predict?{query}&why=1").body["why"]
    many = up.call("POST", "/predict", {"instances": [GOOD], "why": 1}).body["predictions"]

    assert [each["column"] for each in one["columns"]] == ["src_bytes"]
    assert one["against"] == "normal"
    assert [each["why"] for each in many] == [one]


@pytest.mark.parametrize(("query", "code", "field"), BAD_QUERIES)
def test_a_bad_query_is_answered_400_with_the_field_and_the_accepted_form(
    up: LocalUp, query: str, code: str, field: str
) -> None:
    answer = up.call("GET", f"/predict?{query}")

    assert (answer.status, answer.body["Code"], answer.body["Field"]) == (400, code, field)
    assert answer.body["Accepted"]


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES)
def test_a_bad_body_is_answered_4xx_with_the_accepted_form(up: LocalUp, body: bytes, status: int, code: str) -> None:
    answer = up.call("POST", "/predict", body)

    assert (answer.status, answer.body["Code"]) == (status, code)
    assert answer.body["Accepted"]


def test_a_wrong_content_type_is_answered_415(up: LocalUp) -> None:
    answer = up.call("POST", "/predict", b"duration=0", headers={"Content-Type": "text/plain"})

    assert (answer.status, answer.body["Code"]) == (415, "WrongContentType")


TIMED_OUT = {503, 504}
NPY = {"Content-Type": "application/x-npy"}


def saved(rows: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, rows)
    return content.getvalue()


def test_a_npy_file_is_answered_as_its_rows_in_json(up: LocalUp) -> None:
    rows = np.array([[0, 54540, 8314], [0, 181, 5450]], dtype=np.int32)
    instances = [dict(zip(("duration", "src_bytes", "dst_bytes"), row, strict=True)) for row in rows.tolist()]

    as_npy = up.call("POST", "/predict?model=kdd99-http&why=1", saved(rows), headers=NPY)

    assert as_npy.status == 200
    assert as_npy.body == up.call("POST", "/predict", {"instances": instances, "why": 1}).body


def test_a_malformed_npy_file_is_answered_400_and_a_long_one_413(up: LocalUp) -> None:
    objects = np.array([[0, 1, None]], dtype=object)
    content = io.BytesIO()
    np.save(content, objects, allow_pickle=True)

    answers = [
        up.call("POST", "/predict", body, headers=NPY)
        for body in (content.getvalue(), saved(np.zeros((1001, 3))), bytes(4_000_001))
    ]

    assert [(each.status, each.body["Code"]) for each in answers] == [
        (400, "NpyMalformed"),
        (413, "TooManyInstances"),
        (413, "BodyTooLarge"),
    ]


def test_no_bad_request_counts_as_a_fault_of_the_model(up: LocalUp) -> None:
    """A function that raises loses its worker; one that answers keeps it, and counts its calls in one process."""
    for query, _, _ in BAD_QUERIES:
        up.call("GET", f"/predict?{query}")
    log_group = "/aws/lambda/nightswap-local-serve-kdd99-http"
    events = up.client("logs").filter_log_events(logGroupName=log_group)["events"]

    assert not [event for event in events if "Traceback" in event["message"] or "[ERROR]" in event["message"]]


def test_many_instances_are_answered_by_one_model_version(up: LocalUp) -> None:
    answer = up.call("POST", "/predict", {"instances": [GOOD] * 1000})

    assert answer.status == 200
    assert len(answer.body["predictions"]) == 1000
    assert {each["label"] for each in answer.body["predictions"]} == {"attack"}
    assert isinstance(answer.body["model_version"], int)


def test_warm_wakes_the_function_and_scores_nothing(up: LocalUp) -> None:
    answer = up.call("POST", "/warm")

    assert (answer.status, answer.body["warm"]) == (200, True)


def test_health_and_page_need_no_token(up: LocalUp) -> None:
    health, page = up.call("GET", "/health", token=""), up.call("GET", "/", token="")

    assert (health.status, health.body["status"]) == (200, "ok")
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert {each.headers["Cache-Control"] for each in (health, page)} == {"no-store"}
    assert {each.headers["X-Content-Type-Options"] for each in (health, page)} == {"nosniff"}
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_no_token_is_401_and_a_wrong_one_403(up: LocalUp) -> None:
    assert up.call("GET", "/models", token="").status == 401
    assert up.call("GET", "/models", token="wrong").status == 403


def test_a_predict_token_predicts_and_operates_nothing(up: LocalUp) -> None:
    made = up.clone.nightswap("token", "add", "reader")
    secret = made.stdout.strip()

    predicted = up.call("GET", "/predict?duration=0&src_bytes=1&dst_bytes=1", token=secret)
    refused = [up.call("POST", "/retrain", token=secret), up.call("GET", "/runs", token=secret)]
    removed = up.clone.nightswap("token", "remove", "reader")

    assert predicted.status == 200
    assert [each.status for each in refused] == [403, 403]
    assert removed.returncode == 0


def test_fifty_concurrent_posts_with_one_key_are_one_execution_though_all_are_cold(up: LocalUp) -> None:
    key, too_busy = {"Idempotency-Key": "fifty"}, []

    def post(_: int) -> Any:
        """A client asks again, with its key, what 28 s were too short for: fifty cold processes on a busy machine."""
        while (answer := up.call("POST", "/retrain", {"reason": "once"}, headers=key)).status in TIMED_OUT:
            too_busy.append(answer)
        return answer

    up.make_cold("nightswap-local")
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(post, range(50)))

    statuses = Counter(each.status for each in answers)
    assert statuses == {200: 49, 202: 1} or (too_busy and statuses == {200: 50})
    run = up.ended(answers[0].body["run"])
    again = post(0)
    other = up.call("POST", "/retrain", {"reason": "twice"}, headers=key)
    assert {each.body["run"] for each in answers} == {run["run"]}
    assert executions(up, "key-") == 1
    assert (again.status, again.body["run"]) == (200, run["run"])
    assert (other.status, other.body["Code"]) == (409, "RequestConflict")


def test_the_same_scheduled_event_twice_is_one_execution(up: LocalUp) -> None:
    event = {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-11-21T03:00:12Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:000000000000:rule/nightly"],
        "detail": {},
    }

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: invoke(up, "nightswap-local-nightly", event), range(4)))
    run = up.ended("kdd99-http-nightly-20261121T0300Z")

    assert answers == [None] * 4
    assert executions(up, "nightly-") == 1
    assert run["outcome"] == "NothingNew"


def test_a_retrain_while_one_is_going_is_that_one(up: LocalUp) -> None:
    first = up.call("POST", "/retrain", {"force": True})
    second = up.call("POST", "/retrain")
    led_to = [up.call("GET", urljoin("/retrain", each.headers["Location"])) for each in (first, second)]

    assert [each.body["run"] for each in led_to] == [first.body["run"]] * 2
    assert up.ended(first.body["run"])["outcome"] == "Promoted"
    assert (first.status, second.status) == (202, 200)
    assert second.body["run"] == first.body["run"]


@pytest.mark.parametrize(
    ("body", "field"),
    [(b'{"model": "nobody"}', "model"), (b'{"force": 1}', "force"), (b'{"reason": 2}', "reason"), (b'{"x": 1}', "x")],
)
def test_a_bad_wish_names_its_field(up: LocalUp, body: bytes, field: str) -> None:
    answer = up.call("POST", "/retrain", body)

    assert answer.status in {400, 404}
    assert answer.body["Field"] == field


def test_unknown_runs_models_and_versions_are_404(up: LocalUp) -> None:
    for path, code in (
        ("/runs/nobody", "RunUnknown"),
        ("/models/nobody", "ModelUnknown"),
        ("/models/kdd99-http/versions/999", "VersionUnknown"),
        ("/models/kdd99-http/versions/first", "VersionUnknown"),
    ):
        answer = up.call("GET", path)

        assert (answer.status, answer.body["Code"]) == (404, code)


def test_versions_and_reports_are_told(up: LocalUp) -> None:
    versions = up.call("GET", "/models/kdd99-http/versions").body["versions"]
    first = up.call("GET", "/models/kdd99-http/versions/1").body

    assert versions[-1]["model_version"] == 1
    assert sum(1 for each in versions if each["live"]) == 1
    assert first["manifest"]["data"][0]["name"] == "night1.csv.gz"
    assert len(first["report"]["matrix"]) == 2


def executions(up: LocalUp, kind: str) -> int:
    client = up.client("stepfunctions")
    arn = client.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=arn)
    return sum(1 for page in pages for each in page["executions"] if each["name"].startswith(f"kdd99-http-{kind}"))


def invoke(up: LocalUp, function: str, event: dict[str, Any]) -> Any:
    answer = up.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read())
