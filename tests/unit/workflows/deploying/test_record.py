"""Which record Chalice gets to see, and what happens to the one that it wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import DeploymentFailed
from tests.fakes.store import InMemoryStore
from workflows.deploying.chalice_app.chalice_resources import role_resource
from workflows.deploying.progress import Step
from workflows.deploying.record import KEY, Fetched, api_of, choose, keep, one_api, path, write


def function(name: str, *, called: str | None = None) -> dict[str, str]:
    arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{called or f'nightswap-prod-{name}'}"
    return {"name": name, "resource_type": "lambda_function", "lambda_arn": arn}


@dataclass
class FakeExisting:
    """What there is of the app: its REST APIs, and functions."""

    found: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)

    def api_exists(self, api_id: str) -> bool:
        return api_id in self.found

    def apis(self) -> list[str]:
        return self.found

    def record(self, *, api_id: str | None) -> dict[str, Any]:
        resources = [function(name) for name in self.functions]
        api = {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": api_id, "rest_api_url": "https://a/"}
        return {"resources": [*resources, *([api] if api_id else [])], "schema_version": "2.0"}


def naming(api_id: str | None, *, note: str = "") -> bytes:
    return json.dumps(FakeExisting().record(api_id=api_id) | {"note": note}).encode()


def holding(*resources: Any, schema_version: Any = "2.0") -> bytes:
    """A record with the right REST API, and these."""
    api = FakeExisting().record(api_id="api-1")["resources"]
    return json.dumps({"resources": [*api, *resources], "schema_version": schema_version}).encode()


UNUSABLE = [
    holding(schema_version="99.0"),
    holding(schema_version=2.0),
    holding("api_handler"),
    holding({"resource_type": "lambda_function"}),
    holding({"name": "nightly", "resource_type": 7}),
    holding({"name": "nightly", "resource_type": "lambda_function"}),
    holding(function("nightly", called="nightswap-prod-serve-churn")),
    holding(function("nightly", called="nightswap-other-nightly")),
    holding(function("api_handler")),
    holding({"name": "a", "resource_type": "cloudwatch_event", "rule_name": "nightswap-prod-b"}),
    holding({"name": "a_role", "resource_type": "iam_role", "role_name": "nightswap-prod-a", "role_arn": "x:role/b"}),
    json.dumps({"resources": 5, "schema_version": "2.0"}).encode(),
]
"""What would end Chalice, or have it delete what is none of the app."""


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return path("prod", root=tmp_path)


def fetch(store: InMemoryStore, existing: FakeExisting, file: Path) -> tuple[Fetched, list[Step]]:
    steps: list[Step] = []
    return choose("prod", store=store, existing=existing, file=file, report=steps.append), steps


def has(file: Path, body: bytes) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(body)


def silent(_step: Step) -> None:
    """Nobody listens."""


def test_record_lies_where_chalice_looks_for_it(tmp_path: Path) -> None:
    assert path("prod", root=tmp_path) == tmp_path / ".chalice" / "deployed" / "prod.json"


def test_fresh_clone_takes_the_record_of_the_bucket(store: InMemoryStore, file: Path) -> None:
    store.put(KEY, naming("api-1"))

    _, steps = fetch(store, FakeExisting(["api-1"]), file)

    assert file.read_bytes() == naming("api-1")
    assert [step.subject for step in steps] == ["Chalice's record of stage prod is taken from the bucket"]


def test_record_that_is_the_same_is_taken_without_a_word(store: InMemoryStore, file: Path) -> None:
    store.put(KEY, naming("api-1"))
    has(file, naming("api-1"))

    assert fetch(store, FakeExisting(["api-1"]), file)[1] == []


def test_record_of_the_bucket_goes_before_the_clones_own_and_both_are_named(store: InMemoryStore, file: Path) -> None:
    store.put(KEY, naming("api-1"))
    has(file, naming("api-2"))

    _, steps = fetch(store, FakeExisting(["api-1", "api-2"]), file)

    assert file.read_bytes() == naming("api-1")
    assert steps[0].status == "(REST API api-1); this clone's own named api-2"


@pytest.mark.parametrize("stored", [None, naming("gone"), naming(None), b"{}", b"broken", b"[" * 100_000, b"[]"])
def test_clones_own_is_used_where_the_buckets_is_of_no_use(
    store: InMemoryStore, file: Path, stored: bytes | None
) -> None:
    if stored is not None:
        store.put(KEY, stored)
    has(file, naming("api-1"))

    fetch(store, FakeExisting(["api-1"]), file)

    assert file.read_bytes() == naming("api-1")


@pytest.mark.parametrize("record", UNUSABLE)
def test_record_that_chalice_cannot_read_or_that_names_what_is_none_of_the_app_is_rebuilt_from_what_exists(
    store: InMemoryStore, file: Path, record: bytes
) -> None:
    store.put(KEY, record)
    has(file, record)

    _, steps = fetch(store, FakeExisting(["api-1"], ["nightly"]), file)

    assert [each["name"] for each in json.loads(file.read_bytes())["resources"]] == ["nightly", "rest_api"]
    assert "rebuilt from what exists" in steps[0].subject


def test_record_of_the_whole_app_is_taken_as_it_is(store: InMemoryStore, file: Path) -> None:
    whole = holding(
        function("api_handler", called="nightswap-prod"),
        function("nightly"),
        {"name": "nightly-event", "resource_type": "cloudwatch_event", "rule_name": "nightswap-prod-nightly-event"},
        role_resource("nightly", name="nightswap-prod-nightly", arn="arn:aws:iam::1:role/nightswap-prod-nightly"),
        {"name": "of-a-later-chalice", "resource_type": "lambda_layer"},
    )
    store.put(KEY, whole)

    fetch(store, FakeExisting(["api-1"]), file)

    assert file.read_bytes() == whole


@pytest.mark.parametrize("own", [None, naming("gone")])
def test_lost_record_is_rebuilt_from_what_exists(store: InMemoryStore, file: Path, own: bytes | None) -> None:
    if own is not None:
        has(file, own)

    _, steps = fetch(store, FakeExisting(["api-1"], ["nightly"]), file)

    assert api_of(file.read_bytes(), stage="prod") == "api-1"
    assert "rebuilt from what exists" in steps[0].subject


def test_functions_without_an_api_are_recorded_too(store: InMemoryStore, file: Path) -> None:
    fetch(store, FakeExisting(functions=["nightly"]), file)

    assert [each["name"] for each in json.loads(file.read_bytes())["resources"]] == ["nightly"]


@pytest.mark.parametrize("own", [None, naming("of-another-account")])
def test_stage_that_was_never_deployed_starts_without_a_record(
    store: InMemoryStore, file: Path, own: bytes | None
) -> None:
    if own is not None:
        has(file, own)

    _, steps = fetch(store, FakeExisting(), file)

    assert not file.exists()
    assert steps == []


def test_two_apis_are_refused_with_the_command_that_removes_one() -> None:
    with pytest.raises(DeploymentFailed, match="has 2 REST APIs") as raised:
        one_api("prod", existing=FakeExisting(["api-1", "api-2"]))

    assert "aws apigateway delete-rest-api --rest-api-id api-1\n" in raised.value.message
    assert "aws apigateway delete-rest-api --rest-api-id api-2" in raised.value.message
    assert raised.value.details == {"apis": ["api-1", "api-2"]}


def test_record_is_kept_for_the_next_clone(store: InMemoryStore, file: Path) -> None:
    fetched, _ = fetch(store, FakeExisting(), file)
    has(file, naming("api-1"))

    keep(fetched, report=silent)
    again, _ = fetch(store, FakeExisting(["api-1"]), file)
    file.write_bytes(naming("api-1", note="routes changed"))
    keep(again, report=silent)

    stored = store.find(KEY)
    assert stored is not None
    assert stored.body == naming("api-1", note="routes changed")


@pytest.mark.parametrize("before", [None, naming("api-1")])
def test_record_that_another_deploy_stored_meanwhile_is_not_overwritten(
    store: InMemoryStore, file: Path, before: bytes | None
) -> None:
    if before is not None:
        store.put(KEY, before)
    fetched, _ = fetch(store, FakeExisting(["api-1"] if before else []), file)
    store.put(KEY, naming("api-1", note="theirs"))
    write(file, json.loads(naming("api-1", note="ours")))

    with pytest.raises(DeploymentFailed, match=r"two deploys at once: .* run nightswap deploy --stage prod again"):
        keep(fetched, report=silent)

    stored = store.find(KEY)
    assert stored is not None
    assert stored.body == naming("api-1", note="theirs")


def test_write_that_took_effect_and_was_repeated_is_no_conflict(store: InMemoryStore, file: Path) -> None:
    fetched, _ = fetch(store, FakeExisting(), file)
    has(file, naming("api-1"))
    store.put(KEY, naming("api-1"))
    steps: list[Step] = []

    keep(fetched, report=steps.append)

    assert [step.status for step in steps] == ["stored"]


def test_record_that_somebody_removed_meanwhile_is_a_conflict(store: InMemoryStore, file: Path) -> None:
    store.put(KEY, naming("api-1"))
    fetched, _ = fetch(store, FakeExisting(["api-1"]), file)
    store.delete(KEY)

    with pytest.raises(DeploymentFailed, match="two deploys at once"):
        keep(fetched, report=silent)
