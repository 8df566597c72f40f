"""S3: the objects of the access tokens, which are read one at a time."""

from __future__ import annotations

from chalicelib.aws.signed.client import SignedClient, transient
from chalicelib.aws.signed.refusals import Refused, bucket_missing
from chalicelib.aws.signed.signature import encoded
from chalicelib.edges.object_store import Stored
from chalicelib.errors import StoreUnavailable

ABSENT = ("NoSuchKey", "404")


class SignedReader:
    """`chalicelib.edges.object_store.ObjectReader` over one bucket."""

    def __init__(self, client: SignedClient, *, bucket: str) -> None:
        self._client = client
        self.bucket = bucket

    def find(self, key: str) -> Stored | None:
        try:
            with transient(StoreUnavailable, doing=f"get_object s3://{self.bucket}/{key}"):
                answer = self._client.call("GET", f"/{encoded(key, also='/')}")
        except Refused as exc:
            if exc.code in ABSENT:
                return None
            if exc.code == "NoSuchBucket":
                raise bucket_missing(self.bucket) from exc
            raise
        return Stored(answer.body, answer.headers.get("etag", ""), answer.headers.get("x-amz-version-id"))
