"""Removes a CloudFormation stack, and a bucket with all versions of all objects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code
from chalicelib.cutting import amount, verb
from chalicelib.errors import DeploymentFailed
from chalicelib.names import APP
from workflows.deploying.asking import find
from workflows.deploying.cloudformation.present import PROPOSED, described
from workflows.deploying.progress import Patience, Report, Step, refusals

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef, ObjectIdentifierTypeDef

PHASE = "destroy"
POLICY_LASTS = Patience(deadline_seconds=20, first_pause_seconds=1)
"""How long S3 may go on with a bucket policy that was deleted: it takes a while until every part of it knows."""


class StackRemoval:
    """A stack of the stage that is to go."""

    def __init__(
        self, client: CloudFormationClient, *, name: str, stage: str, report: Report, patience: Patience
    ) -> None:
        self._client = client
        self._name = name
        self._stage = stage
        self._report = report
        self._patience = patience

    def carry_out(self) -> None:
        """Delete the stack, if there is one, and wait for the end.

        Raises DeploymentFailed for a stack that is not the stage's, and with CloudFormation's reasons.
        """
        stack = self._patience.wait(self._settled, until=f"the other change of stack {self._name} is over")
        if not stack:
            return
        self._check_owner(stack[0])
        self._report(Step(PHASE, f"stack {self._name}", "deleting"))
        with refusals(f"deleting stack {self._name}"):
            self._client.delete_stack(StackName=self._name)
        left = self._patience.wait(self._settled, until=f"stack {self._name} is deleted")
        if left:
            raise DeploymentFailed(
                f"stack {self._name} could not be deleted, it is {left[0]['StackStatus']}:"
                f" {left[0].get('StackStatusReason', 'no reason was given')}. Remove what is in the way and run"
                f" nightswap destroy --stage {self._stage} again: it continues",
                stack=self._name,
            )
        self._report(Step(PHASE, f"stack {self._name}", "deleted"))

    def _settled(self) -> list[StackTypeDef] | None:
        """The stack in a list, an empty one where there is none, or None while somebody is changing it."""
        found = described(self._client, self._name)
        if found is None or found["StackStatus"] == "DELETE_COMPLETE":
            return []
        in_progress = found["StackStatus"].endswith("_IN_PROGRESS")
        return None if in_progress and found["StackStatus"] != PROPOSED else [found]

    def _check_owner(self, stack: StackTypeDef) -> None:
        """A stack that was only proposed may have no tags yet, and nothing in it."""
        tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
        if tags.get(f"{APP}:stage") != self._stage and stack["StackStatus"] != PROPOSED:
            raise DeploymentFailed(
                f"stack {self._name} does not carry the tag {APP}:stage={self._stage}, so somebody else made it:"
                " it is left alone, and nothing more is removed",
                stack=self._name,
            )


def remove_bucket(
    client: S3Client, *, bucket: str, report: Report, patience: Patience, policy_lasts: Patience = POLICY_LASTS
) -> None:
    """Empty the bucket and delete it, if there is one; lifts the protection of the ledger before.

    What a task that still runs writes meanwhile is removed too.
    """
    if not exists(client, bucket=bucket):
        return
    with refusals(f"lifting the protection of the ledger in bucket {bucket}"):
        client.delete_bucket_policy(Bucket=bucket)
    patience.wait(
        lambda: _removed(client, bucket=bucket, report=report, policy_lasts=policy_lasts),
        until=f"bucket {bucket} stays empty",
    )
    report(Step(PHASE, f"bucket {bucket}", "deleted"))


def exists(client: S3Client, *, bucket: str) -> bool:
    return find(f"bucket {bucket}", client.head_bucket, Bucket=bucket) is not None


def _removed(client: S3Client, *, bucket: str, report: Report, policy_lasts: Patience) -> bool | None:
    empty(client, bucket=bucket, report=report, policy_lasts=policy_lasts)
    with refusals(f"deleting bucket {bucket}"):
        try:
            client.delete_bucket(Bucket=bucket)
        except ClientError as exc:
            if code(exc) == "BucketNotEmpty":
                return None
            raise
    return True


def empty(client: S3Client, *, bucket: str, report: Report, policy_lasts: Patience = POLICY_LASTS) -> None:
    """Delete every version of every object, and every delete marker, a page of at most 1,000 at a time."""
    done = 0
    with refusals(f"emptying bucket {bucket}"):
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            batch = _versions(page)
            if not batch:
                continue
            policy_lasts.insist(partial(_delete, client, batch, bucket=bucket), while_refused=_is_denied)
            done += len(batch)
            report(Step(PHASE, f"bucket {bucket}: {amount(done, 'object version')}", "deleted"))


def _delete(client: S3Client, batch: list[ObjectIdentifierTypeDef], *, bucket: str) -> None:
    """Raises a ClientError too where the call is answered and single objects of it are refused."""
    refused = client.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True}).get("Errors")
    if refused:
        first = refused[0]
        told = (
            f"{amount(len(refused), 'object')} {verb(len(refused), 'is', 'are')} not deleted, the first"
            f" {first.get('Key')}: {first.get('Message')}"
        )
        raise ClientError({"Error": {"Code": first.get("Code", ""), "Message": told}}, "DeleteObjects")


def _is_denied(refusal: ClientError) -> bool:
    return code(refusal) == "AccessDenied"


def _versions(page: ListObjectVersionsOutputTypeDef) -> list[ObjectIdentifierTypeDef]:
    found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
