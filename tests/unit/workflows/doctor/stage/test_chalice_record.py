"""Chalice's record, in the clone and in the bucket, against the REST APIs that there are: each finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.documents import documents
from chalicelib.names import Names
from tests.fakes.store import InMemoryStore
from workflows.deploying import record
from workflows.doctor.finding import Finding, error, note, ok, warning
from workflows.doctor.stage.chalice_record import check_record

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
WHERE = ".chalice/deployed/prod.json"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:nightswap-prod"
REMOVE = "aws apigateway delete-rest-api --rest-api-id"


def naming(api: str, *, function: str = FUNCTION) -> dict[str, Any]:
    return {
        "resources": [
            {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": api, "rest_api_url": "https://a/"},
            {"name": "api_handler", "resource_type": "lambda_function", "lambda_arn": function},
        ],
        "schema_version": "2.0",
    }


def found(root: Path, apis: list[str], *, own: Any = None, kept: Any = None) -> list[Finding]:
    store = InMemoryStore()
    if own:
        record.write(record.path("prod", root=root), own)
    if kept:
        store.put(record.KEY, documents.encode(kept))
    return list(check_record(NAMES, root=root, store=store, apis=apis))


def test_stage_without_an_api_needs_no_record(tmp_path: Path) -> None:
    assert found(tmp_path, []) == [ok("the stage has no REST API yet", where=WHERE)]


def test_record_of_the_clone_is_right_when_it_names_the_api(tmp_path: Path) -> None:
    assert found(tmp_path, ["a"], own=naming("a")) == [ok("names the stage's REST API a", where=WHERE)]


@pytest.mark.parametrize("own", [None, naming("gone")])
@pytest.mark.parametrize(
    ("kept", "source"),
    [
        (naming("a"), "fetches it from the bucket"),
        (naming("gone"), "rebuilds it from what exists"),
        (None, "rebuilds it from what exists"),
    ],
)
def test_record_that_does_not_name_the_api_is_told_with_where_a_deployment_has_it_from(
    tmp_path: Path, own: Any, kept: Any, source: str
) -> None:
    assert found(tmp_path, ["a"], own=own, kept=kept) == [
        warning(
            "does not name the stage's REST API a: chalice deploy would make a second one",
            where=WHERE,
            way_out=f"nightswap deploy --stage prod, which {source}",
        )
    ]


@pytest.mark.parametrize("own", [None, naming("gone")])
def test_two_apis_of_which_no_record_names_one_are_an_error(tmp_path: Path, own: Any) -> None:
    assert found(tmp_path, ["a", "b"], own=own) == [
        error(
            "the stage has 2 REST APIs, a, b, and no record says which is in use",
            where=WHERE,
            way_out=f"keep the one that your clients call and remove each other: {REMOVE} a; {REMOVE} b",
        )
    ]


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        (naming("a"), None),
        (None, naming("a")),
        (naming("a"), naming("gone")),
        (naming("b"), naming("a")),  # the bucket's counts before the clone's, as in a deployment
    ],
)
def test_second_api_is_told_with_the_one_that_a_record_names(tmp_path: Path, own: Any, kept: Any) -> None:
    assert found(tmp_path, ["a", "b"], own=own, kept=kept) == [
        warning("the stage has 2 REST APIs, and the record names a", where=WHERE, way_out=f"{REMOVE} b")
    ]


@pytest.mark.parametrize(("region", "account"), [("us-east-1", "123456789012"), ("eu-west-1", "000000000000")])
def test_record_of_another_account_or_region_is_told_with_both(tmp_path: Path, region: str, account: str) -> None:
    elsewhere = f"arn:aws:lambda:{region}:{account}:function:nightswap-prod"

    told, _ = found(tmp_path, [], own=naming("a", function=elsewhere))

    assert told == note(
        f"is of account {account} in {region}, and these credentials are of 123456789012 in eu-west-1",
        where=WHERE,
        way_out="check profile and region; nightswap deploy --stage prod takes the right record",
    )


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff"])
def test_record_that_is_no_json_names_no_api_and_no_other_account(tmp_path: Path, content: bytes) -> None:
    file = record.path("prod", root=tmp_path)
    file.parent.mkdir(parents=True)
    file.write_bytes(content)

    (told,) = found(tmp_path, ["a"])

    assert "does not name the stage's REST API a" in told.what
