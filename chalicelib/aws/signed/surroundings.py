"""Reads credentials, region and endpoint from the environment of a function on Lambda, or on the local AWS.

What is not known here (a proxy, a profile, a partition with other endpoints) is boto3's: it then makes all calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.values import Value

NOTHING = "/dev/null"
OF_BOTO3 = (
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *(
        "AWS_ENDPOINT_URL_LAMBDA",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    ),
    *("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_SIGV4A_SIGNING_REGION_SET"),
    *("REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
)
"""Variables that botocore reads and these lines do not."""
CONTINENTS = {"us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"}
"""What the regions of the partition aws begin with, which have three words: us-gov-west-1 and eusc-de-east-1 are
others'. Its endpoints end with amazonaws.com, and Amazon's own roots certify them.
Source: botocore 1.43, data/partitions.json."""
HTTPS_PORT = 443


class Credentials(Value):
    """Shown without what is secret."""

    access_key: str
    secret_key: str
    session_token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.access_key!r})"


class Host(Value):
    """Where a service is asked. `name` is what the request says of it."""

    address: str
    port: int
    name: str
    is_encrypted: bool
    path: str = ""
    """What all paths begin with: the bucket, where the host does not name it."""


class Surroundings(Value):
    """`endpoint` stands in for AWS; `ca_bundle` is a file of certificates to trust in place of our own."""

    credentials: Credentials
    region: str
    endpoint: str | None = None
    ca_bundle: str | None = None

    def lambda_host(self) -> Host:
        return self._host(f"lambda.{self.region}.amazonaws.com")

    def endpoint_host(self) -> Host:
        """SageMaker's, of the calls that ask a model."""
        return self._host(f"runtime.sagemaker.{self.region}.amazonaws.com")

    def bucket_host(self, bucket: str) -> Host:
        return self._host(f"{bucket}.s3.{self.region}.amazonaws.com", path=f"/{bucket}")

    def _host(self, name: str, *, path: str = "") -> Host:
        found = _address(self.endpoint)
        if found is None:
            return Host(name, HTTPS_PORT, name, is_encrypted=True)
        scheme, address, port = found.groups()
        return Host(address, int(port), f"{address}:{port}", scheme == "https", path)


def read(environ: Mapping[str, str]) -> Surroundings | None:
    """None where boto3 has to make the calls."""
    access_key, secret_key = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    region, endpoint = environ.get("AWS_DEFAULT_REGION", ""), environ.get("AWS_ENDPOINT_URL") or None
    if not access_key or not secret_key or "AWS_LAMBDA_FUNCTION_NAME" not in environ:
        return None
    if any(environ.get(name, NOTHING) not in ("", NOTHING) for name in OF_BOTO3):
        return None
    if not _is_known(region) or (endpoint is not None and _address(endpoint) is None):
        return None
    credentials = Credentials(access_key, secret_key, environ.get("AWS_SESSION_TOKEN") or None)
    return Surroundings(credentials, region, endpoint, environ.get("AWS_CA_BUNDLE") or None)


def trace(environ: Mapping[str, str]) -> str | None:
    """X-Ray's ID of the request that Lambda is answering, which a call of AWS passes on."""
    return environ.get("_X_AMZN_TRACE_ID") or None


def _is_known(region: str) -> bool:
    continent, *others = region.split("-")
    return continent in CONTINENTS and len(others) == 2 and others[0].isalpha() and others[1].isdecimal()


def _address(endpoint: str | None) -> re.Match[str] | None:
    """Of an endpoint that stands in for AWS. By a name, the bucket would be a part of the name."""
    return re.fullmatch(r"(https?)://([0-9]{1,3}(?:\.[0-9]{1,3}){3}):([0-9]{1,5})/?", endpoint) if endpoint else None
