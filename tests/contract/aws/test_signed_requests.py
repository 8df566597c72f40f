"""Our own requests of GET /predict beside those that botocore makes of the same calls, and its certificates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.credentials import Credentials as TheirCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.patience import PROMPT
from chalicelib.aws.signed import certificates, signature, surroundings
from chalicelib.aws.signed.client import SignedClient
from chalicelib.aws.signed.surroundings import Credentials, Surroundings
from chalicelib.digests import sha256

BUCKET = "nightswap-prod-123456789012-eu-west-1"
KEY = "tokens/0a b+ü~.json"
FUNCTION = "nightswap-prod-serve-kdd99-http"
ENDPOINT = "nightswap-prod-kdd99-http-7"
KIND = "application/vnd.nightswap.event+json"
ENVIRON = {
    "AWS_LAMBDA_FUNCTION_NAME": "nightswap-prod",
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "a/session+token==",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
}
OF_BOTOCORE_ALONE = {
    *("accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-checksum-mode", "content-type"),
    *("content-length", "x-amz-user-agent"),
}
"""What tells AWS of the client, and asks for a checksum besides TLS's own."""
EACH_TIME = {"authorization", "x-amz-date", "user-agent", "host"}
Call = Callable[[Any], Any]


def theirs(
    service: str, call: Call, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> AWSPreparedRequest:
    """The request that botocore would send."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    sent: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 404, {}, _Raw())  # type: ignore[arg-type]

    client = boto3.client(service)  # type: ignore[call-overload]
    client.meta.events.register("before-send", keep)
    with pytest.raises(botocore.exceptions.ClientError):
        call(client)
    return sent[0]


class _Raw:
    """An answer without a body."""

    def stream(self) -> list[bytes]:
        return []


def ours(
    service: str, method: str, path: str, query: Mapping[str, str], body: bytes | None, environ: Mapping[str, str]
) -> tuple[str, str, dict[str, str], bytes]:
    """Method, address, headers and body of the request that we would send."""
    here = surroundings.read(environ)
    assert here is not None
    hosts = {"lambda": here.lambda_host(), "sagemaker": here.endpoint_host(), "s3": here.bucket_host(BUCKET)}
    host = hosts[service]
    client = SignedClient(
        service, host, surroundings=here, patience=PROMPT, trace=lambda: surroundings.trace(environ)
    )
    kind = KIND if service == "sagemaker" else None
    request = client.request(method, path, signature.query(query), body, kind=kind)
    head, _, sent = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name: value for name, _, value in (line.partition(": ") for line in lines)}
    verb, target, _ = first.split(" ")
    return verb, f"{'https' if host.is_encrypted else 'http'}://{headers['host']}{target}", headers, sent


CALLS: dict[str, tuple[str, Call, str, str, dict[str, str], bytes | None]] = {
    "invoke": (
        "lambda",
        lambda client: client.invoke(FunctionName=FUNCTION, Qualifier="live", Payload=b'{"query": {}}'),
        "POST",
        f"/2015-03-31/functions/{FUNCTION}/invocations",
        {"Qualifier": "live"},
        b'{"query": {}}',
    ),
    "ask": (
        "sagemaker-runtime",
        lambda client: client.invoke_endpoint(EndpointName=ENDPOINT, ContentType=KIND, Body=b'{"warm": true}'),
        "POST",
        f"/endpoints/{ENDPOINT}/invocations",
        {},
        b'{"warm": true}',
    ),
    "find": (
        "s3",
        lambda client: client.get_object(Bucket=BUCKET, Key=KEY),
        "GET",
        f"/{signature.encoded(KEY, also='/')}",
        {},
        None,
    ),
}


@pytest.mark.parametrize("endpoint", [{}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}], ids=["AWS", "local"])
@pytest.mark.parametrize("name", CALLS)
def test_request_is_botocore_s_but_for_what_tells_of_the_client(
    name: str, endpoint: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, call, method, path, query, body = CALLS[name]
    environ = ENVIRON | endpoint

    wanted = theirs(service, call, environ, monkeypatch)
    signed_for = service.removesuffix("-runtime")
    verb, address, headers, sent = ours(signed_for, method, path, query, body, environ)

    assert (verb, address, sent) == (wanted.method, wanted.url, wanted.body or b"")
    their_headers = {key.lower(): _text(value) for key, value in wanted.headers.items()}
    assert headers.keys() - their_headers.keys() <= {"host"}
    assert their_headers.keys() - headers.keys() <= OF_BOTOCORE_ALONE
    assert {key: headers[key] for key in headers.keys() - EACH_TIME} == {
        key: their_headers[key] for key in headers.keys() - EACH_TIME
    }


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40)
VALUE = st.text(st.sampled_from("abcXYZ019 -_.~:;,=/\"'"), max_size=20)
NAMES = st.from_regex(r"\A[a-z][a-z0-9-]{0,15}\Z")


@given(
    service=st.sampled_from(["lambda", "s3"]),
    segments=st.lists(TEXT.filter(lambda text: text not in (".", "..")), min_size=1, max_size=3),
    query=st.dictionaries(TEXT, TEXT, max_size=3),
    headers=st.dictionaries(NAMES.filter(lambda name: name not in ("expect", "user-agent")), VALUE, max_size=3),
    body=st.binary(max_size=50),
    session=st.none() | st.just("a/session+token=="),
)
def test_signature_of_any_request_is_botocore_s(
    service: str,
    segments: list[str],
    query: dict[str, str],
    headers: dict[str, str],
    body: bytes,
    session: str | None,
) -> None:
    host = "host.eu-west-1.amazonaws.com"
    path, asked = "".join(f"/{signature.encoded(each)}" for each in segments), signature.query(query)
    payload = sha256(body)
    signed = {**headers, "host": host, "x-amz-date": "20261127T070000Z"}
    if service == "s3":
        signed["x-amz-content-sha256"] = payload
    if session:
        signed["x-amz-security-token"] = session

    found = signature.authorization(
        *("GET", path, asked, signed, payload),
        credentials=Credentials("AKID", "secret", session),
        region="eu-west-1",
        service=service,
    )

    auth_of = S3SigV4Auth if service == "s3" else SigV4Auth
    auth = auth_of(TheirCredentials("AKID", "secret", session), service, "eu-west-1")
    request = AWSRequest("GET", f"https://{host}{path}{'?' if asked else ''}{asked}", headers=signed, data=body)
    request.context["timestamp"] = "20261127T070000Z"
    theirs = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    assert found.endswith(f"Signature={theirs}")


def test_roots_are_those_that_botocore_trusts_and_all_that_amazon_names() -> None:
    pem = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
    bundle = {*pem.findall(Path(botocore.__file__).with_name("cacert.pem").read_text())}
    ours = pem.findall(Path(certificates.ROOTS).read_text())

    trusted: list[Any] = certificates.trusting(None).get_ca_certs()
    subjects = [dict(part for (part,) in each["subject"]) for each in trusted]
    assert len(ours) == len(subjects)
    assert {*ours} <= bundle
    assert sorted(each["commonName"] for each in subjects) == [
        *(f"Amazon Root CA {number}" for number in (1, 2, 3, 4)),
        "Starfield Services Root Certificate Authority - G2",
    ]


def test_regions_that_we_know_are_those_of_the_partition_aws() -> None:
    session = boto3.Session()
    known = {
        region: partition
        for partition in session.get_available_partitions()
        for service in ("lambda", "s3")
        for region in session.get_available_regions(service, partition_name=partition)
    }

    assert len(known) > 30
    for region, partition in known.items():
        here = surroundings.read({**ENVIRON, "AWS_DEFAULT_REGION": region})
        assert (here is not None) == (partition == "aws"), region


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-2", "ap-southeast-4", "mx-central-1"])
def test_hosts_are_those_of_botocore_s_own_endpoints(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "regional")
    here = Surroundings(Credentials("AKID", "secret"), region)
    environ = {**ENVIRON, "AWS_DEFAULT_REGION": region}

    of_lambda = theirs("lambda", CALLS["invoke"][1], environ, monkeypatch)
    of_s3 = theirs("s3", CALLS["find"][1], environ, monkeypatch)

    assert urlsplit(of_lambda.url).netloc == here.lambda_host().name
    assert urlsplit(of_s3.url).netloc == here.bucket_host(BUCKET).name
