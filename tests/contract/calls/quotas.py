"""How often AWS answers an account in a region, by what is asked.

Those of Step Functions, SNS, EventBridge and CloudWatch were held against copies of AWS's pages in November 2026. AWS
may raise them: an account's own are in Service Quotas.
"""

from __future__ import annotations

from dataclasses import dataclass

LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
STATES = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html"
CLOUDWATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"
SNS = "https://docs.aws.amazon.com/general/latest/gr/sns.html"
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html"
SSM = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html"
GATEWAY = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
FORMATION = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"


@dataclass(frozen=True)
class Plane:
    """Operations that share a quota. `operations` are `service:Operation`, a whole service without a colon."""

    name: str
    operations: tuple[str, ...]
    quota: str
    source: str
    is_control: bool = True
    asked_by: str = ""
    """Who, where it is neither a request nor a run."""


PLANES = (
    Plane("Lambda, Invoke", ("lambda:Invoke",), "ten times the concurrent executions, 10 or 1,000", LAMBDA, False),
    Plane("Lambda, GetFunction", ("lambda:GetFunction",), "100 a second", LAMBDA, asked_by="plan, deploy"),
    Plane("Lambda, GetPolicy", ("lambda:GetPolicy",), "15 a second", LAMBDA, asked_by="plan, deploy"),
    Plane("Lambda, all else together", ("lambda",), "15 a second, fixed", LAMBDA),
    Plane("S3, objects", ("s3",), "5,500 reads and 3,500 writes a second and prefix", S3, False),
    Plane(
        "Step Functions, StartExecution",
        ("stepfunctions:StartExecution",),
        "a bucket of 800 that 150 a second refill; 1,300 and 300 in us-east-1, us-west-2 and eu-west-1",
        STATES,
        False,
    ),
    Plane(
        "Step Functions, DescribeExecution",
        ("stepfunctions:DescribeExecution",),
        "a bucket of 250 that 10 a second refill; 300 and 15 in us-east-1, us-west-2 and eu-west-1",
        STATES,
    ),
    Plane(
        "Step Functions, StopExecution",
        ("stepfunctions:StopExecution",),
        "a bucket of 500 that 25 a second refill; 1,000 and 200 in us-east-1, us-west-2 and eu-west-1",
        STATES,
    ),
    Plane(
        "Step Functions, ListExecutions",
        ("stepfunctions:ListExecutions",),
        "a bucket of 100 that 2 a second refill; 200 and 5 in us-east-1, us-west-2 and eu-west-1",
        STATES,
    ),
    Plane("SNS, Publish", ("sns:Publish",), "300 a second and more, by region", SNS, False),
    Plane("EventBridge, PutEvents", ("events:PutEvents",), "400 a second and more, by region", EVENTS, False),
    Plane(
        "CloudWatch, GetMetricData",
        ("cloudwatch:GetMetricData",),
        "500 a second; 180,000 points a second, 90,000 of what began more than three hours ago, found or not",
        CLOUDWATCH,
        asked_by="each look at a rollout, twice for each day",
    ),
    Plane(
        "CloudWatch Logs, StartQuery",
        ("logs:StartQuery", "logs:GetQueryResults"),
        "30 queries at once",
        LOGS,
        asked_by="each look at a rollout, once for each day",
    ),
    Plane("Systems Manager, GetParameter", ("ssm",), "40 a second", SSM, asked_by="deploy, once"),
    Plane(
        "API Gateway, to manage an API",
        ("apigateway",),
        "10 a second together, 40 at once; GetResources 5 in two seconds, CreateDeployment one in five",
        GATEWAY,
        asked_by="plan, deploy, destroy",
    ),
    Plane(
        "CloudFormation",
        ("cloudformation",),
        "none is published; looks at a stack begin at 0.02 s and grow to 3 s apart",
        FORMATION,
        asked_by="plan, deploy, destroy",
    ),
)


def plane_of(operation: str) -> Plane:
    """The narrowest plane of an operation; raises LookupError for one that no quota is known of."""
    for key in (operation, operation.partition(":")[0]):
        for plane in PLANES:
            if key in plane.operations:
                return plane
    raise LookupError(f"no quota is known of {operation}: find it in AWS's documentation, and write it down here")
