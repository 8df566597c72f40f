from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from workflows.local.environment import clean, of_server
from workflows.local.state.state_folder import StateFolder

ENDPOINT = "http://127.0.0.1:4567"
WORDS = some.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=12)
SET_HERE = set(clean({}, endpoint=ENDPOINT))


@given(some.dictionaries(WORDS.map("AWS_".__add__), some.text(max_size=8)))
def test_no_aws_variable_of_the_user_survives(theirs: dict[str, str]) -> None:
    assert clean(theirs, endpoint=ENDPOINT) == clean({}, endpoint=ENDPOINT)


@given(some.dictionaries(WORDS.filter(lambda name: name not in SET_HERE), some.text(max_size=8)))
def test_other_variables_are_handed_on(theirs: dict[str, str]) -> None:
    theirs = {name: value for name, value in theirs.items() if not name.startswith("AWS_")}

    cleaned = clean(theirs, endpoint=ENDPOINT)

    assert {name: value for name, value in cleaned.items() if name not in SET_HERE} == theirs


def test_everything_points_at_the_local_endpoint_with_keys_of_no_account() -> None:
    cleaned = clean({}, endpoint=ENDPOINT)

    assert cleaned["AWS_ENDPOINT_URL"] == ENDPOINT
    assert (cleaned["AWS_ACCESS_KEY_ID"], cleaned["AWS_DEFAULT_REGION"]) == ("test", "us-east-1")
    assert (cleaned["AWS_CONFIG_FILE"], cleaned["AWS_SHARED_CREDENTIALS_FILE"]) == (os.devnull, os.devnull)


def test_proxies_stay_but_not_for_this_machine() -> None:
    cleaned = clean({"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "intranet"}, endpoint=ENDPOINT)

    assert cleaned["HTTPS_PROXY"] == "http://proxy:3128"
    assert cleaned["NO_PROXY"] == cleaned["no_proxy"] == "intranet,127.0.0.1,localhost"


def test_functions_inherit_no_more_than_the_server_needs() -> None:
    theirs = {
        "PATH": "/usr/bin",
        "HOME": "/home/me",
        "TOKEN": "hidden",
        "AWS_PROFILE": "work",
        "PYTHONPATH": "/clone",
    }

    inherited = of_server(theirs, port=4567, folder=StateFolder(Path("/state")))

    assert inherited["PATH"] == "/usr/bin"
    assert inherited["HOME"] == inherited["TMPDIR"] == "/state/tmp"
    assert {"TOKEN", "AWS_PROFILE", "PYTHONPATH"}.isdisjoint(inherited)


def test_permissions_are_enforced_when_asked_for() -> None:
    folder = StateFolder(Path("/state"))

    assert of_server({}, port=4567, folder=folder)["AUTH"] == "false"
    assert of_server({}, port=4567, folder=folder, enforces_permissions=True)["AUTH"] == "true"
