from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DeploymentFailed
from tests.given.interference import interfered, raising
from tests.unit.workflows.deploying.fake_account import refused
from tests.unit.workflows.deploying.fake_cloudformation import FakeCloudFormation, FakeStack, error
from workflows.deploying.cloudformation.removal import POLICY_LASTS, StackRemoval, remove_bucket
from workflows.deploying.progress import Patience, Step

BUCKET = "a-bucket"
IMPATIENT = Patience(deadline_seconds=5, sleep=lambda _seconds: None)


def twenty_looks() -> Patience:
    """As long as the policy may last, by a clock that goes on by a second at each look."""
    moments = iter(range(1000))
    return replace(POLICY_LASTS, sleep=lambda _seconds: None, clock=lambda: float(next(moments)))


class Tagged(FakeCloudFormation):
    """Shows the stacks' tags, as the real one does."""

    def __init__(self, stage: str = "prod") -> None:
        super().__init__()
        self.tags = [{"Key": "nightswap:app", "Value": "nightswap"}, {"Key": "nightswap:stage", "Value": stage}]

    def describe_stacks(self, **given: Any) -> dict[str, Any]:
        (stack,) = super().describe_stacks(**given)["Stacks"]
        return {"Stacks": [{**stack, "Tags": self.tags}]}


def remove(cloudformation: FakeCloudFormation, *, report: Any = lambda _step: None) -> None:
    client: Any = cloudformation
    StackRemoval(client, name="nightswap-prod", stage="prod", report=report, patience=IMPATIENT).carry_out()


def with_stack(cloudformation: FakeCloudFormation, *, status: str = "CREATE_COMPLETE") -> FakeCloudFormation:
    cloudformation.stacks["nightswap-prod"] = FakeStack(status)
    return cloudformation


def test_stack_is_deleted_and_both_ends_told() -> None:
    cloudformation = with_stack(Tagged())
    steps: list[Step] = []

    remove(cloudformation, report=steps.append)

    assert cloudformation.stacks == {}
    assert [step.status for step in steps] == ["deleting", "deleted"]


def test_stack_that_is_gone_needs_nothing() -> None:
    cloudformation = Tagged()

    remove(cloudformation)

    assert cloudformation.deleted == []


def test_stack_that_somebody_is_changing_is_waited_for() -> None:
    cloudformation = with_stack(Tagged())
    cloudformation.busy_for = 3

    remove(cloudformation)

    assert cloudformation.stacks == {}


@pytest.mark.parametrize("cloudformation", [FakeCloudFormation(), Tagged(stage="test")])
def test_stack_without_the_stages_tag_is_left_alone(cloudformation: FakeCloudFormation) -> None:
    with_stack(cloudformation)
    if not isinstance(cloudformation, Tagged):
        cloudformation.stacks["nightswap-prod"].status = "UPDATE_COMPLETE"

    with pytest.raises(DeploymentFailed, match="does not carry the tag nightswap:stage=prod"):
        remove(cloudformation)

    assert cloudformation.deleted == []


def test_stack_that_was_only_proposed_has_no_tags_and_goes() -> None:
    cloudformation = with_stack(FakeCloudFormation(), status="REVIEW_IN_PROGRESS")

    remove(cloudformation)

    assert cloudformation.stacks == {}


def test_stack_that_cannot_be_deleted_says_that_the_command_continues() -> None:
    cloudformation = with_stack(Tagged())
    cloudformation.deletion_fails = True

    with pytest.raises(DeploymentFailed, match=r"it is DELETE_FAILED: .* run nightswap destroy --stage prod again"):
        remove(cloudformation)


def test_refusal_names_the_stack() -> None:
    with pytest.raises(DeploymentFailed, match="looking for stack nightswap-prod: AccessDenied: not you"):
        remove(interfered(FakeCloudFormation(), "describe_stacks", before=raising(error("AccessDenied", "not you"))))


