from __future__ import annotations

from typing import Any

import pytest

from workflows.local.emulator.updates import settle, unchanged_version

CONFIG = {"CodeSha256": "a", "MemorySize": 128, "RevisionId": "r1", "Version": "$LATEST", "State": "Active"}


def _function(**versions: dict[str, Any]) -> dict[str, Any]:
    numbered = {
        number.strip("v"): {"config": CONFIG | {"Version": number} | each} for number, each in versions.items()
    }
    return {"config": dict(CONFIG), "versions": numbered}


def test_function_without_versions_has_none_to_return() -> None:
    assert unchanged_version(_function()) is None


def test_version_is_unchanged_when_only_its_bookkeeping_differs() -> None:
    latest = unchanged_version(_function(v1={"RevisionId": "r2", "State": "Pending", "LastModified": "later"}))

    assert latest is not None
    assert latest["Version"] == "v1"


@pytest.mark.parametrize("change", [{"CodeSha256": "b"}, {"MemorySize": 512}, {"Environment": {"Variables": {}}}])
def test_version_of_other_code_or_configuration_is_not_the_same(change: dict[str, Any]) -> None:
    assert unchanged_version(_function(v1=change)) is None


def test_latest_version_counts_and_it_is_the_greatest_number() -> None:
    assert unchanged_version(_function(v9={}, v10={"CodeSha256": "b"})) is None


def test_settled_function_and_its_versions_are_active() -> None:
    function = _function(v1={"State": "Pending", "LastUpdateStatus": "InProgress"})

    settle(function)

    states = [each["config"]["State"] for each in (function, function["versions"]["1"])]
    assert states == ["Active", "Active"]
    assert function["versions"]["1"]["config"]["LastUpdateStatus"] == "Successful"
