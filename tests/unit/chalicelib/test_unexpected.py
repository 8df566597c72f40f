from __future__ import annotations

import json

import pytest

from chalicelib import unexpected
from chalicelib.limits import LOG_EVENT_BYTES

MARK = "7f3a9c"


class ClientError(Exception):
    """As botocore's: `response` is what AWS answered."""

    def __init__(self, response: object) -> None:
        super().__init__(f"An error occurred: {MARK}")
        self.response = response


@pytest.mark.parametrize(
    ("exc", "name"),
    [
        (KeyError(MARK), "KeyError"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": MARK}}), "ClientError (AccessDenied)"),
        (ClientError({}), "ClientError"),
        (ClientError(MARK), "ClientError"),
    ],
)
def test_exception_of_others_is_named_and_not_quoted(exc: Exception, name: str) -> None:
    said = unexpected.of(exc, doing="Train")

    assert said.message.startswith(f"Train failed with {name}: ")
    assert MARK not in said.message


def test_its_words_go_to_the_log_however_many_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    unexpected.of(ValueError(MARK + "\U0001f600" * 1_000_000), doing="Train")

    line = capsys.readouterr().err
    assert MARK in json.loads(line)["said"]
    assert (json.loads(line)["doing"], json.loads(line)["error"]) == ("Train", "ValueError")
    assert (line.count("\n"), len(line) < LOG_EVENT_BYTES) == (1, True)
