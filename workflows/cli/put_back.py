"""nightswap put-back: restores a document that was damaged or deleted to its earlier content."""

from __future__ import annotations

import click
from botocore.exceptions import ClientError

from chalicelib import layout
from chalicelib.aws.calls import code
from chalicelib.errors import CommandFailed
from chalicelib.interventions import putting_back
from workflows.cli.options import on_stage
from workflows.cli.screen import say
from workflows.cli.stage import Stage

FOREVER = (layout.LEDGER, layout.EVIDENCE, layout.ERASED)
"""Keys that the bucket's policy lets nobody overwrite."""


@click.command("put-back")
@click.argument("key")
@on_stage
def put_back(stage: Stage, key: str) -> None:
    """Put back what lay at a KEY of the stage's bucket before it was damaged or deleted, as nightswap verify says."""
    try:
        done = putting_back.put_back(stage.edges.store, key=key)
    except ClientError as exc:
        if code(exc) != "AccessDenied" or not key.startswith(FOREVER):
            raise
        raise CommandFailed(_way_round_the_policy(stage, key)) from exc
    now = "removed, as it was before" if done.size_bytes is None else f"put back, {done.size_bytes:,} bytes"
    say(f"{key}: {now}")


def _way_round_the_policy(stage: Stage, key: str) -> str:
    """S3 refuses it to everybody, so no permission helps: what was damaged was so while the policy was away."""
    bucket = stage.edges.store.bucket
    return (
        f"the bucket's policy lets nobody write over {key}, so it was damaged while that was lifted. Lift it again:"
        f" aws s3api delete-bucket-policy --bucket {bucket}; repeat this command; then nightswap deploy --stage"
        f" {stage.name} sets the policy again"
    )


COMMANDS = (put_back,)
