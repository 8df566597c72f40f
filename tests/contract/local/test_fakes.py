"""The local AWS behaves as the fakes of the simulation do, through the product's own edges."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.aws.executions import StateMachineExecutions
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.serving_functions import LambdaServingFunctions
from chalicelib.edges.executions import Executions
from chalicelib.edges.object_store import ObjectStore
from chalicelib.edges.serving_functions import AliasMoved, ServingFunctions
from chalicelib.errors import ModelUnknown, RunUnknown
from chalicelib.names import Names, serving_function
from chalicelib.registry.publishing import code_sha256
from tests.fakes.executions import InMemoryExecutions
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.store import InMemoryStore
from workflows.local.process import LocalAws

MODEL = "twin"
NAMES = Names(stage="fakes", account="000000000000", region="us-east-1")
ECHO = "def handler(event, context): return event"
KINDS = ("fake", "local AWS")


@pytest.fixture(scope="module")
def twins(
    local_aws: LocalAws,
    clients: Callable[..., Any],
    create_function: Callable[..., str],
) -> Iterator[dict[str, Any]]:
    """The three edges on the local AWS, with everything they need."""
    clients(local_aws, "s3").create_bucket(Bucket="twins")
    clients(local_aws, "s3").put_bucket_versioning(Bucket="twins", VersioningConfiguration={"Status": "Enabled"})
    create_function(local_aws, serving_function("fakes", MODEL), ECHO)
    clients(local_aws, "stepfunctions").create_state_machine(
        name=NAMES.state_machine,
        definition='{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": true}}}',
        roleArn="arn:aws:iam::000000000000:role/any",
    )
    yield {
        "store": BucketStore(clients(local_aws, "s3"), bucket="twins"),
        "functions": LambdaServingFunctions(clients(local_aws, "lambda"), stage="fakes"),
        "executions": StateMachineExecutions(clients(local_aws, "stepfunctions"), names=NAMES),
    }


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, twins: dict[str, Any]) -> ObjectStore:
    found: ObjectStore = InMemoryStore() if request.param == "fake" else twins["store"]
    return found


@pytest.fixture(scope="module")
def fake_functions() -> InMemoryFunctions:
    return InMemoryFunctions(MODEL)


@pytest.fixture(params=KINDS)
def functions(
    request: pytest.FixtureRequest, twins: dict[str, Any], fake_functions: InMemoryFunctions
) -> ServingFunctions:
    found: ServingFunctions = fake_functions if request.param == "fake" else twins["functions"]
    return found


@pytest.fixture(params=KINDS)
def executions(request: pytest.FixtureRequest, twins: dict[str, Any]) -> Executions:
    found: Executions = InMemoryExecutions() if request.param == "fake" else twins["executions"]
    return found


def test_an_object_is_written_once_if_absent_and_over_exactly_what_was_seen(store: ObjectStore) -> None:
    assert store.find("a/one") is None
    assert store.put_if_absent("a/one", b"first")
    assert not store.put_if_absent("a/one", b"second")
    seen = store.find("a/one")
    assert seen is not None and seen.body == b"first"

    assert store.put_if_match("a/one", b"second", etag=seen.etag)
    assert not store.put_if_match("a/one", b"third", etag=seen.etag)
    assert not store.put_if_match("a/none", b"third", etag=seen.etag)
    assert not store.delete_if_match("a/one", etag=seen.etag)
    again = store.find("a/one")
    assert again is not None and store.delete_if_match("a/one", etag=again.etag)
    assert store.find("a/one") is None


def test_an_object_is_told_by_its_sha256_and_version(store: ObjectStore) -> None:
    assert store.digest("d/one") is None
    store.put("d/one", b"first")
    first = store.digest("d/one")
    store.put("d/one", b"first")

    again, found = store.digest("d/one"), store.find("d/one")
    assert first is not None and again is not None and found is not None
    assert (first.sha256, first.size_bytes) == (hashlib.sha256(b"first").hexdigest(), 5)
    assert (again.version_id, again.sha256) == (found.version_id, first.sha256)
    assert first.version_id not in (None, again.version_id)
    assert (store.version_id("d/one"), store.version_id("d/none")) == (found.version_id, None)


def test_what_lay_at_a_key_before_is_known_newest_first(store: ObjectStore) -> None:
    assert list(store.earlier("e/one")) == []
    store.put("e/one", b"first")
    store.put("e/one-more", b"of another key")
    assert list(store.earlier("e/one")) == []
    store.put("e/one", b"second")
    assert [each and each.body for each in store.earlier("e/one")] == [b"first"]
    store.delete("e/one")

    assert [each and each.body for each in store.earlier("e/one")] == [b"second", b"first"]


def test_a_listing_is_in_the_order_of_keys_and_knows_tags_and_sizes(store: ObjectStore) -> None:
    for key in ("b/2", "b/1", "b/10", "c/1"):
        store.put(key, key.encode())
    store.copy("b/1", "b/copy")

    listed = store.list("b/")

    assert [each.key for each in listed] == ["b/1", "b/10", "b/2", "b/copy"]
    found = store.find("b/10")
    assert found is not None and listed[1].etag == found.etag
    assert listed[1].size_bytes == 4
    store.delete("b/none")


def test_an_alias_is_created_once_and_moved_from_exactly_what_was_seen(
    functions: ServingFunctions, package: Callable[[str], bytes]
) -> None:
    body = package(ECHO + "  # one")
    first = functions.publish(MODEL, body)
    second = functions.publish(MODEL, package(ECHO + "  # two"))
    assert functions.alias(MODEL) is None
    created = functions.create_alias(MODEL, function_version=first.function_version, description="one")

    with pytest.raises(AliasMoved):
        functions.create_alias(MODEL, function_version=second.function_version, description="two")
    moved = functions.update_alias(
        MODEL,
        function_version=second.function_version,
        weights={},
        description="two",
        revision_id=created.revision_id,
    )
    with pytest.raises(AliasMoved):
        functions.update_alias(
            MODEL,
            function_version=first.function_version,
            weights={},
            description="one",
            revision_id=created.revision_id,
        )

    assert first.code_sha256 == code_sha256(body)
    assert moved.revision_id != created.revision_id
    found = functions.alias(MODEL)
    assert found is not None
    assert (found.function_version, found.description, dict(found.weights)) == (second.function_version, "two", {})
    assert [each.function_version for each in functions.versions(MODEL)] == [
        first.function_version,
        second.function_version,
    ]
    assert functions.invoke(MODEL, b'{"a": 1}', qualifier="live").executed_version == second.function_version


def test_a_version_is_deleted_unless_the_alias_points_to_it(
    functions: ServingFunctions, package: Callable[[str], bytes]
) -> None:
    body = package(ECHO + "  # short-lived")
    doomed = functions.publish(MODEL, body)
    alias = functions.alias(MODEL)
    assert alias is not None

    assert doomed.size_bytes == len(body)
    assert not functions.delete_version(MODEL, alias.function_version)
    assert functions.delete_version(MODEL, doomed.function_version)
    assert functions.delete_version(MODEL, doomed.function_version)
    assert functions.delete_version("nobody", "1")

    assert functions.version(MODEL, doomed.function_version) is None
    assert functions.version(MODEL, alias.function_version) is not None
    again = functions.publish(MODEL, body)
    assert int(again.function_version) > int(doomed.function_version)


def test_a_model_that_is_not_there_is_unknown(functions: ServingFunctions) -> None:
    assert functions.alias("nobody") is None
    assert functions.version(MODEL, "999") is None
    with pytest.raises(ModelUnknown):
        functions.invoke("nobody", b"{}", qualifier="live")
    with pytest.raises(ModelUnknown):
        functions.configuration("nobody")


def test_a_name_is_one_execution_and_stopping_ends_it(executions: Executions) -> None:
    assert executions.find("run-1") is None
    executions.start("run-1", "{}")
    executions.start("run-1", "{}")
    running = executions.find("run-1")
    assert running is not None and running.status == "RUNNING"
    assert [each.run for each in executions.recent(running_only=True)] == ["run-1"]

    executions.stop("run-1", cause="enough")
    executions.start("run-1", "{}")

    ended = executions.find("run-1")
    assert ended is not None and (ended.status, ended.error) == ("ABORTED", "Stopped")
    assert [each.run for each in executions.recent()] == ["run-1"]
    assert executions.recent(running_only=True) == []
    with pytest.raises(RunUnknown):
        executions.stop("nobody", cause="enough")
