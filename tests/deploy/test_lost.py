"""The next deployment makes again what somebody deleted of a stage, and its model is live again."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.deploy.conftest import BUCKET, Account, UserClone

SERVING, TRAIN = "nightswap-prod-serve-kdd99-http", "nightswap-prod-train"
RESTORE = "nightswap-prod-restore-alias"


def requests_a_second(account: Account) -> float | None:
    """What the API takes; None where it has no limit of its own."""
    (api,) = account.apis()
    stage = account.client("apigateway").get_stage(restApiId=api, stageName="prod")
    limit = stage.get("methodSettings", {}).get("*/*", {}).get("throttlingRateLimit")
    return None if limit is None else float(limit)


def test_functions_that_were_deleted_by_hand_are_planned_made_again_and_their_model_restored(
    account: Account, clone: UserClone
) -> None:
    clone.deploys()
    clone.retrains()
    functions, store = account.client("lambda"), account.client("s3")
    for name in (SERVING, TRAIN):
        functions.delete_function(FunctionName=name)
    store.delete_bucket_policy(Bucket=BUCKET)

    planned = clone.does("plan")
    done = clone.nightswap("deploy", "--stage", "prod")

    assert "TrainFunction" in planned
    assert done.returncode == 0, done.stderr
    assert (
        "stack nightswap-prod: 2 resources are gone: ServeKdd99XhttpFunction, TrainFunction; made again"
        in done.stderr
    )
    assert "stack nightswap-prod-data: 1 resource is gone: BucketPolicy; made again" in done.stderr
    assert "restored kdd99-http version 1 from the registry" in done.stdout
    assert functions.get_alias(FunctionName=SERVING, Name="live")["FunctionVersion"] == "1"
    assert "ledger" in store.get_bucket_policy(Bucket=BUCKET)["Policy"]
    again = clone.nightswap("deploy", "--stage", "prod")
    assert "made again" not in again.stderr
    assert "restored" not in again.stdout


def test_what_a_resource_lost_though_it_is_there_is_planned_and_set_again(account: Account, clone: UserClone) -> None:
    clone.deploys()
    functions, store, rules = account.client("lambda"), account.client("s3"), account.client("events")
    logs, iam = account.client("logs"), account.client("iam")
    store.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    store.delete_public_access_block(Bucket=BUCKET)
    by_kms: Any = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    store.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=by_kms)
    store.put_bucket_ownership_controls(
        Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    rules_before = store.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    expiring: Any = {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": "ledger/"}, "Expiration": {"Days": 1}}
    store.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [expiring]})
    policy_before = json.loads(store.get_bucket_policy(Bucket=BUCKET)["Policy"])
    weaker = {**policy_before, "Statement": policy_before["Statement"][:1]}
    store.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(weaker))
    logs.delete_retention_policy(logGroupName=f"/aws/lambda/{TRAIN}")
    (rule,) = (each["Name"] for each in rules.list_rules()["Rules"] if "RunUnfinished" in each["Name"])
    (target,) = rules.list_targets_by_rule(Rule=rule)["Targets"]
    rules.remove_targets(Rule=rule, Ids=[target["Id"]])
    (statement,) = re.findall(r'"Sid": ?"([^"]+)"', functions.get_policy(FunctionName=RESTORE)["Policy"])
    functions.remove_permission(FunctionName=RESTORE, StatementId=statement)
    functions.delete_function_event_invoke_config(FunctionName=RESTORE, Qualifier="$LATEST")
    (role,) = (name for name in account.roles() if "TrainRole" in name)
    iam.delete_role_policy(RoleName=role, PolicyName="permissions")
    assert requests_a_second(account) == 50
    gateway, (api,) = account.client("apigateway"), account.apis()
    gateway.update_stage(restApiId=api, stageName="prod", patchOperations=[{"op": "remove", "path": "/*/*"}])
    assert requests_a_second(account) is None

    planned = clone.does("plan")
    done = clone.nightswap("deploy", "--stage", "prod")

    for name in ("VersioningConfiguration", "RetentionInDays", "RunUnfinished", "RestoreAliasFailures", "Policies"):
        assert name in planned
    assert "requests a second: none -> 50" in planned
    assert done.returncode == 0, done.stderr
    assert "6 properties are not as deployed: Bucket.VersioningConfiguration, " in done.stderr
    assert store.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert all(store.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    (encrypted,) = store.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encrypted["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (ownership,) = store.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert ownership == {"ObjectOwnership": "BucketOwnerEnforced"}
    assert store.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"] == rules_before
    assert json.loads(store.get_bucket_policy(Bucket=BUCKET)["Policy"]) == policy_before
    (rule,) = (each["Name"] for each in rules.list_rules()["Rules"] if "RunUnfinished" in each["Name"])
    assert rules.list_targets_by_rule(Rule=rule)["Targets"] == [target]
    assert "events.amazonaws.com" in functions.get_policy(FunctionName=RESTORE)["Policy"]
    assert functions.get_function_event_invoke_config(FunctionName=RESTORE, Qualifier="$LATEST")
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["permissions"]
    assert requests_a_second(account) == 50
    assert "made again" not in clone.nightswap("deploy", "--stage", "prod").stderr


def test_bucket_that_was_kept_is_adopted_with_its_properties(account: Account, clone: UserClone) -> None:
    clone.deploys()
    clone.does("destroy", "--yes", "--keep-data")
    store = account.client("s3")
    store.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})

    done = clone.nightswap("deploy", "--stage", "prod")

    assert "1 property is not as deployed: Bucket.VersioningConfiguration; made again" in done.stderr
    assert store.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
