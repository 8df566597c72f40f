"""Cold starts of the deployed API: an answer tells its own, and what keeps a stage warm avoids them."""

from __future__ import annotations

import json
import re

from chalicelib.names import Names
from tests.clone import LocalUp
from workflows.deploying.chalice_app import keep_warm


def test_first_answer_of_a_process_tells_its_cold_start_and_the_next_that_it_is_warm(up: LocalUp) -> None:
    up.make_cold("nightswap-local")

    first, second = (up.call("GET", "/predict?duration=0&src_bytes=1&dst_bytes=1") for _ in range(2))

    cold = re.search(r"api;desc=cold;dur=([0-9]+)", first.headers["Server-Timing"])
    assert cold is not None and 0 < int(cold[1]) < 60_000
    assert second.headers["Server-Timing"] == "serving;desc=warm, api;desc=warm"
    assert up.clone.nightswap("predict", "duration=0", "src_bytes=1", "dst_bytes=1").stderr == "start: warm\n"


def test_event_that_keeps_a_stage_warm_wakes_the_app_and_asks_the_model_behind_it(up: LocalUp) -> None:
    names = Names(stage="local", account="000000000000", region="us-east-1")
    (rule,) = keep_warm.wanted_rules(names, ["kdd99-http"], minutes=5)
    for each in ("nightswap-local", "nightswap-local-authorize"):
        up.make_cold(each)

    authorizer, api = (
        json.load(up.client("lambda").invoke(FunctionName=each.function, Payload=each.event)["Payload"])
        for each in rule.targets
    )
    predicted = up.call("GET", "/predict?duration=0&src_bytes=1&dst_bytes=1")

    assert json.loads(api["body"])["warm"] is True
    assert authorizer["policyDocument"]["Statement"][0]["Resource"] == []
    assert predicted.headers["Server-Timing"] == "serving;desc=warm, api;desc=warm"
