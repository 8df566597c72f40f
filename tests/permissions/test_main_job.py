"""The whole main job under the roles that the stacks and Chalice give: nothing that the work needs is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chalicelib import layout
from chalicelib.ledger.stamp import Stamp
from chalicelib.promotion import commitment
from chalicelib.promotion.commitment import Decision
from chalicelib.promotion.promotion import PROMOTED, SWAP, Move
from tests import http_connections
from tests.clone import until
from tests.permissions.enforced import MODEL, NAMES, EnforcedStage

SERVING = NAMES.serving_function(MODEL)
INSTANCE = {"duration": 0, "src_bytes": 54540, "dst_bytes": 8314}


def test_the_first_retrain_is_promoted(first_run: dict[str, Any]) -> None:
    assert (first_run["outcome"], first_run["error"]) == ("Promoted", None)
    assert [state["state"] for state in first_run["states"]][-1] == "SwapAlias"


def test_predictions_are_served(stage: EnforcedStage) -> None:
    one = stage.call("GET", "/predict?duration=0&src_bytes=54540&dst_bytes=8314", token=stage.predict)
    many = stage.call("POST", "/predict", {"instances": [INSTANCE]}, token=stage.predict)
    warm = stage.call("POST", "/warm", token=stage.predict)
    health = stage.call("GET", "/health")

    assert [one[0], many[0], warm[0], health[0]] == [200, 200, 200, 200]
    assert one[1]["label"] == "attack"


def test_runs_and_models_are_shown(stage: EnforcedStage, first_run: dict[str, Any]) -> None:
    routes = (
        "/runs",
        f"/runs/{first_run['run']}",
        "/models",
        f"/models/{MODEL}",
        f"/models/{MODEL}/versions",
        f"/models/{MODEL}/versions/1",
    )

    answers = {path: stage.call("GET", path, token=stage.operate) for path in routes}

    assert {path: status for path, (status, _) in answers.items()} == dict.fromkeys(routes, 200), answers


def test_unknown_runs_and_versions_are_not_found_rather_than_denied(stage: EnforcedStage) -> None:
    assert stage.call("GET", "/runs/no-such-run", token=stage.operate)[0] == 404
    assert stage.call("GET", f"/models/{MODEL}/versions/99", token=stage.operate)[0] == 404


def test_nothing_new_ends_so(stage: EnforcedStage) -> None:
    assert stage.retrain()["outcome"] == "NothingNew"


def test_a_model_that_is_judged_against_a_live_one_is_promoted(stage: EnforcedStage) -> None:
    run = stage.retrain(force=True)

    assert run["outcome"] == "Promoted", run
    assert run["verdict"]["passed"]
    assert [state["state"] for state in run["states"]][-3:] == ["Replay", "ShiftTraffic", "SwapAlias"]


def test_a_rejected_model_is_kept(stage: EnforcedStage, extra_file: Path) -> None:
    stage.command("data", "add", str(http_connections.write(extra_file, http_connections.noise())))

    run = stage.retrain()

    assert run["outcome"] == "ModelRejected", run
    kept = stage.client("s3").list_objects_v2(Bucket=NAMES.bucket, Prefix=layout.rejected(MODEL, run["run"]))
    assert kept["KeyCount"] == 2


def test_a_failed_run_says_why_and_gives_its_lease_back(stage: EnforcedStage, extra_file: Path) -> None:
    extra = http_connections.write(extra_file, ["0,1,1,smurf."])
    stage.command("data", "add", str(extra), "--no-check")

    run = stage.retrain()

    assert (run["outcome"], run["error"]) == ("RetrainFailed", "LabelUnknown"), run
    assert stage.client("s3").list_objects_v2(Bucket=NAMES.bucket, Prefix="locks/")["KeyCount"] == 0


def test_a_stopped_run_is_ended_by_the_rule(stage: EnforcedStage) -> None:
    run = stage.started(force=True)

    stopped = stage.call("POST", f"/runs/{run}/stop", token=stage.operate)

    assert stopped[0] == 202
    ended = stage.ended(run)
    assert ended["outcome"] == "RetrainFailed", ended
    key = layout.run_document(run, "outcome")
    bucket = stage.client("s3")
    until(
        lambda: bucket.list_objects_v2(Bucket=NAMES.bucket, Prefix=key)["KeyCount"] == 1,
        what="the rule to record the outcome",
        log=lambda: json.dumps(stage.ended(run)),
    )


def test_a_run_that_is_stopped_in_its_canary_leaves_no_weights(stage: EnforcedStage) -> None:
    serving = stage.client("lambda")

    def weights() -> Any:
        routing = serving.get_alias(FunctionName=SERVING, Name="live").get("RoutingConfig") or {}
        return routing.get("AdditionalVersionWeights") or {}

    run = stage.started(force=True)
    until(lambda: bool(weights()), what="a share for the candidate", log=lambda: json.dumps(stage.run(run)))

    stage.call("POST", f"/runs/{run}/stop", token=stage.operate)

    until(lambda: not weights(), what="the rule to give all traffic back", log=lambda: json.dumps(stage.run(run)))


def test_operators_move_the_alias(stage: EnforcedStage) -> None:
    """To a version that Lambda has lost, too: its package is published again."""
    live = stage.call("GET", f"/models/{MODEL}", token=stage.operate)[1]["live"]["model_version"]
    asked = {
        f"/models/{MODEL}/rollback": {"reason": "a trial", "to": 1},
        f"/models/{MODEL}/versions/{live}/promote": {"reason": "a trial", "lift_quarantine": True},
        f"/models/{MODEL}/pin": {"reason": "a trial"},
        f"/models/{MODEL}/unpin": {"reason": "a trial"},
    }
    stage.client("lambda").delete_function(FunctionName=SERVING, Qualifier="1")

    answers = {path: stage.call("POST", path, wish, token=stage.operate) for path, wish in asked.items()}

    assert {path: status for path, (status, _) in answers.items()} == dict.fromkeys(asked, 200), answers
    assert [answer["moved"] for _, answer in answers.values()] == [True] * 4
    reached = [answer["to"]["model_version"] for _, answer in answers.values()]
    assert reached == [1, live, live, live]


def test_what_came_of_the_runs_was_announced(stage: EnforcedStage) -> None:
    logs = stage.client("logs")
    groups = [NAMES.task_function(task) for task in ("record-outcome", "restore-alias", "move-alias")]

    lines = [
        event["message"]
        for group in groups
        for event in logs.filter_log_events(logGroupName=f"/aws/lambda/{group}")["events"]
    ]
    assert any("outcome_recorded" in line for line in lines)
    assert not [line for line in lines if "notice_not_sent" in line]


def test_the_nightly_function_starts_the_nights_run(stage: EnforcedStage) -> None:
    event = {
        "version": "0",
        "id": "an-event",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": NAMES.account,
        "time": "2026-11-21T03:00:00Z",
        "region": NAMES.region,
        "resources": [],
        "detail": {},
    }

    stage.invoke("nightswap-local-nightly", event)
    stage.invoke("nightswap-local-nightly", event)  # rules are delivered at least once

    assert stage.ended(f"{MODEL}-nightly-20261121T0300Z")["outcome"] == "NothingNew"


def test_restore_alias_finishes_the_first_swap_of_a_run_that_died(stage: EnforcedStage) -> None:
    run = "a-run-that-died"
    live = stage.client("lambda").get_alias(FunctionName=SERVING, Name="live")
    left = Stamp.parse(live["Description"])
    assert left is not None
    swap = Move(
        model=MODEL,
        run=run,
        step=SWAP,
        kind=PROMOTED,
        function_version=live["FunctionVersion"],
        model_version=left.model_version,
        expected=None,
        next_entry=left.entry + 1,
        who=run,
        why="it was the first",
    )
    stage.client("s3").put_object(
        Bucket=NAMES.bucket,
        Key=layout.run_document(run, f"decision_{commitment.SWAP}_1"),
        Body=Decision(move=swap).encode(),
    )
    stage.client("lambda").delete_alias(FunctionName=SERVING, Name="live")

    failure = {"Error": "ABORTED", "Cause": "the execution ended ABORTED"}
    stage.invoke(NAMES.task_function("restore-alias"), {"run": run, "model": MODEL, "failure": failure})

    restored = stage.client("lambda").get_alias(FunctionName=SERVING, Name="live")
    assert restored["FunctionVersion"] == live["FunctionVersion"]
    assert restored["Description"].startswith(f"run={run} step={SWAP} {PROMOTED} ")
