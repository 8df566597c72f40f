"""Reads an artifact that is too large for its package from the bucket, by way of a file in /tmp.

The package's manifest says which version of which object it is, how large, and with which SHA-256. Whatever else is
there is refused by an error of its own, whose class a replay tells. The file has no name: it goes with the model that
was made of it, or with a failed try, and the next call tries anew.

boto3 comes with Lambda's Python; only packages without their artifact ever load it.
"""

# ruff: noqa: PTH123 - as in handler

from __future__ import annotations

import mmap
import tempfile
from hashlib import file_digest, sha256

from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import IO, Any

CHUNK_BYTES = 1_048_576
TRIES = 3
"""Of a read that breaks off; each goes on where the one before it ended."""
CONNECT_SECONDS, READ_SECONDS = 2, 5
READ_IN_PLACE = ("trees", "onnx")
"""Formats whose readers take a part at a time; JSON is taken as bytes."""
DENIED = ("AccessDenied", "403")
GONE = ("NoSuchVersion", "NoSuchKey", "NoSuchBucket", "404")


class ArtifactUnread(Exception):
    """S3 did not give it whole."""


class ArtifactGone(ArtifactUnread):
    """The bucket has no such version of the object."""


class ArtifactDenied(ArtifactUnread):
    """The role of the function may not read it."""


class ArtifactChanged(ArtifactUnread):
    """Its SHA-256 is not the manifest's."""


class ArtifactWithoutRoom(ArtifactUnread):
    """It does not fit into /tmp."""


def client_of_s3() -> Any:
    import boto3
    from botocore.config import Config

    patience = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"mode": "standard"})
    return boto3.client("s3", config=patience)


def brought(
    file: str,
    manifest: Mapping[str, Any],
    *,
    client: Callable[[], Any] = client_of_s3,
    temporary: Callable[[], IO[bytes]] = tempfile.TemporaryFile,
) -> tuple[bytes, str]:
    """The artifact and its SHA-256. What lies in `file`, as in an image, is not read from the bucket.

    Raises ArtifactUnread.
    """
    try:
        with open(file, "rb") as opened:
            return _content(opened, manifest), file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        pass
    with temporary() as target:
        checksum = _copied(manifest["stored"], client(), target)
        if checksum != manifest["artifact_sha256"]:
            told = manifest["artifact_sha256"]
            raise ArtifactChanged(f"{_named(manifest['stored'])} has SHA-256 {checksum}, its manifest says {told}")
        return _content(target, manifest), checksum


def _copied(stored: Mapping[str, Any], client: Any, target: IO[bytes]) -> str:
    """Its SHA-256, computed while it comes."""
    from botocore.exceptions import BotoCoreError, ClientError

    read, failed = sha256(), ""
    for _ in range(TRIES):
        try:
            for chunk in _chunks(stored, client, begin=target.tell()):
                _write(target, chunk)
                read.update(chunk)
            return read.hexdigest()
        except ClientError as exc:
            raise _refused(stored, code=exc.response["Error"]["Code"]) from exc
        except BotoCoreError as exc:
            failed = type(exc).__name__
    raise ArtifactUnread(f"{_named(stored)} broke off after {target.tell()} of {stored['bytes']} bytes: {failed}")


def _chunks(stored: Mapping[str, Any], client: Any, *, begin: int) -> Any:
    answer = client.get_object(
        Bucket=stored["bucket"],
        Key=stored["key"],
        VersionId=stored["version_id"],
        Range=f"bytes={begin}-{stored['bytes'] - 1}",
    )
    return answer["Body"].iter_chunks(CHUNK_BYTES)


def _write(target: IO[bytes], chunk: bytes) -> None:
    try:
        target.write(chunk)
        target.flush()
    except OSError as exc:
        raise ArtifactWithoutRoom(f"/tmp takes no more after {target.tell()} bytes: {exc.strerror}") from exc


def _refused(stored: Mapping[str, Any], *, code: str) -> ArtifactUnread:
    kind = ArtifactDenied if code in DENIED else ArtifactGone if code in GONE else ArtifactUnread
    return kind(f"S3 answers {code} for {_named(stored)}")


def _content(file: IO[bytes], manifest: Mapping[str, Any]) -> bytes:
    """Mapped, or a copy for a reader that takes bytes alone."""
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return mapped if manifest["format"] in READ_IN_PLACE else mapped[:]  # type: ignore[return-value]


def _named(stored: Mapping[str, Any]) -> str:
    return f"version {stored['version_id']} of s3://{stored['bucket']}/{stored['key']}"
