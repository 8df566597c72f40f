"""Translates a bucket's properties from the template's spelling to that of S3's own calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]

EXPIRATION = {"ExpirationInDays": "Days", "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"}
AS_THEY_ARE = ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")


def encryption(given: Mapping[str, Any]) -> Json:
    name = "ServerSideEncryptionByDefault"
    return {"Rules": [{f"Apply{name}": each[name]} for each in given["ServerSideEncryptionConfiguration"]]}


def ownership(given: Mapping[str, Any]) -> Json:
    return {"Rules": list(given["Rules"])}


def lifecycle(given: Mapping[str, Any]) -> Json:
    return {"Rules": [_rule(each) for each in given["Rules"]]}


def _rule(given: Mapping[str, Any]) -> Json:
    expiration = {name: given[ours] for ours, name in EXPIRATION.items() if ours in given}
    return {
        "ID": given["Id"],
        "Status": given["Status"],
        "Filter": {"Prefix": given.get("Prefix", "")},
        **({"Expiration": expiration} if expiration else {}),
        **{name: given[name] for name in AS_THEY_ARE if name in given},
    }


FORMS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "BucketEncryption": encryption,
    "OwnershipControls": ownership,
    "LifecycleConfiguration": lifecycle,
}
"""By the property's name in a template; the others are the same in both."""
