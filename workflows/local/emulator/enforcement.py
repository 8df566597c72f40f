"""Enforces permissions: the account or a role signs every call, and a role may do what its policies permit.

The emulator does that when asked. This module adds AWS's view of a call where the emulator's differs: which action
reading an alias is, that a qualifier belongs to a function's ARN, that a conditional write says so, and that the
address of all services stands for AWS's TLS endpoints. The emulator does not enforce what it does not know: the state
machine's role, and the permissions on functions that let other services call them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

App = Callable[..., Awaitable[None]]

TLS = (b"x-forwarded-proto", b"https")
"""What the emulator takes `aws:SecureTransport` from; AWS's own gateway adds it too."""

ALIAS_ACTIONS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}
CONDITIONAL = {"if-match": "s3:if-match", "if-none-match": "s3:if-none-match"}
WRITES = ("s3:PutObject", "s3:DeleteObject")


def install() -> None:
    from ministack.core import iam_actions

    action, resource, context = (
        iam_actions._lambda_action,
        iam_actions.extract_resource_arn,
        iam_actions.s3_service_context,
    )

    def lambda_action(method: str, path: str) -> str | None:
        return alias_action(method, path) or action(method, path)

    def resource_arn(service: str, method: str, path: str, headers: Any, body: Any, query: Any, *where: str) -> str:
        arn: str = resource(service, method, path, headers, body, query, *where)
        return qualified(arn, query) if service == "lambda" else arn

    def s3_context(called: str, query: Any, path: str = "", headers: Any = None) -> dict[str, Any]:
        return {**context(called, query, path, headers), **conditions(called, headers or {})}

    iam_actions._lambda_action = lambda_action
    iam_actions.extract_resource_arn = resource_arn
    iam_actions.s3_service_context = s3_context


def alias_action(method: str, path: str) -> str | None:
    """The action of a call about one alias, None for every other call; the emulator takes it for one about all.

    >>> alias_action("GET", "/2015-03-31/functions/serve/aliases/live")
    'GetAlias'
    >>> alias_action("GET", "/2015-03-31/functions/serve/aliases") is None
    True
    """
    *_, collection, _name = ["", "", *path.strip("/").split("/")]
    return ALIAS_ACTIONS.get(method) if collection == "aliases" else None


def qualified(arn: str, query: Mapping[str, Any]) -> str:
    """The ARN of what a call is about: of a version or an alias, if the call names one.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html, "Function resources".

    >>> qualified("arn:aws:lambda:us-east-1:000000000000:function:serve", {"Qualifier": ["live"]})
    'arn:aws:lambda:us-east-1:000000000000:function:serve:live'
    """
    given = query.get("Qualifier")
    qualifier = given[0] if isinstance(given, list) else given
    return f"{arn}:{unquote(qualifier)}" if qualifier and arn.count(":") == 6 else arn


def conditions(called: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The condition keys of a conditional write or delete.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html

    >>> conditions("s3:PutObject", {"if-none-match": "*", "host": "s3"})
    {'s3:if-none-match': '*'}
    """
    if called not in WRITES:
        return {}
    return {key: headers[name] for name, key in CONDITIONAL.items() if name in headers}


def over_tls(app: App) -> App:
    """`app` where a request that does not say how it came is one over TLS."""

    async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not any(name == TLS[0] for name, _ in scope["headers"]):
            scope = {**scope, "headers": [*scope["headers"], TLS]}
        await app(scope, receive, send)

    return serve
