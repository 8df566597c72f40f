"""Decides which of botocore's errors are worth another try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, FlexibleChecksumError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnection

from chalicelib.aws.patience import OutOfTime
from chalicelib.aws.signed.refusals import FAULT, THROTTLES
from chalicelib.cutting import cut
from chalicelib.errors import DiskFull, TransientError

NO_ROOM = "InsufficientStorage"
"""S3's refusal on the local AWS, whose disk can be full. The message is ours: `workflows.local.state.disk_full`."""


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def transient(kind: type[TransientError], *, doing: str) -> Iterator[None]:
    """Raise throttles, 5xx answers and broken connections as `kind`; everything else passes, but for a full disk."""
    try:
        yield
    except ClientError as exc:
        if code(exc) == NO_ROOM:
            raise DiskFull(cut(f"{doing}: {exc.response['Error'].get('Message')}")) from exc
        status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code(exc) in THROTTLES or status >= FAULT:
            raise kind(f"{doing}: {code(exc)}; try again in a moment") from exc
        raise
    except FlexibleChecksumError as exc:
        raise kind(
            f"{doing}: its content does not match its checksum; try again: if it stays, the object is damaged"
        ) from exc
    except (OutOfTime, NoConnection, HTTPClientError, IncompleteReadError) as exc:
        raise kind(f"{doing}: no answer ({type(exc).__name__}); try again in a moment") from exc
