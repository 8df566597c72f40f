"""The signature, against the values that AWS published."""

from __future__ import annotations

import pytest

from chalicelib.aws.signed import signature
from chalicelib.aws.signed.surroundings import Credentials
from chalicelib.digests import sha256

KNOWN = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
MOMENT = "20150830T123600Z"
BASE = {"host": "example.amazonaws.com", "x-amz-date": MOMENT}
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SESSION = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwt"
    "hAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVX"
    "AkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
FORM = {"content-type": "application/x-www-form-urlencoded"}
Vector = tuple[str, str, dict[str, str], dict[str, str], bytes, str]
VECTORS: dict[str, Vector] = {
    "get-header-value-trim": (
        "GET",
        "/",
        {},
        {"my-header1": " value1", "my-header2": ' "a   b   c"'},
        b"",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "get-unreserved": (
        "GET",
        f"/{UNRESERVED}",
        {},
        {},
        b"",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    "get-utf8": ("GET", "/ሴ", {}, {}, b"", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    "get-vanilla": ("GET", "/", {}, {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "get-vanilla-empty-query-key": (
        "GET",
        "/",
        {"Param1": "value1"},
        {},
        b"",
        "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
    ),
    "get-vanilla-query-order-key-case": (
        "GET",
        "/",
        {"Param2": "value2", "Param1": "value1"},
        {},
        b"",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "get-vanilla-query-unreserved": (
        "GET",
        "/",
        {UNRESERVED: UNRESERVED},
        {},
        b"",
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
    ),
    "get-vanilla-utf8-query": (
        "GET",
        "/",
        {"ሴ": "bar"},
        {},
        b"",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    "post-header-value-case": (
        "POST",
        "/",
        {},
        {"my-header1": "VALUE1"},
        b"",
        "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    ),
    "post-sts-header-before": (
        "POST",
        "/",
        {},
        {"x-amz-security-token": SESSION},
        b"",
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    ),
    "post-vanilla": ("POST", "/", {}, {}, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "post-vanilla-query": (
        "POST",
        "/",
        {"Param1": "value1"},
        {},
        b"",
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
    ),
    "post-x-www-form-urlencoded": (
        "POST",
        "/",
        {},
        FORM,
        b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}
"""AWS's aws-sig-v4-test-suite: method, path, query, headers, body, signature. Left out are paths with dots and header
lines that come twice: no request of ours has them.
Source: https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html, as the AWS SDK for JavaScript has
it in packages/signature-v4, suite.fixture."""


@pytest.mark.parametrize("name", VECTORS)
def test_signature_is_the_one_that_aws_published(name: str) -> None:
    method, path, query, headers, body, wanted = VECTORS[name]

    found = signature.authorization(
        method,
        signature.encoded(path, also="/"),
        signature.query(query),
        BASE | headers,
        sha256(body),
        credentials=KNOWN,
        region="us-east-1",
        service="service",
    )

    names = ";".join(sorted(BASE | headers))
    assert found == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
        f" SignedHeaders={names}, Signature={wanted}"
    )


def test_object_of_s3_is_signed_as_in_aws_s_example() -> None:
    """Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "GET Object"."""
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "range": "bytes=0-9",
        "x-amz-content-sha256": sha256(b""),
        "x-amz-date": "20130524T000000Z",
    }

    found = signature.authorization(
        "GET",
        "/test.txt",
        "",
        headers,
        sha256(b""),
        credentials=Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        region="us-east-1",
        service="s3",
    )

    assert found.endswith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
