"""Finds names that somebody else has taken: a stack, the bucket, a function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code
from chalicelib.names import APP, Names
from workflows.deploying.asking import is_absent
from workflows.doctor.finding import Finding, error, note, ok

STAGE_TAG = f"{APP}:stage"


def check_stacks(client: Any, names: Names) -> Iterator[Finding]:
    """Whether stacks with our names belong to this project: a deployment would change their content."""
    for stack in (names.data_stack, names.stack):
        found = _stack(client, stack)
        if found is None:
            yield ok("is free", where=f"stack {stack}")
        elif _tags(found).get(STAGE_TAG) == names.stage:
            yield _of_status(found["StackStatus"], stack)
        else:
            yield error(
                f"exists and does not carry the tag {STAGE_TAG}={names.stage}: it is somebody else's",
                where=f"stack {stack}",
                way_out="deploy as another stage, in another region, or remove that stack",
            )


def check_bucket(client: Any, names: Names, *, stack_exists: bool) -> Iterator[Finding]:
    """Bucket names are worldwide, so another account may have ours; our own may have been kept by a destroy."""
    where = f"bucket {names.bucket}"
    try:
        client.head_bucket(Bucket=names.bucket)
    except ClientError as exc:
        if is_absent(exc):
            yield ok("is free", where=where)
            return
        if code(exc) == "403":
            what = "belongs to another account, or these credentials may not read it"
            yield error(what, where=where, way_out="check the account and the policy, or deploy as another stage")
            return
        raise
    if stack_exists:
        yield ok("is there", where=where)
    else:
        adopts = f"nightswap deploy --stage {names.stage} adopts it, with all that it holds"
        yield note(f"is there without its stack: {adopts}", where=where)


def check_functions(
    client: Any, names: Names, *, template: Mapping[str, Any], owned: frozenset[str]
) -> Iterator[Finding]:
    """Functions that the stack would create and cannot, because they are there; `owned` are the stack's own."""
    wanted = {
        resource["Properties"]["FunctionName"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    pages = client.get_paginator("list_functions").paginate()
    there = {each["FunctionName"] for page in pages for each in page["Functions"]}
    taken = sorted(wanted & there - owned)
    for function in taken:
        what = f"exists outside stack {names.stack}, which would create it"
        yield error(what, where=f"function {function}", way_out="remove it, or deploy as another stage")
    if not taken:
        yield ok(f"no name of stack {names.stack} is taken", where="functions")


def exists(client: Any, stack: str) -> bool:
    return _stack(client, stack) is not None


def owned_resources(client: Any, stack: str) -> frozenset[str]:
    """The names of a stack's resources; none where the stack does not exist."""
    if _stack(client, stack) is None:
        return frozenset()
    pages = client.get_paginator("list_stack_resources").paginate(StackName=stack)
    return frozenset(each.get("PhysicalResourceId", "") for page in pages for each in page["StackResourceSummaries"])


def _stack(client: Any, stack: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as exc:
        if is_absent(exc):
            return None
        raise
    return found


def _tags(stack: Mapping[str, Any]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in stack.get("Tags", [])}


def _of_status(status: str, stack: str) -> Finding:
    where = f"stack {stack}"
    if status.endswith("_IN_PROGRESS"):
        return note(f"is {status}: a deployment is going on", where=where, way_out="wait for its end")
    if status.endswith("_FAILED"):
        way_out = "continue its rollback or delete it in the AWS console"
        return error(f"is {status} and takes no update", where=where, way_out=way_out)
    return ok(f"is this stage's own, {status}", where=where)
