"""Stands in front of the local AWS, passes every call on, and records what IAM would have been asked."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session
from botocore.model import OperationModel

from tests.deploy.planning.asked_on import Asked, asked
from tests.given import http_servers

SERVICES = {"states": "stepfunctions", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
"""botocore's names, where requests are signed with another one."""
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
"""IAM's, where requests are signed with another one."""
RENAMED = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CopyObject": "s3:PutObject",
    "lambda:Invoke": "lambda:InvokeFunction",
}
"""The permissions of operations that are not called as they are. Source: AWS's Service Authorization Reference."""
OF_A_VERSION = {"s3:GetObject": "s3:GetObjectVersion", "s3:DeleteObject": "s3:DeleteObjectVersion"}
FREE = {"sts:GetCallerIdentity"}
"""Needs no permission. Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
DROPPED = {"host", "connection", "transfer-encoding", "content-length"}


@dataclass
class Recording:
    endpoint: str
    asked: set[Asked] = field(default_factory=set)


@contextmanager
def recording(target: str) -> Iterator[Recording]:
    """A recorder in front of the local AWS at `target`, on a free port."""
    host = urlsplit(target).netloc

    class Handler(http_servers.EveryMethod):
        def answer(self) -> None:
            body = self.body()
            made.asked.update(permissions(self.command, self.path, dict(self.headers.items()), body))
            onward = http.client.HTTPConnection(host, timeout=60)
            onward.request(self.command, self.path, body, dict(self.headers.items()))
            answered = onward.getresponse()
            content = answered.read()
            self.send_response(answered.status)
            for name, value in answered.getheaders():
                if name.lower() not in DROPPED:
                    self.send_header(name, value)
            length = answered.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            onward.close()

    made = Recording(endpoint="")
    with http_servers.listening(Handler) as made.endpoint:
        yield made


def permissions(method: str, address: str, headers: Mapping[str, str], body: bytes) -> list[Asked]:
    """What IAM is asked about a request."""
    signed = SIGNED_FOR.search(headers.get("Authorization", ""))
    assert signed, f"{method} {address} is not signed: the recorder cannot tell its service"
    scope = signed[1]
    url = urlsplit(address)
    path, query = unquote(url.path), parse_qs(url.query)
    if scope == "apigateway":
        return [Asked(f"apigateway:{method}", f"arn:aws:apigateway:us-east-1::{path}")]
    called = f"{PREFIXES.get(scope, scope)}:{_operation(scope, method, address, headers, body)}"
    if called in FREE:
        return []
    if scope == "s3":
        return _asked_of_s3(called, path, query, headers)
    return list(asked(RENAMED.get(called, called), _arn_in(scope, path, query), _request(headers, body)))


def _asked_of_s3(called: str, path: str, query: Mapping[str, list[str]], headers: Mapping[str, str]) -> list[Asked]:
    action = OF_A_VERSION.get(called, called) if "versionId" in query else called
    resource = f"arn:aws:s3:::{path.strip('/')}" if path.strip("/") else "*"
    found = [Asked(RENAMED.get(action, action), resource + ("/*" if called == "s3:DeleteObjects" else ""))]
    if called == "s3:DeleteObjects":
        found.append(Asked("s3:DeleteObjectVersion", f"{resource}/*"))
    if source := headers.get("x-amz-copy-source"):
        found.append(Asked("s3:GetObject", f"arn:aws:s3:::{unquote(source).strip('/')}"))
    return found


def _request(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The members of a request in JSON or as a form; a list in a form has its first level alone."""
    if "json" in headers.get("Content-Type", "") or body[:1] == b"{":
        given: dict[str, Any] = json.loads(body or b"{}")
        return given
    found: dict[str, Any] = {}
    for name, (value,) in parse_qs(body.decode(errors="replace")).items():
        member, _, rest = name.partition(".member.")
        if rest:
            found.setdefault(member, []).append(value)
        else:
            found[member] = value
    return found


def _operation(scope: str, method: str, address: str, headers: Mapping[str, str], body: bytes) -> str:
    url = urlsplit(address)
    if target := headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    if "/operation/" in url.path:
        return url.path.rpartition("/")[2]
    if form := parse_qs(body.decode(errors="replace")).get("Action"):
        return form[0]
    return _rest_operation(SERVICES.get(scope, scope), method, unquote(url.path), set(_keys(url.query)))


def _rest_operation(service: str, method: str, path: str, given: set[str]) -> str:
    """The operation whose address fits best: the most of its query, then of its path, then by name."""
    model = botocore.session.get_session().get_service_model(service)
    fitting = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        pattern, _, query = operation.http["requestUri"].partition("?")
        needed = {*_keys(query), *_required(operation)}
        if operation.http["method"] == method and needed <= given and _fits(pattern, path):
            fitting.append((-len(_keys(query)), -len(re.sub(r"\{[^}]+\}", "", pattern)), name))
    assert fitting, f"no operation of {service} is {method} {path} {given}"
    return min(fitting)[2]


def _required(operation: OperationModel) -> list[str]:
    """The parameters without which the operation is not meant."""
    shape = operation.input_shape
    members = [shape.members[name] for name in shape.required_members] if shape else []
    return [each.serialization["name"] for each in members if each.serialization.get("location") == "querystring"]


def _keys(query: str) -> list[str]:
    """The parameters with their value, where a service's model fixes one: `list-type=2`."""
    found = [each for each in query.split("&") if each]
    return [each if each == "list-type=2" else each.partition("=")[0] for each in found]


def _fits(pattern: str, path: str) -> bool:
    parts = re.split(r"(\{[^}]+\})", pattern)
    written = "".join(_part(part) for part in parts)
    return re.fullmatch(written.rstrip("/") + "/?", path) is not None


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return ".+" if part.endswith("+}") else "[^/]+"


def _arn_in(scope: str, path: str, query: Mapping[str, list[str]]) -> str:
    """The ARN that a path of Lambda's names, with the version or the alias that the call is about; else ""."""
    if scope != "lambda":
        return ""
    if tagged := re.search(r"/tags/(arn:.*)", path):
        return tagged[1]
    found = re.search(r"/functions/([^/]+)(?:/aliases/([^/]+))?", path)
    if not found:
        return ""
    name = found[1].rpartition(":function:")[2]
    qualifier = query.get("Qualifier", [""])[0]
    return f"arn:aws:lambda:us-east-1:000000000000:function:{name}" + (f":{qualifier}" if qualifier else "")
