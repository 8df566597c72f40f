"""Signs a request for AWS: Signature Version 4, in the header Authorization.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from chalicelib.aws.signed.surroundings import Credentials
from chalicelib.digests import hmac_sha256, sha256

ALGORITHM, END = "AWS4-HMAC-SHA256", "aws4_request"
UNRESERVED = "-_.~"
PATH_ONCE_MORE = "lambda"
"""Services whose path is encoded once more in what is signed: every one but S3, and of those we ask one."""


def encoded(text: str, *, also: str = "") -> str:
    """Percent-encoded as AWS wants it, with `also` kept.

    >>> encoded("a b/c~é"), encoded("a b/c", also="/")
    ('a%20b%2Fc~%C3%A9', 'a%20b/c')
    """
    return quote(text, safe=UNRESERVED + also)


def query(given: Mapping[str, str]) -> str:
    """The query as it is sent and signed."""
    return "&".join(sorted(f"{encoded(name)}={encoded(value)}" for name, value in given.items()))


def authorization(
    method: str,
    path: str,
    asked: str,
    headers: Mapping[str, str],
    payload: str,
    *,
    credentials: Credentials,
    region: str,
    service: str,
) -> str:
    """The value of the header Authorization.

    `path` and `asked`, the query, are as they are sent. `headers` are those that are signed, by names in small
    letters, with host and x-amz-date, which is the time as YYYYMMDDTHHMMSSZ. `payload` is the hash of the body.
    """
    moment = headers["x-amz-date"]
    day, names = moment[:8], sorted(headers)
    signed = ";".join(names)
    told = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names)
    canonical = "\n".join([method, _signed_path(path, service), asked, told, signed, payload])
    scope = f"{day}/{region}/{service}/{END}"
    text = "\n".join([ALGORITHM, moment, scope, sha256(canonical.encode())])
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (day, region, service, END, text):
        key = hmac_sha256(key, part.encode())
    return f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={signed}, Signature={key.hex()}"


def _signed_path(path: str, service: str) -> str:
    return encoded(path, also="/") if service == PATH_ONCE_MORE else path
