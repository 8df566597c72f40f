"""The texts, choices and numbers that a stage can be set to, as AWS takes them."""

from __future__ import annotations

from chalicelib.limits import SERVING_MB_MAX, SERVING_MB_MIN
from chalicelib.values import Pattern

RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Days that CloudWatch keeps a log.
Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
ALARM_DAYS = range(1, 8)
"""An alarm looks back at most seven days.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, "Period"."""
STALE_DAYS = range(1, 366)
BUDGET_USD = range(1_000_001)
MEMORY_MB, TASK_MB = range(SERVING_MB_MIN, SERVING_MB_MAX + 1), range(512, 10_241)
"""Of a serving function's memory, and of a task's memory and /tmp. A new account grants 3,008 MB of memory.
Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
TASK_SECONDS = range(120, 891)
"""Long enough for a call of AWS with its repetitions, and shorter than the state waits, which is as long as Lambda
lets a function run: 900 s."""
OTHER_TASK_SECONDS = range(180, TASK_SECONDS.stop)
"""Of the tasks that hold no rows: long enough for VersionModel to wait until a version is active, too."""
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = Pattern(rf"((?=.{{1,64}}@)(?=.{{3,254}}$){ATOM}(\.{ATOM})*@({LABEL}\.)+{LABEL})?")
SUBNET = "subnet-"
NETWORK = Pattern(r"(subnet-[0-9a-f]{8,17}( subnet-[0-9a-f]{8,17}){0,15}( sg-[0-9a-f]{8,17}){1,5})?")
"""Of training jobs: SageMaker takes 16 subnets and 5 security groups.
Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html"""
KEY_ARN = Pattern(r"(arn:aws[a-z-]{0,10}:kms:[a-z0-9-]{1,30}:[0-9]{12}:key/[A-Za-z0-9-]{1,128})?")
POLICY_ARN = Pattern(r"(arn:aws:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]{1,512})?")
ECR_IMAGE = Pattern(
    r"([0-9]{12}\.dkr\.ecr\.[a-z0-9-]{5,25}\.amazonaws\.com/[a-z0-9][a-z0-9._/-]{1,255}"
    r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64}))?"
)
"""They and an address may be nothing."""
