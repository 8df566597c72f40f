"""Sets what Chalice does not: how long the app's logs are kept, where failures of the night go, how much it takes.

These settings belong to functions and an API that the stacks do not know, and a bare `chalice delete` removes them.
So plain calls set them at every deployment, which repairs them; a stack would think them unchanged and skip them. The
API's alarm needs nothing but names, and is in the main stack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code
from chalicelib.names import APP, alerts_topic
from chalicelib.settings.stage import StageSettings
from workflows.deploying.progress import Patience, Report, Step, refusals

if TYPE_CHECKING:
    from types_boto3_apigateway import APIGatewayClient
    from types_boto3_lambda import LambdaClient

PHASE = "attach"
NIGHTLY = "nightly"
ROLE_SETTLES = Patience(deadline_seconds=60, first_pause_seconds=1)
"""How long Lambda may not know what a new role permits: IAM's answers are eventually consistent."""
EVERY_METHOD = "*/*"
"""API Gateway's key for the settings of all methods of a stage."""


def keep_logs(
    client: Any,
    functions: Sequence[str],
    *,
    retention_days: int,
    tags: Mapping[str, str],
    report: Report,
) -> None:
    """Give every function its log group before its first call: Lambda makes one that is kept, and paid for, forever.

    `functions` are AWS's names. A group that is there already, because Chalice was faster, is put right.
    """
    for function in functions:
        keep_group(client, f"/aws/lambda/{function}", retention_days=retention_days, tags=tags)
    report(Step(PHASE, f"logs of the app are kept {retention_days} days", ""))


def keep_group(client: Any, group: str, *, retention_days: int, tags: Mapping[str, str]) -> None:
    """A log group that ends, whether it is there already or not."""
    with refusals(f"setting up log group {group}"):
        try:
            client.create_log_group(logGroupName=group, tags=dict(tags))
        except client.exceptions.ResourceAlreadyExistsException:
            _tag(client, group, tags)
        client.put_retention_policy(logGroupName=group, retentionInDays=retention_days)


def alert_of_failed_nights(
    client: LambdaClient, *, stage: str, report: Report, patience: Patience = ROLE_SETTLES
) -> None:
    """EventBridge calls the nightly function asynchronously: when its retries fail too, the topic gets the event.

    Lambda asks whether the function's role may publish there, and at the first deployment the role is a moment old.
    """
    function = f"{APP}-{stage}-{NIGHTLY}"
    with refusals(f"setting the failure destination of {function}"):
        arn = client.get_function_configuration(FunctionName=function)["FunctionArn"]
        partition, region, account = arn.split(":")[1], arn.split(":")[3], arn.split(":")[4]
        topic = f"arn:{partition}:sns:{region}:{account}:{alerts_topic(stage)}"
        patience.insist(
            lambda: client.put_function_event_invoke_config(
                FunctionName=function, DestinationConfig={"OnFailure": {"Destination": topic}}
            ),
            while_refused=_is_of_the_role,
        )
    report(Step(PHASE, f"failures of {function} go to {alerts_topic(stage)}", ""))


def _is_of_the_role(refusal: ClientError) -> bool:
    return code(refusal) == "InvalidParameterValueException" and "role" in str(refusal)


def throttle(client: APIGatewayClient, *, api_id: str, stage: str, settings: StageSettings, report: Report) -> None:
    """Set how many requests the stage takes: some routes ask for no token, and every request costs.

    Without it a stage takes 10,000 a second. Chalice's next deployment leaves it as it is.
    """
    limits = {"rateLimit": settings.requests_per_second, "burstLimit": settings.burst}
    with refusals(f"throttling REST API {api_id}"):
        client.update_stage(
            restApiId=api_id,
            stageName=stage,
            patchOperations=[
                {"op": "replace", "path": f"/{EVERY_METHOD}/throttling/{limit}", "value": str(value)}
                for limit, value in limits.items()
            ],
        )
    report(Step(PHASE, f"the API takes {settings.requests_per_second} requests a second", ""))


def _tag(client: Any, group: str, tags: Mapping[str, str]) -> None:
    found = client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    arn = next(each["arn"] for each in found if each["logGroupName"] == group)
    client.tag_resource(resourceArn=arn.removesuffix(":*"), tags=dict(tags))
