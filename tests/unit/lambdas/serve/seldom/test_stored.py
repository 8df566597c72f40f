"""An artifact that lies in the bucket is read from there whole, or refused with an error that says why."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import mmap
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ResponseStreamingError

from lambdas.serve.handler import FORMATS, PackageBroken, open_package
from lambdas.serve.seldom import stored
from tests.contract.source.sources import ROOT

CONTENT = bytes(range(256)) * 10
STORED = {"bucket": "a-bucket", "key": "models/m/versions/000001/model.onnx", "version_id": "v1", "bytes": 2560}
MANIFEST = {"format": "onnx", "artifact_sha256": hashlib.sha256(CONTENT).hexdigest(), "stored": STORED}
ABSENT = "/nowhere/model.onnx"


class Bucket:
    """S3 that gives this content in chunks; each entry of `breaks` ends one answer after so many bytes of it."""

    def __init__(self, content: bytes = CONTENT, *, breaks: Sequence[int] = (), refuses: str = "") -> None:
        self.content, self.breaks, self.refuses = content, [*breaks], refuses
        self.asked: list[dict[str, Any]] = []

    def get_object(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        if self.refuses:
            raise ClientError({"Error": {"Code": self.refuses}}, "GetObject")
        begin, end = map(int, asked["Range"].removeprefix("bytes=").split("-"))
        return {"Body": Body(self.content[begin : end + 1], whole=self.breaks.pop(0) if self.breaks else None)}


class Body:
    def __init__(self, content: bytes, *, whole: int | None) -> None:
        self.content, self.whole = content, whole

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        assert size == stored.CHUNK_BYTES
        for begin in range(0, len(self.content) if self.whole is None else self.whole, 100):
            yield self.content[begin : begin + 100]
        if self.whole is not None:
            raise ResponseStreamingError(error="the connection broke")


class Full:
    """A file on a full disk."""

    def __init__(self, room: int) -> None:
        self.room, self.inside = room, io.BytesIO()

    def __enter__(self) -> Full:
        return self

    def __exit__(self, *_: object) -> None:
        self.inside.close()

    def tell(self) -> int:
        return self.inside.tell()

    def write(self, chunk: bytes) -> None:
        if self.tell() + len(chunk) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.inside.write(chunk)

    def flush(self) -> None:
        self.inside.flush()


def brought(bucket: Bucket, **options: Any) -> tuple[bytes, str]:
    return stored.brought(ABSENT, MANIFEST, client=lambda: bucket, **options)


def test_artifact_is_read_by_its_version_and_mapped() -> None:
    bucket = Bucket()

    content, checksum = brought(bucket)

    assert (content[:], checksum) == (CONTENT, MANIFEST["artifact_sha256"])
    named = {"Bucket": "a-bucket", "Key": STORED["key"], "VersionId": "v1"}
    assert bucket.asked == [{**named, "Range": "bytes=0-2559"}]


@pytest.mark.parametrize("name", FORMATS)
def test_artifact_comes_as_the_reader_of_its_format_takes_it(name: str) -> None:
    content, _ = stored.brought(ABSENT, {**MANIFEST, "format": name}, client=Bucket)

    assert isinstance(content, bytes if name == "scorecard" else mmap.mmap)
    assert content[:] == CONTENT


def test_read_that_breaks_off_goes_on_where_it_ended() -> None:
    bucket = Bucket(breaks=[1000, 500])

    content, _ = brought(bucket)

    assert content[:] == CONTENT
    assert [each["Range"] for each in bucket.asked] == ["bytes=0-2559", "bytes=1000-2559", "bytes=1500-2559"]


def test_read_that_breaks_off_each_time_is_given_up() -> None:
    bucket = Bucket(breaks=[100] * stored.TRIES)

    with pytest.raises(stored.ArtifactUnread, match="broke off after 300 of 2560 bytes: ResponseStreamingError"):
        brought(bucket)


def test_bucket_that_does_not_answer_is_told() -> None:
    class Away(Bucket):
        def get_object(self, **_: Any) -> dict[str, Any]:
            raise EndpointConnectionError(endpoint_url="s3")

    with pytest.raises(stored.ArtifactUnread, match="broke off after 0 of 2560 bytes: EndpointConnectionError"):
        brought(Away())


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDenied", stored.ArtifactDenied),
        ("NoSuchVersion", stored.ArtifactGone),
        ("NoSuchKey", stored.ArtifactGone),
        ("NoSuchBucket", stored.ArtifactGone),
        ("SlowDown", stored.ArtifactUnread),
    ],
)
def test_refusal_of_s3_is_told_by_its_kind(code: str, kind: type[Exception]) -> None:
    with pytest.raises(stored.ArtifactUnread, match=f"S3 answers {code} for version v1 of s3://a-bucket/") as raised:
        brought(Bucket(refuses=code))

    assert type(raised.value) is kind


@pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT[:-1]], ids=["other bytes", "a byte less"])
def test_content_of_another_sha256_is_refused(content: bytes) -> None:
    with pytest.raises(stored.ArtifactChanged, match=rf"its manifest says {MANIFEST['artifact_sha256']}"):
        brought(Bucket(content))


def test_artifact_that_does_not_fit_into_tmp_is_refused() -> None:
    with pytest.raises(stored.ArtifactWithoutRoom, match="takes no more after 900 bytes: No space left on device"):
        brought(Bucket(), temporary=lambda: Full(900))


def test_artifact_that_lies_beside_the_code_is_not_read_from_the_bucket(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"what was put there")

    content, checksum = stored.brought(str(file), MANIFEST, client=Bucket)

    assert content[:] == b"what was put there"
    assert checksum == hashlib.sha256(b"what was put there").hexdigest()


def test_package_with_another_artifact_beside_its_code_is_broken(tmp_path: Path) -> None:
    told = {**MANIFEST, "artifact_file": "model.onnx"}
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    (tmp_path / "model.onnx").write_bytes(b"what was put there")

    with pytest.raises(PackageBroken, match=f"its manifest says {MANIFEST['artifact_sha256']}"):
        open_package(tmp_path)


def test_package_without_its_artifact_tries_anew_at_each_call(tmp_path: Path) -> None:
    """S3 may answer the next time. Nothing listens at the address."""
    told = {**MANIFEST, "artifact_file": "model.onnx"}
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    tries = (
        "from lambdas.serve.handler import open_package\n"
        f"for _ in range(2):\n    try:\n        open_package({str(tmp_path)!r})\n"
        "    except Exception as error:\n        print(type(error).__name__)\n"
    )
    address = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    environment = {**address, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_MAX_ATTEMPTS": "1"}

    done = subprocess.run(
        [sys.executable, "-c", tries], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout == "ArtifactUnread\nArtifactUnread\n", done.stderr
