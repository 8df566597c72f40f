"""An account as listings show it: clients that answer from a table, for what only reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jmespath  # type: ignore[import-untyped]
from botocore.exceptions import ClientError

from chalicelib.names import Names


class Pages:
    """A paginator, and what it yields."""

    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self._pages = pages

    def paginate(self, **_given: Any) -> Pages:
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._pages)

    def search(self, expression: str) -> Iterator[Any]:
        for page in self._pages:
            yield from jmespath.search(expression, page) or []


class FakeClient:
    """One service. `pages` are the listings by operation, `known` what is found by name by any other operation."""

    def __init__(
        self, *, pages: dict[str, list[dict[str, Any]]] | None = None, known: dict[str, Any] | None = None
    ) -> None:
        self._pages = pages or {}
        self._known = known or {}

    def get_paginator(self, operation: str) -> Pages:
        return Pages(self._pages.get(operation, []))

    def __getattr__(self, operation: str) -> Any:
        def call(**given: str) -> Any:
            (name,) = given.values()
            if name not in self._known:
                raise ClientError({"Error": {"Code": "NotFoundException", "Message": f"no {name}"}}, operation)
            return self._known[name]

        return call


class FakeAccount:
    """The clients of an account; a service that is not named has nothing."""

    def __init__(self, **clients: FakeClient) -> None:
        self._clients = clients

    def __call__(self, service: str) -> FakeClient:
        return self._clients.get(service) or FakeClient()


def holding_bucket_and_role(names: Names) -> FakeAccount:
    """Of an account that has of the stage its bucket, which is data, and a role, which is none."""
    return FakeAccount(
        s3=FakeClient(pages={"list_buckets": [{"Buckets": [{"Name": names.bucket}]}]}),
        iam=FakeClient(pages={"list_roles": [{"Roles": [{"RoleName": f"{names.stack}-nightly"}]}]}),
    )


def calling(function: str) -> dict[str, Any]:
    """A page of an API's resources, as GetResources embeds their methods: one has an integration, one has none."""
    arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{function}"
    uri = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    get = {"httpMethod": "GET", "methodIntegration": {"uri": uri}}
    return {"items": [{"path": "/"}, {"path": "/health", "resourceMethods": {"OPTIONS": {}, "GET": get}}]}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "any")