class FakeBucket:
    """A versioned bucket: key and version of all that is in it; some of it delete markers."""

    page_size = 1000

    def __init__(
        self, content: list[tuple[str, str]] | None, *, late: list[list[tuple[str, str]]] | None = None
    ) -> None:
        self.content = content
        self.late = late or []
        """What a task writes each time before the bucket is deleted."""
        self.protected = True
        self.batches: list[int] = []
        self.refuses: str | None = None
        self.policy_lasts = 0
        """So many calls are denied by the policy that was deleted."""

    def head_bucket(self, *, Bucket: str) -> dict[str, Any]:
        assert Bucket == BUCKET
        if self.content is None:
            raise refused("404")
        return {}

    def delete_bucket_policy(self, *, Bucket: str) -> None:
        assert Bucket == BUCKET
        self.protected = False

    def get_paginator(self, operation: str) -> FakeBucket:
        assert operation == "list_object_versions"
        return self

    def paginate(self, *, Bucket: str) -> Iterator[dict[str, Any]]:
        assert Bucket == BUCKET
        shown = list(self.content or [])
        for start in range(0, max(len(shown), 1), self.page_size):
            page = [{"Key": key, "VersionId": version} for key, version in shown[start : start + self.page_size]]
            yield {"Versions": page[::2], "DeleteMarkers": page[1::2]} if page else {}

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:
        assert Bucket == BUCKET
        assert not self.protected, "its ledger is protected"
        assert 1 <= len(Delete["Objects"]) <= 1000
        if self.policy_lasts:
            self.policy_lasts -= 1
            if self.policy_lasts % 2:
                raise refused("AccessDenied")
            return {"Errors": [{"Key": "ledger/1", "Code": "AccessDenied", "Message": "by the bucket's policy"}]}
        if self.refuses:
            return {"Errors": [{"Key": self.refuses, "Code": "AccessDenied", "Message": "no"}]}
        self.batches.append(len(Delete["Objects"]))
        gone = {(each["Key"], each["VersionId"]) for each in Delete["Objects"]}
        self.content = [each for each in self.content or [] if each not in gone]
        return {}

    def delete_bucket(self, *, Bucket: str) -> None:
        assert Bucket == BUCKET
        if self.late:
            self.content = self.late.pop()
        if self.content:
            raise refused("BucketNotEmpty")
        self.content = None


def remove_all(bucket: FakeBucket, *, report: Any = lambda _step: None) -> None:
    client: Any = bucket
    remove_bucket(client, bucket=BUCKET, report=report, patience=IMPATIENT, policy_lasts=twenty_looks())


@given(st.integers(0, 3500))
def test_bucket_is_emptied_in_batches_whatever_it_holds(count: int) -> None:
    bucket = FakeBucket([(f"key-{number // 3}", f"version-{number}") for number in range(count)])

    remove_all(bucket)

    assert bucket.content is None
    assert sum(bucket.batches) == count


def test_progress_counts_the_versions() -> None:
    bucket = FakeBucket([("key", f"version-{number}") for number in range(2500)])
    steps: list[Step] = []

    remove_all(bucket, report=steps.append)

    assert [step.subject for step in steps] == [
        "bucket a-bucket: 1,000 object versions",
        "bucket a-bucket: 2,000 object versions",
        "bucket a-bucket: 2,500 object versions",
        "bucket a-bucket",
    ]


def test_what_is_written_meanwhile_is_removed_too() -> None:
    bucket = FakeBucket([("a", "1")], late=[[("c", "1")], [("b", "1")]])

    remove_all(bucket)

    assert bucket.content is None


@pytest.mark.parametrize("calls", [1, 2, 5])
def test_policy_that_holds_for_a_moment_after_it_was_deleted_is_waited_out(calls: int) -> None:
    bucket = FakeBucket([("ledger/1", "1")])
    bucket.policy_lasts = calls

    remove_all(bucket)

    assert bucket.content is None


def test_bucket_that_is_gone_needs_nothing() -> None:
    bucket = FakeBucket(None)

    remove_all(bucket)

    assert bucket.protected


def test_object_that_cannot_be_deleted_is_named() -> None:
    bucket = FakeBucket([("ledger/m/1.json", "1")])
    bucket.refuses = "ledger/m/1.json"

    with pytest.raises(
        DeploymentFailed, match=r"AccessDenied: 1 object is not deleted, the first ledger/m/1\.json: no"
    ):
        remove_all(bucket)


def test_bucket_of_somebody_else_is_refused() -> None:
    with pytest.raises(DeploymentFailed, match="looking for bucket a-bucket: 403"):
        remove_all(interfered(FakeBucket([]), "head_bucket", before=raising(refused("403"))))


def test_refused_deletion_is_told() -> None:
    with pytest.raises(DeploymentFailed, match="deleting bucket a-bucket: AccessDenied"):
        remove_all(interfered(FakeBucket([]), "delete_bucket", before=raising(refused("AccessDenied"))))
