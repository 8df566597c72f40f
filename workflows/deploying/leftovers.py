"""Lists what an account holds of a stage, by name and by tag: what `destroy` removes, and what it left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.names import APP, Names
from workflows.deploying.asking import Clients
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources
from workflows.deploying.progress import refusals


@dataclass(frozen=True, order=True)
class Leftover:
    """A resource of the stage that still exists."""

    kind: str
    name: str
    is_billable: bool
    """Whether it costs something, by lying there or by being used."""
    is_data: bool = False
    """Whether `destroy --keep-data` leaves it."""


@dataclass(frozen=True)
class Look:
    """One listing of one service."""

    kind: str
    service: str
    operation: str
    names: str
    """Where the names are in a page of the answer, in JMESPath."""
    is_billable: bool
    given: Mapping[str, Any] = field(default_factory=dict)


STACK = Look(
    # DescribeStacks, asked for no stack by name, needs a permission on every stack of the account.
    *("stack", "cloudformation", "list_stacks"),
    "StackSummaries[?StackStatus!='DELETE_COMPLETE'].StackName",
    False,
)
LOG_GROUP = Look("log group", "logs", "describe_log_groups", "logGroups[].logGroupName", True)
BUCKET = Look("bucket", "s3", "list_buckets", "Buckets[].Name", True)
PARAMETER = Look("parameter", "ssm", "describe_parameters", "Parameters[].Name", False)
TOPIC = Look("topic", "sns", "list_topics", "Topics[].TopicArn", False)
LOOKS = (
    STACK,
    BUCKET,
    PARAMETER,
    TOPIC,
    Look("state machine", "stepfunctions", "list_state_machines", "stateMachines[].name", True),
    Look("function", "lambda", "list_functions", "Functions[].FunctionName", True),
    Look(
        "function version",
        "lambda",
        "list_functions",
        "Functions[?Version!='$LATEST'].join(':', [FunctionName, Version])",
        True,
        {"FunctionVersion": "ALL"},
    ),
    Look("layer", "lambda", "list_layers", "Layers[].LayerName", False),
    Look("rule", "events", "list_rules", "Rules[].Name", True),
    Look("alarm", "cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName", True),
    LOG_GROUP,
    Look("role", "iam", "list_roles", "Roles[].RoleName", False),
)
DATA_KINDS = {BUCKET.kind, PARAMETER.kind, TOPIC.kind}


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """Looks into the account that the clients belong to. Raises DeploymentFailed for what AWS refuses."""

    names: Names
    clients: Clients
    app: ChaliceResources

    def everything(self) -> list[Leftover]:
        """All that there is of the stage, sorted by kind and name."""
        found = [each for look in LOOKS for each in self.of(look)]
        found += [Leftover("REST API", api_id, is_billable=True) for api_id in self.app.apis()]
        return sorted([*found, *self._tagged()])

    def of(self, look: Look) -> Iterator[Leftover]:
        for name in self._list(look.service, look.operation, look.names, look.given):
            if self._is_ours(name):
                is_data = look.kind in DATA_KINDS or name == self.names.data_stack
                yield Leftover(look.kind, name, is_billable=look.is_billable, is_data=is_data)

    def _tagged(self) -> Iterator[Leftover]:
        """What has the stage's tags and not its name. For what has the name, its own service knows better: this one
        still lists for a while what is gone."""
        tags = {f"{APP}:app": APP, f"{APP}:stage": self.names.stage}
        filters = {"TagFilters": [{"Key": key, "Values": [value]} for key, value in tags.items()]}
        arns = "ResourceTagMappingList[].ResourceARN"
        for arn in self._list("resourcegroupstaggingapi", "get_resources", arns, filters):
            if not self._is_ours(arn):
                yield Leftover("tagged resource", arn, is_billable=True)

    def _list(self, service: str, operation: str, names: str, given: Mapping[str, Any]) -> Iterator[str]:
        with refusals(f"listing with {operation} of {service}"):
            yield from self.clients(service).get_paginator(operation).paginate(**given).search(names)

    def _is_ours(self, name: str) -> bool:
        return is_of_stage(name, stage=self.names.stage)


def is_of_stage(name: str, *, stage: str) -> bool:
    """Whether a name, or an ARN, is one of the stage's; a stage's name has no hyphen, so no other's begins as this.

    >>> [is_of_stage(name, stage="prod") for name in ("nightswap-prod", "/aws/lambda/nightswap-prod-train")]
    [True, True]
    >>> [is_of_stage(name, stage="prod") for name in ("nightswap-prod2", "nightswap-production-train", "prod")]
    [False, False, False]
    >>> is_of_stage("/nightswap/prod/tokens", stage="prod")
    True
    """
    return re.search(rf"(^|[/:]){APP}([-/]){stage}($|[-/:])", name) is not None
