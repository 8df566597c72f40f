"""Records which release deployed a stage last: an older release cannot read the documents of a newer one."""

from __future__ import annotations

import json

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import DeploymentFailed, StackMissing
from chalicelib.names import stage_of_bucket
from workflows.deploying.progress import refusals

FORMAT = documents.SCHEMA + 1
"""Of what lies in the bucket: higher than that of a release which cannot read it.

It rises with the schema of the documents, and is one higher because the tokens once moved from an SSM parameter
(format 1) to an object each (format 2), while all documents stayed of schema 1. Format 3 knows of approval, format
4 of splits by keys and dates, and of a class for other labels, format 5 of arrays and of models that were trained
elsewhere.
"""
KEY = layout.release()


def refuse_newer(store: ObjectStore, *, stage: str) -> None:
    """Raises DeploymentFailed where a newer release deployed the stage."""
    deployed = _format(store)
    if deployed > FORMAT:
        raise DeploymentFailed(
            f"stage {stage} was deployed by a newer release: its documents are of format {deployed}, and this"
            f" checkout knows {FORMAT}. Nothing was changed. Deploy from the newer checkout, or update this"
            " one (git pull)",
            deployed=deployed,
            known=FORMAT,
        )


def tell(store: ObjectStore) -> None:
    """Say in the bucket that this release deployed the stage."""
    with refusals(f"writing {KEY} to bucket {store.bucket}"):
        if _format(store) != FORMAT:
            store.put(KEY, json.dumps({"format": FORMAT}).encode())


def _format(store: ObjectStore) -> int:
    """1 where no release has said which it is."""
    try:
        with refusals(f"reading {KEY} from bucket {store.bucket}"):
            stored = store.find(KEY)
        return int(documents.decode(stored.body)["format"]) if stored else 1
    except StackMissing:
        return 1
    except (ValueError, KeyError, TypeError) as exc:
        raise DeploymentFailed(
            f"s3://{store.bucket}/{KEY} does not say which release deployed the stage ({type(exc).__name__}): put"
            f" back what it was with nightswap put-back {KEY} --stage {stage_of_bucket(store.bucket)}, and repeat the"
            " command"
        ) from exc
