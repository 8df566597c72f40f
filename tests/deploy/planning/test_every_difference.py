"""A plan shows every change that a deployment would make; after an empty plan a deployment changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.deploy.planning.conftest import Project
from workflows.planning.plan import Plan

CONFIG = ".chalice/config.json"
Change = Callable[[Project], None]


def variable(name: str, value: str) -> Change:
    """Set a variable of the stage."""

    def change(project: Project) -> None:
        config = json.loads((project.root / CONFIG).read_bytes())
        config["stages"]["local"]["environment_variables"][name] = value
        (project.root / CONFIG).write_text(json.dumps(config))

    return change


def settings(**given: Any) -> Change:
    """Set some of Chalice's own settings for the stage."""

    def change(project: Project) -> None:
        config = json.loads((project.root / CONFIG).read_bytes())
        config["stages"]["local"].update(given)
        (project.root / CONFIG).write_text(json.dumps(config))

    return change


def appended(path: str, text: str = "\n# changed\n") -> Change:
    def change(project: Project) -> None:
        file = project.root / path
        file.write_text(file.read_text() + text)

    return change


def edited(path: str, old: str, new: str) -> Change:
    return lambda project: project.edit(path, old, new)


CHANGES: dict[str, tuple[Change, str]] = {
    "the schedule": (
        variable("NIGHTSWAP_SCHEDULE", "cron(0 4 * * ? *)"),
        'schedule: ["cron(0 3 * * ? *)"] -> ["cron(0 4',
    ),
    "the default model": (variable("NIGHTSWAP_DEFAULT_MODEL", "other"), "NIGHTSWAP_DEFAULT_MODEL"),
    "how long logs are kept": (variable("NIGHTSWAP_LOG_RETENTION_DAYS", "7"), "log retention: 30 -> 7"),
    "who is told": (variable("NIGHTSWAP_ALERT_EMAIL", "ops@example.com"), "AlertsByMail"),
    "the budget of a month": (variable("NIGHTSWAP_MONTHLY_BUDGET_USD", "50"), "AWS::Budgets::Budget"),
    "days of rejection": (variable("NIGHTSWAP_REJECTED_DAYS", "4"), "REJECTED_DAYS"),
    "days of failure": (variable("NIGHTSWAP_FAILING_DAYS", "3"), "FAILING_DAYS"),
    "days until stale": (variable("NIGHTSWAP_STALE_DAYS", "10"), "STALE_DAYS"),
    "the bound of latency": (variable("NIGHTSWAP_LATENCY_MS", "250"), "Threshold: 500 -> 250"),
    "how much the API takes": (variable("NIGHTSWAP_REQUESTS_PER_SECOND", "7"), "requests a second: 50 -> 7"),
    "how much it takes at once": (variable("NIGHTSWAP_BURST", "9"), "burst: 100 -> 9"),
    "the direct lane": (variable("NIGHTSWAP_DIRECT_CONCURRENCY", "5"), "ReservedConcurrentExecutions"),
    "who is kept warm": (variable("NIGHTSWAP_KEEP_WARM_MINUTES", "5"), "nightswap-local, rate(5 minutes)"),
    "the memory that serves": (variable("NIGHTSWAP_SERVING_MEMORY_MB", "1024"), "MemorySize: 512 -> 1024"),
    "the memory of Preprocess": (variable("NIGHTSWAP_PREPROCESS_MEMORY_MB", "2010"), "MemorySize: 1769 -> 2010"),
    "the room in /tmp of Preprocess": (variable("NIGHTSWAP_PREPROCESS_STORAGE_MB", "3010"), "3010"),
    "the time-out of Preprocess": (variable("NIGHTSWAP_PREPROCESS_SECONDS", "710"), "Timeout: 600 -> 710"),
    "the memory of Train": (variable("NIGHTSWAP_TRAIN_MEMORY_MB", "2005"), "MemorySize: 1769 -> 2005"),
    "the room in /tmp of Train": (variable("NIGHTSWAP_TRAIN_STORAGE_MB", "3005"), "3005"),
    "the time-out of Train": (variable("NIGHTSWAP_TRAIN_SECONDS", "705"), "Timeout: 890 -> 705"),
    "the memory of Evaluate": (variable("NIGHTSWAP_EVALUATE_MEMORY_MB", "2008"), "MemorySize: 1769 -> 2008"),
    "the room in /tmp of Evaluate": (variable("NIGHTSWAP_EVALUATE_STORAGE_MB", "3008"), "3008"),
    "the time-out of Evaluate": (variable("NIGHTSWAP_EVALUATE_SECONDS", "708"), "Timeout: 300 -> 708"),
    "the memory of the other tasks": (variable("NIGHTSWAP_TASK_MEMORY_MB", "700"), "MemorySize: 512 -> 700"),
    "the room in /tmp of the other tasks": (variable("NIGHTSWAP_TASK_STORAGE_MB", "3001"), "3001"),
    "the time-out of the other tasks": (variable("NIGHTSWAP_TASK_SECONDS", "701"), "Timeout: 180 -> 701"),
    "how many calls at once": (settings(reserved_concurrency=3), "reserved concurrency"),
    "the network": (
        settings(subnet_ids=["subnet-0123abcd"], security_group_ids=["sg-89ab0123"]),
        "SubnetIds",
    ),
    "what is compressed": (settings(minimum_compression_size=100), "compressed from bytes"),
    "the processor": (variable("NIGHTSWAP_ARCHITECTURE", "arm64"), "Architectures"),
    "the app's runtime": (variable("NIGHTSWAP_APP_RUNTIME", "python3.12"), 'Runtime: "python3.13" -> "python3.12"'),
    "the permissions boundary": (
        variable("NIGHTSWAP_PERMISSIONS_BOUNDARY", "arn:aws:iam::000000000000:policy/bounds"),
        "permissions boundary: none -> ",
    ),
    "the network of training jobs, which no recipe here has": (
        variable("NIGHTSWAP_TRAINING_NETWORK", "subnet-0123abcd sg-0123abcd"),
        "NIGHTSWAP_TRAINING_NETWORK",
    ),
    "the key of training jobs, which no recipe here has": (
        variable("NIGHTSWAP_TRAINING_KEY", "arn:aws:kms:us-east-1:000000000000:key/0a1b2c3d"),
        "NIGHTSWAP_TRAINING_KEY",
    ),
    "the network of endpoints, which no recipe here has": (
        variable("NIGHTSWAP_ENDPOINT_NETWORK", "subnet-0123abcd sg-0123abcd"),
        "NIGHTSWAP_ENDPOINT_NETWORK",
    ),
    "the key of endpoints, which no recipe here has": (
        variable("NIGHTSWAP_ENDPOINT_KEY", "arn:aws:kms:us-east-1:000000000000:key/0a1b2c3d"),
        "NIGHTSWAP_ENDPOINT_KEY",
    ),
    "who lets go live": (variable("NIGHTSWAP_APPROVE", "on"), "NIGHTSWAP_APPROVE"),
    "the image of endpoints": (
        variable("NIGHTSWAP_ENDPOINT_IMAGE", "000000000000.dkr.ecr.us-east-1.amazonaws.com/nightswap:7"),
        "NIGHTSWAP_ENDPOINT_IMAGE",
    ),
    "tracing": (variable("NIGHTSWAP_XRAY", "on"), "TracingConfig"),
    "a variable of the user's own": (variable("OURS", "1"), "variable OURS: none -> "),
    "the app's memory": (settings(lambda_memory_size=256), "MemorySize: 512 -> 256"),
    "the app's time-out": (settings(lambda_timeout=20), "Timeout: 28 -> 20"),
    "a tag": (
        settings(tags={"nightswap:app": "nightswap", "nightswap:stage": "local", "team": "a"}),
        "tag team: none -> ",
    ),
    "a permission of the app": (
        edited(".chalice/policy-local-nightly.json", '"states:StartExecution"', '"states:StartExecution", "s3:GetX"'),
        "s3:GetX",
    ),
    "the app's code": (appended("app.py"), "code app.py"),
    "the core's code": (appended("chalicelib/api/health.py"), "code chalicelib/api/health.py"),
    "a new file of the core": (appended("chalicelib/digests.py", "\n"), "code chalicelib/digests.py"),
    "a route": (
        edited("app.py", '@app.route("/health")', '@app.route("/well")\n@app.route("/health")'),
        "GET /well: none -> ",
    ),
    "a task": (appended("lambdas/train.py"), "Code.S3Key"),
    "a recipe": (appended("lambdas/recipes/kdd99_http.py"), "Code.S3Key"),
    "what serves": (appended("lambdas/serve/scorecard.py"), "SERVING_SHA256"),
    "the state machine": (
        edited("workflows/definitions/golden/retrain.asl.json", "Retrain a model, judge it", "Retrain it, judge it"),
        "Retrain it, judge it",
    ),
}


def said(plan: Plan) -> str:
    return json.dumps(plan.to_document(), default=str).replace("\\", "")


def test_plan_shows_every_change_and_after_its_deployment_there_is_nothing_more_to_change(project: Project) -> None:
    project.deploy()
    assert project.plan().changes_nothing
    for change, _ in CHANGES.values():
        change(project)

    before = said(project.plan())
    project.deploy()
    after = project.plan()

    assert [name for name, (_, words) in CHANGES.items() if words not in before] == []
    assert after.changes_nothing, said(after)
