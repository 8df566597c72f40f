"""Sets up the access log: a line for each request of the API, whether a route, the authorizer or API Gateway answers
it.

API Gateway writes it under a role that an account has once for each region, and all its APIs share. To set that role
would change it for others, and to remove it with the stage would take it from them. So the stage gets its access log
where the role exists; where it does not, the deployment says how to make one. Source:
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.names import Names
from workflows.deploying.chalice_app.attach import PHASE, keep_group
from workflows.deploying.progress import Report, Step, refusals

if TYPE_CHECKING:
    from types_boto3_apigateway import APIGatewayClient

FIELDS = {
    "request": "requestId",
    "at": "requestTime",
    "method": "httpMethod",
    "route": "resourcePath",
    "status": "status",
    "token": "authorizer.principalId",
    "from": "identity.sourceIp",
    "bytes": "responseLength",
    "milliseconds": "responseLatency",
    "function_request": "integration.requestId",
    "refusal": "error.responseType",
}
"""What of a request is written, by API Gateway's `$context`. A token is its name. Neither the path as it was sent,
nor its query, nor a header, nor a body is among them: anybody may put a secret there.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html"""
FORMAT = json.dumps({name: f"$context.{variable}" for name, variable in FIELDS.items()})
WAY_OUT = (
    "the API has no access log: API Gateway has no role to write logs with, which all APIs of the account share in"
    " {region}. Make one that apigateway.amazonaws.com may assume, with AWS's policy"
    " AmazonAPIGatewayPushToCloudWatchLogs; then"
    " aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=ROLE_ARN,"
    " and deploy again"
)


def is_possible(client: APIGatewayClient) -> bool:
    """Whether the account has the role."""
    with refusals("asking for API Gateway's role of the account"):
        return bool(client.get_account().get("cloudwatchRoleArn"))


def set_up(
    gateway: APIGatewayClient,
    logs: Any,
    *,
    names: Names,
    api_id: str,
    retention_days: int,
    tags: Mapping[str, str],
    report: Report,
) -> bool:
    """Have the stage write it, where that is possible; says whether it is. Chalice's next deployment leaves it so."""
    if not is_possible(gateway):
        return False
    keep_group(logs, names.access_log, retention_days=retention_days, tags=tags)
    settings = {"destinationArn": names.access_log_arn, "format": FORMAT}
    with refusals(f"setting the access log of REST API {api_id}"):
        gateway.update_stage(
            restApiId=api_id,
            stageName=names.stage,
            patchOperations=[
                {"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
                for name, value in settings.items()
            ],
        )
    report(Step(PHASE, f"requests are logged in {names.access_log}", ""))
    return True


def values(settings: Mapping[str, Any], *, retention_days: int | None) -> dict[str, Any]:
    """For a plan: `settings` are a stage's accessLogSettings, empty where it writes none.

    >>> values({}, retention_days=None)
    {}
    """
    group = settings.get("destinationArn", "").rpartition(":log-group:")[2]
    return {
        **({"access log": group, "access log format": settings["format"]} if group else {}),
        **({"access log retention": retention_days} if retention_days else {}),
    }
