from __future__ import annotations

import json

import pytest

from chalicelib import errors
from chalicelib.api import responses
from chalicelib.errors import (
    BadRequest,
    CommandFailed,
    NightswapError,
    RequestConflict,
    StoreUnavailable,
    VersionUnknown,
)


@pytest.mark.parametrize(
    "error",
    [VersionUnknown("no such version", field="version", accepted="1, 2, ..."), RequestConflict("overtaken")],
    ids=lambda error: type(error).__name__,
)
def test_answer_is_read_as_the_error_that_it_states(error: NightswapError) -> None:
    _, body = responses.of_error(error)

    read = responses.to_error(body)

    assert (type(read), read.message) == (type(error), error.message)
    assert responses.of_error(read)[1] == body


@pytest.mark.parametrize("code", ["InternalServerError", "Any", "leaves"])
def test_answer_that_states_no_error_of_ours_is_a_failed_command(code: str) -> None:
    read = responses.to_error({"Code": code, "Message": "no"})

    assert (type(read), read.message) == (CommandFailed, f"{code}: no")


@pytest.mark.parametrize(("ended_at", "status"), [(None, 202), ("2026-11-29T10:00:00Z", 200)])
def test_a_batch_is_answered_202_while_it_goes_on_and_200_with_its_result_both_with_its_place(
    ended_at: str | None, status: int
) -> None:
    said = {"batch": "loans-00112233445566778899", "ended_at": ended_at}

    answer = responses.of_batch(said, asked="/predict", route="/predict")

    place = {"Location": "batches/loans-00112233445566778899"}
    assert answer == {"body": said, "status_code": status, "headers": place}


def test_error_is_told_by_its_name_message_and_details() -> None:
    error = BadRequest("force is not true or false", field="force", accepted="true or false")

    assert responses.of_error(error) == (
        400,
        {
            "Code": "BadRequest",
            "Message": "force is not true or false",
            "Field": "force",
            "Accepted": "true or false",
        },
    )


def test_names_of_details_are_written_as_chalice_writes_them() -> None:
    _, body = responses.of_error(VersionUnknown("no such version", model="m", model_version=7))

    assert (body["Model"], body["ModelVersion"]) == ("m", 7)


def test_details_without_a_value_are_left_out() -> None:
    _, body = responses.of_error(BadRequest("no field", field=None))

    assert body == {"Code": "BadRequest", "Message": "no field"}


@pytest.mark.parametrize(
    ("error", "status"),
    [(RequestConflict("used"), 409), (StoreUnavailable("throttled"), 503), (NightswapError("any"), 500)],
)
def test_status_is_the_errors_own(error: NightswapError, status: int) -> None:
    assert responses.of_error(error)[0] == status


@pytest.mark.parametrize("name", errors.leaves())
def test_every_error_can_be_answered_as_json(name: str) -> None:
    status, body = responses.of_error(getattr(errors, name)("what", field="\ud800"))

    assert 400 <= status <= 599
    assert json.loads(json.dumps(body))["Code"] == name
