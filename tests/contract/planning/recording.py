"""Stands in front of the local AWS, hands every call on, and notes what IAM would have been asked."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session

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
SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
DROPPED = {"host", "connection", "transfer-encoding", "content-length"}


@dataclass(frozen=True, order=True)
class Asked:
    """A permission that a call needs, and the resource where its address names it: else ""."""

    action: str
    resource: str


@dataclass
class Recording:
    endpoint: str
    asked: set[Asked] = field(default_factory=set)


@contextmanager
def recording(target: str) -> Iterator[Recording]:
    """A recorder in front of the local AWS at `target`, on a free port."""
    host = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.asked.add(permission(self.command, self.path, dict(self.headers.items()), body))
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

        def __getattr__(self, name: str) -> Any:
            """`do_GET`, `do_PUT` and all others are answered alike."""
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            """Nothing of it is for the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Recording(endpoint=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def permission(method: str, address: str, headers: dict[str, str], body: bytes) -> Asked:
    """What IAM is asked about a request."""
    signed = SIGNED_FOR.search(headers.get("Authorization", ""))
    assert signed, f"{method} {address} is not signed: the recorder cannot tell its service"
    scope = signed[1]
    url = urlsplit(address)
    if scope == "apigateway":
        return Asked(f"apigateway:{method}", f"arn:aws:apigateway:us-east-1::{unquote(url.path)}")
    action = f"{PREFIXES.get(scope, scope)}:{_operation(scope, method, address, headers, body)}"
    several = "/*" if action == "s3:DeleteObjects" else ""
    return Asked(RENAMED.get(action, action), _resource(scope, unquote(url.path)) + several)


def _operation(scope: str, method: str, address: str, headers: dict[str, str], body: bytes) -> str:
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
        called = model.operation_model(name).http
        pattern, _, query = called["requestUri"].partition("?")
        if called["method"] == method and set(_keys(query)) <= given and _fits(pattern, path):
            fitting.append((-len(_keys(query)), -len(re.sub(r"\{[^}]+\}", "", pattern)), name))
    assert fitting, f"no operation of {service} is {method} {path} {given}"
    return min(fitting)[2]


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


def _resource(scope: str, path: str) -> str:
    if scope == "s3" and path.strip("/"):
        return f"arn:aws:s3:::{path.strip('/')}"
    found = re.search(r"/functions/([^/]+)", path)
    if scope == "lambda" and found:
        name = found[1].rpartition(":function:")[2]
        return f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    return ""
