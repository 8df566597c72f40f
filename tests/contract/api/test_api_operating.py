"""The operating routes and the night's event, over a stage's fakes: each answers what its core says of it.

What the cores say is tested beside them; here it is which one a route asks, with what, and how it answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib import layout, names
from chalicelib.aws.patience import ANSWER_SECONDS, ATTENTIVE, BRIEF
from chalicelib.documents import documents
from chalicelib.explain import overview
from chalicelib.registry import models
from chalicelib.runs import runs
from tests.contract.api.api_process import Api, event, standing_in_for_aws
from tests.contract.api.stage_over_http import StageOverHttp
from tests.fakes.edges import FakeOutside
from tests.given.approvals import NEVER, waits
from tests.given.nights import MODEL, outside, promote, register
from tests.given.present import present

OTHER = "other"
WHY = '{"reason": "why"}'
WAITS = f"{MODEL}-nightly-20261121T0300Z"
GOING, LISTED = f"{OTHER}-nightly-20261121T0300Z", 20
Core = Callable[[FakeOutside], Any]
NIGHT = {
    "version": "0",
    "account": "123456789012",
    "region": "eu-west-1",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-22T03:00:00Z",
    "id": "an-event",
    "resources": [],
}
"""As EventBridge hands it on."""
ENOUGH_SECONDS = BRIEF.longest_seconds + ANSWER_SECONDS

READ: list[tuple[str, dict[str, str], dict[str, str], Core]] = [
    ("/runs", {}, {}, lambda stage: {"runs": runs.recent(stage.edges, limit=LISTED)}),
    ("/runs", {}, {"model": OTHER}, lambda stage: {"runs": runs.recent(stage.edges, limit=LISTED, model=OTHER)}),
    ("/runs/{run}", {"run": GOING}, {}, lambda stage: runs.describe(stage.edges, run=GOING)),
    ("/models", {}, {}, lambda stage: overview.all_live(stage.edges)),
    ("/models/{model}", {"model": MODEL}, {}, lambda stage: overview.describe(stage.edges, model=MODEL)),
    ("/models/{model}", {"model": OTHER}, {}, lambda stage: overview.describe(stage.edges, model=OTHER)),
    (
        "/models/{model}/versions",
        {"model": MODEL},
        {},
        lambda stage: overview.newest_versions(stage.edges, model=MODEL),
    ),
    (
        "/models/{model}/versions/{version}",
        {"model": MODEL, "version": "2"},
        {},
        lambda stage: models.version(stage.edges, model=MODEL, model_version="2"),
    ),
    (
        "/health",
        {},
        {},
        lambda _: {"status": "ok", "model": MODEL, "model_version": 1, "function_version": "1"},
    ),
]
UNKNOWN = [
    ("GET", "/runs", {}, {"model": "nobody"}, "ModelUnknown"),
    ("GET", "/runs/{run}", {"run": "no-run"}, {}, "RunUnknown"),
    ("POST", "/runs/{run}/stop", {"run": "no-run"}, {}, "RunUnknown"),
    ("POST", "/runs/{run}/reject", {"run": "no-run"}, {}, "RunUnknown"),
    ("GET", "/models/{model}", {"model": "nobody"}, {}, "ModelUnknown"),
    ("GET", "/models/{model}/versions", {"model": "nobody"}, {}, "ModelUnknown"),
    ("GET", "/models/{model}/versions/{version}", {"model": MODEL, "version": "7"}, {}, "VersionUnknown"),
]


@pytest.fixture
def stage() -> FakeOutside:
    """Two models: one live with a candidate beside it, one that never was; more runs than are listed."""
    found = outside(MODEL, OTHER)
    promote(found.edges, run="run-1")
    register(found.edges, run="run-2", fingerprint="data-2")
    for number in range(LISTED):
        asked(found, run=f"{MODEL}-{number:02}", model=MODEL)
        found.executions.finish(f"{MODEL}-{number:02}", "FAILED", error="States.Runtime", cause="broken")
    asked(found, run=GOING, model=OTHER)
    return found


@pytest.fixture
def api(stage: FakeOutside) -> Iterator[Api]:
    with standing_in_for_aws(StageOverHttp(stage)) as address:
        yield Api(address)


def asked(stage: FakeOutside, *, run: str, model: str) -> None:
    """A run as somebody asked for it, whose execution goes."""
    stage.clock.sleep(60)
    wish = {"model": model, "force": False, "reason": "asked", "requested_at": documents.timestamp(stage.clock())}
    stage.store.put(layout.run_document(run, "request"), documents.encode(wish))
    stage.executions.start(run, "{}")


def asked_of(api: Api, *events: dict[str, Any]) -> list[tuple[int, Any, dict[str, str]]]:
    """Status, body and headers of each answer."""
    return [(each["statusCode"], json.loads(each["body"]), each["headers"]) for each in api.ask(*events)]


def test_reading_routes_answer_what_their_cores_say(api: Api, stage: FakeOutside) -> None:
    expected = [json.loads(json.dumps(core(stage))) for *_, core in READ]

    answers = asked_of(api, *(event("GET", route, path, query) for route, path, query, _ in READ))

    assert [(status, said) for status, said, _ in answers] == [(200, each) for each in expected]
    assert len({json.dumps(each) for each in expected}) == len(READ), "two of these could be taken for one another"
    kept = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    assert all(headers.items() >= kept.items() for _, _, headers in answers)


def test_routes_name_what_they_do_not_know(api: Api) -> None:
    answers = asked_of(
        api, *(event(method, route, path, query, body=WHY) for method, route, path, query, _ in UNKNOWN)
    )

    assert [(status, said["Code"]) for status, said, _ in answers] == [(404, code) for *_, code in UNKNOWN]


def test_each_refused_request_leaves_one_line_in_the_log_and_no_other_does(api: Api) -> None:
    refused = [event(method, route, path, query, body=WHY) for method, route, path, query, _ in UNKNOWN]
    wrong = event("POST", "/models/{model}/pin", {"model": MODEL}, body='{"a secret"')
    away = event("POST", "/models/{model}/pin", {"model": OTHER}, body='{"reason": "a secret"}')

    answers, lines = api.ask_and_read(event("GET", "/runs"), wrong, *refused, {**away, "left_ms": 1}, away)

    told = [(each["level"], each["error"], each["status"], each["route"]) for each in lines]
    assert told == [
        ("WARNING", "BadRequest", 400, "POST /models/{model}/pin"),
        *(("WARNING", code, 404, f"{method} {route}") for method, route, *_, code in UNKNOWN),
        ("ERROR", "StoreUnavailable", 503, "POST /models/{model}/pin"),
        ("WARNING", "VersionUnfit", 409, "POST /models/{model}/pin"),
    ]
    assert len(answers) == 4 + len(UNKNOWN)
    assert not any(word in json.dumps(lines) for word in ("no-run", "nobody", "a secret"))


def test_retrain_is_accepted_once_and_says_where_to_look(api: Api, stage: FakeOutside) -> None:
    wish = '{"model": "kdd99-http", "force": true, "reason": "new labels"}'
    first, again, other, defaults = asked_of(
        api,
        *(event("POST", "/retrain", body=wish, headers={"Idempotency-Key": key}) for key in ("one", "one", "two")),
        event("POST", "/retrain"),
    )

    run = first[1]["run"]
    assert [(status, said["new"], said["model"]) for status, said, _ in (first, again, other, defaults)] == [
        (202, True, MODEL),
        (200, False, MODEL),
        (202, True, MODEL),
        (200, False, MODEL),
    ]
    assert again[1]["run"] == run != other[1]["run"]
    assert [headers["Location"] for _, _, headers in (first, again)] == [f"runs/{run}"] * 2
    assert json.loads(stage.executions.payloads[run]) == {"model": MODEL, "force": True, "reason": "new labels"}


def test_retrain_without_a_key_has_a_name_of_its_own(api: Api, stage: FakeOutside) -> None:
    forced = event("POST", "/retrain", body='{"force": true}')

    answers = asked_of(api, forced, forced, event("POST", "/retrain", body='{"model": "other"}'))

    one, two, still_that = (said["run"] for _, said, _ in answers)
    assert one != two
    assert all(names.RUN_NAME.fullmatch(run) for run in (one, two))
    assert (answers[2][0], still_that) == (200, GOING)


def test_run_that_goes_is_stopped_and_one_that_is_over_stays_as_it_is(api: Api, stage: FakeOutside) -> None:
    over = f"{MODEL}-00"
    ended = stage.executions.find(over)

    stopped, stays = asked_of(api, *(event("POST", "/runs/{run}/stop", {"run": run}) for run in (GOING, over)))

    execution = stage.executions.find(GOING)
    assert execution is not None
    assert (execution.status, execution.cause) == ("ABORTED", "POST /runs/ID/stop")
    assert (stopped[0], stopped[1]["run"]) == (202, GOING)
    assert (stays[0], stays[1]["run"], stage.executions.find(over)) == (202, over, ended)


def test_version_that_waits_is_approved_once_and_rejected_by_the_stages_function(
    api: Api, stage: FakeOutside
) -> None:
    waits(stage.edges, WAITS, model_version=3, until=NEVER)
    approve, reject = (f"/runs/{{run}}/{what}" for what in ("approve", "reject"))

    first, again, rejected, empty, wrong = asked_of(
        api,
        *(event("POST", approve, {"run": WAITS}, body=WHY, headers={"Idempotency-Key": key}) for key in ("a", "a")),
        event("POST", reject, {"run": WAITS}, body=WHY),
        event("POST", approve, {"run": WAITS}),
        event("POST", approve, {"run": GOING}, body=WHY),
    )

    assert first[0] == 202, first
    run = first[1]["run"]
    assert first[2]["Location"] == f"../../runs/{run}"
    told = {"run": run, "model": MODEL, "approves": WAITS, "model_version": 3}
    assert [(status, said) for status, said, _ in (first, again)] == [
        (202, {**told, "new": True}),
        (200, {**told, "new": False}),
    ]
    kept = documents.decode(present(stage.store.find(layout.run_document(run, "request"))).body)
    assert (kept["approves"], kept["who"], kept["reason"]) == (WAITS, "token operator", "why")
    assert (rejected[1]["asked"]["action"], rejected[1]["asked"]["model_version"]) == ("reject", 3)
    assert (empty[0], empty[1]["Field"]) == (400, "reason")
    assert (wrong[0], wrong[1]["Code"]) == (409, "RequestConflict")


def test_move_goes_to_the_stages_function_with_the_name_of_the_token(api: Api) -> None:
    ((status, said, _),) = asked_of(api, event("POST", "/models/{model}/pin", {"model": OTHER}, body=WHY))

    assert status == 409
    assert said["function"] == "nightswap-local-move-alias"
    assert (said["asked"]["model"], said["asked"]["who"]) == (OTHER, "token operator")


def test_nights_event_starts_a_run_of_every_model_named_by_its_minute_in_utc(api: Api, stage: FakeOutside) -> None:
    api.ask({"night": NIGHT}, {"night": NIGHT})

    for model in (MODEL, OTHER):
        run = f"{model}-nightly-20261122T0300Z"
        assert json.loads(stage.executions.payloads[run]) == {"model": model, "force": False, "reason": "nightly"}
    assert sum("20261122" in run for run in stage.executions.payloads) == 2


def test_route_asks_aws_while_there_is_time_for_the_whole_call_and_no_later(api: Api) -> None:
    """What is left is measured: the process needs a moment of it."""
    assert ATTENTIVE.longest_seconds > ENOUGH_SECONDS + 4
    models_of = event("GET", "/models")

    enough, late = asked_of(
        api,
        {**models_of, "left_ms": 1000 * (ENOUGH_SECONDS + 4)},
        {**models_of, "left_ms": 1000 * ENOUGH_SECONDS - 1},
    )

    assert enough[0] == 200
    assert (late[0], late[1]["Code"]) == (503, "StoreUnavailable")


def test_night_without_time_starts_nothing_and_fails_so_that_it_is_tried_again(api: Api, stage: FakeOutside) -> None:
    before = dict(stage.executions.payloads)

    with pytest.raises(AssertionError, match="OutOfTime"):
        api.ask({"night": NIGHT, "left_ms": 1000 * ENOUGH_SECONDS - 1})

    assert stage.executions.payloads == before
