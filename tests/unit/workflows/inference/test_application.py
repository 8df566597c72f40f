from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.limits import INFERENCE_BODY_BYTES, INFERENCE_HELD_BYTES
from tests.given.inference import CSV_ROW, GOOD, HEADER, Event, Got, asked, service
from workflows.inference import application as module
from workflows.inference.application import Application
from workflows.inference.media_types import EVENT

APPLICATION = Application(service())
WITH_TOKEN = Application(service(), token="secret")


def got(*arguments: Any, application: Application = APPLICATION, **named: Any) -> Got:
    answer = asked(application, *arguments, **named)
    assert answer is not None
    assert answer.headers["content-length"] == str(len(answer.body))
    return answer


@pytest.mark.parametrize("application", [APPLICATION, WITH_TOKEN])
def test_ping_tells_which_version_it_is(application: Application) -> None:
    answer = got("GET", "/ping", application=application)

    assert answer.status == 200
    assert answer.json == {
        "model": "flows",
        "model_version": 7,
        "format": "scorecard",
        "artifact_sha256": "0" * 64,
    }


@pytest.mark.parametrize("rows", [1, 200])
@pytest.mark.parametrize("split", [1, 7])
def test_rows_are_scored_in_the_form_that_is_sent_and_answered_in_the_one_that_is_wanted(
    rows: int, split: int
) -> None:
    body = (HEADER + CSV_ROW * rows).encode()
    step = -(-len(body) // split)

    answer = got(
        headers={"Content-Type": "text/csv", "Accept": "application/jsonlines"},
        parts=[body[at : at + step] for at in range(0, len(body), step)],
    )

    assert (answer.status, answer.headers["content-type"]) == (200, "application/jsonlines")
    assert [json.loads(line)["label"] for line in answer.body.splitlines()] == ["normal"] * rows


def test_json_is_taken_and_answered_where_nothing_is_said() -> None:
    answer = got(parts=[json.dumps({"instances": [GOOD]}).encode()])

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json["model_version"] == 7


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("GET", "/", {}, b"", 404, "RouteUnknown"),
        ("GET", "/invocations", {}, b"", 405, "MethodNotAllowed"),
        ("HEAD", "/ping", {}, b"", 405, "MethodNotAllowed"),
        ("POST", "/invocations", {"Content-Type": "text/xml"}, b"", 415, "WrongContentType"),
        ("POST", "/invocations", {"Accept": "text/html"}, b"", 406, "NotAcceptable"),
        ("POST", "/invocations", {}, b"", 400, "BadRequest"),
        ("POST", "/invocations", {}, b'{"instances": []}', 400, "InstancesEmpty"),
        ("POST", "/invocations", {}, b'{"instances": [{"colour": 1}]}', 400, "FeatureUnknown"),
        ("POST", "/invocations", {}, b'{"instances": [], "model": "others"}', 404, "ModelUnknown"),
        ("POST", "/invocations", {"Content-Type": "text/csv"}, b"0\n" * 100_001, 400, "BadRequest"),
        ("POST", "/invocations", {"Content-Length": "6291457"}, b"{}", 413, "BodyTooLarge"),
        ("POST", "/invocations", {}, b" " * (INFERENCE_BODY_BYTES + 1), 413, "BodyTooLarge"),
        ("POST", "/invocations", {"Content-Length": "much"}, b"", 400, "BadRequest"),
    ],
)
def test_refusal_is_json_with_its_reason(
    method: str, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = got(method, path, headers=headers | {"X-Other": "1"}, parts=[body])

    assert (answer.status, answer.json["Code"], answer.headers["content-type"]) == (status, code, "application/json")
    assert answer.json["Message"]


def test_refused_method_tells_which_one_is_taken() -> None:
    assert got("PUT", "/ping").headers["allow"] == "GET"


@pytest.mark.parametrize("path", ["/invocations", "/openapi.json"])
@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer other"}, {"Authorization": "secret"}])
def test_token_is_asked_for(path: str, sent: dict[str, str]) -> None:
    method = module.METHODS[path]

    answer = got(method, path, application=WITH_TOKEN, headers=sent)

    assert (answer.status, answer.json["Code"], answer.headers["www-authenticate"]) == (401, "Unauthorized", "Bearer")


def test_token_opens() -> None:
    headers = {"Authorization": "Bearer secret", "Content-Type": "text/csv"}

    assert got(application=WITH_TOKEN, headers=headers, parts=[CSV_ROW.encode()]).status == 200
    assert got("GET", "/openapi.json", application=WITH_TOKEN, headers=headers).json["openapi"] == "3.1.0"


def test_client_that_went_away_is_not_answered() -> None:
    application = Application(service())

    assert asked(application, parts=[b"{", Event.GONE]) is None
    assert application.held_bytes == 0


def test_server_that_holds_as_much_as_it_may_asks_to_come_again() -> None:
    application = Application(service(), held_bytes=INFERENCE_HELD_BYTES - 1)

    busy = got(application=application, parts=[b"{}"])
    then = got(application=application, headers={"Content-Type": "text/csv"}, parts=[b"1"])

    assert (busy.status, busy.json["Code"], busy.headers["retry-after"]) == (503, "Busy", "1")
    assert then.json["Code"] == "BadRequest"
    assert application.held_bytes == INFERENCE_HELD_BYTES - 1


def test_body_that_does_not_come_in_time_is_refused_and_the_connection_ends() -> None:
    application = Application(service(), body_seconds=0.01)

    answer = got(application=application, parts=[b"{", Event.SILENT])

    assert (answer.status, answer.json["Code"], answer.headers["connection"]) == (408, "RequestTimeout", "close")
    assert answer.json["Accepted"] == "a body within 0.01 s"
    assert application.held_bytes == 0


def test_request_that_is_in_flight_when_the_time_to_stop_is_up_is_refused() -> None:
    application = Application(service())

    answer = got(application=application, parts=[b"{", Event.STOPPED])

    assert (answer.status, answer.json["Code"], answer.headers["retry-after"]) == (503, "Busy", "1")
    assert application.held_bytes == 0


def test_rows_are_scored_no_further_once_the_time_to_stop_is_up() -> None:
    application = Application(service())
    got(application=application, parts=[b"{", Event.STOPPED])

    answer = got(application=application, headers={"Content-Type": "text/csv"}, parts=[CSV_ROW.encode() * 2])

    assert (answer.status, answer.json["Code"]) == (503, "Busy")


def test_what_a_header_says_in_several_lines_counts_together() -> None:
    headers = [("Content-Type", "text/csv"), ("Accept", "text/html"), ("Accept", "text/csv"), ("Accept", "image/png")]

    answer = got(headers=headers, parts=[CSV_ROW.encode()])

    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv")


@pytest.mark.parametrize("event", [{"warm": True}, {"instances": [{**GOOD, "size": "large"}]}, {"nonsense": 1}, []])
def test_event_of_a_serving_function_has_its_answer_whatever_that_is(event: Any) -> None:
    answer = got(headers={"Content-Type": EVENT}, parts=[json.dumps(event).encode()])

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == service().answer(event)


def test_event_that_is_no_json_is_refused() -> None:
    answer = got(headers={"Content-Type": EVENT}, parts=[b"{"])

    assert (answer.status, answer.json["Code"]) == (400, "BadRequest")


INLINE = {"Content-Type": "application/jsonlines", "Accept": "application/jsonlines; refused=inline"}


def test_each_line_is_answered_in_its_place_where_the_client_asks_for_that() -> None:
    bad = GOOD | {"size": "large"}
    body = "\n".join([json.dumps(GOOD), "no JSON", json.dumps(bad), "", json.dumps(GOOD)])

    answer = asked(Application(service()), headers=INLINE, parts=[body.encode()])

    assert answer is not None
    assert (answer.status, answer.headers["content-type"]) == (200, "application/jsonlines")
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert [line.get("Code", "scored") for line in lines] == ["scored", "BadRequest", "FeatureNotANumber", "scored"]
    assert lines[0] == lines[3]


def test_first_prediction_has_the_warnings_of_all_lines_where_the_client_asks_for_that() -> None:
    gone, bad = {name: value for name, value in GOOD.items() if name != "age"}, GOOD | {"size": "large"}
    body = "\n".join(map(json.dumps, [bad, GOOD, gone, bad, gone])).encode()
    with_warnings = INLINE | {"Accept": "application/jsonlines; refused=inline; warnings=inline"}

    answer, plain, refused = (
        asked(Application(service()), headers=headers, parts=[sent])
        for headers, sent in ((with_warnings, body), (INLINE, body), (with_warnings, json.dumps(bad).encode()))
    )

    assert answer is not None and plain is not None and refused is not None
    lines = [json.loads(line) for line in answer.body.splitlines()]
    [warning] = lines[1].pop("warnings")
    assert (warning["Code"], warning["Field"], warning["Count"]) == ("FeatureMissing", "age", 2)
    assert warning.keys() == {"Code", "Message", "Field", "Count"}
    assert lines == [json.loads(line) for line in plain.body.splitlines()]
    assert json.loads(refused.body)["Code"] == "FeatureNotANumber"


def test_rows_of_csv_are_answered_in_their_places_too() -> None:
    headers = INLINE | {"Content-Type": "text/csv; header=absent"}

    answer = asked(Application(service()), headers=headers, parts=[f"{CSV_ROW}large{CSV_ROW[2:]}".encode()])

    assert answer is not None
    assert [json.loads(line).get("Code", "scored") for line in answer.body.splitlines()] == [
        "scored",
        "FeatureNotANumber",
    ]


def test_client_that_does_not_ask_for_that_is_refused_for_one_line_as_ever() -> None:
    answer = asked(
        Application(service()), headers={**INLINE, "Accept": "application/jsonlines"}, parts=[b"{}\nno JSON\n"]
    )

    assert answer is not None
    assert answer.status == 400
    assert answer.json["Message"].startswith("line 2: the body is not JSON")
