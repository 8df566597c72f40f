"""A stage that was deployed and used is removed without a trace, or but for its data; and deployed again."""

from __future__ import annotations

import json
from pathlib import Path

from tests import http_connections
from tests.clone import Clone
from tests.deploy.conftest import BUCKET, Account, UserClone


def test_stage_is_removed_without_a_trace_and_deployed_again(account: Account, clone: UserClone) -> None:
    clone.deploys()
    clone.retrains()
    account.client("logs").create_log_group(logGroupName="/aws/lambda/nightswap-prod-retired")

    clone.does("destroy", "--yes")

    assert "there is nothing of stage prod" in clone.does("destroy", "--check")
    assert account.client("s3").list_buckets()["Buckets"] == []
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []
    assert not clone.record.exists()
    clone.deploys()
    clone.retrains()


def test_kept_data_brings_the_model_back(clone: UserClone) -> None:
    clone.deploys()
    clone.retrains()
    before = json.loads(clone.does("versions", "--json"))

    clone.does("destroy", "--yes", "--keep-data")

    assert "there is nothing of stage prod" in clone.does("destroy", "--check", "--keep-data")
    assert BUCKET in clone.fails("destroy", "--check")
    clone.deploys()
    assert "kdd99-http version 1 was live already" in clone.does("restore", "kdd99-http"), "by the deployment"
    after = json.loads(clone.does("versions", "--json"))
    assert [each["model_version"] for each in after] == [each["model_version"] for each in before] == [1]
    assert '"label": "attack"' in clone.does("predict", "duration=0", "src_bytes=54540", "dst_bytes=8314")


def test_nothing_goes_unless_somebody_says_yes(account: Account, clone: UserClone) -> None:
    clone.deploys()

    message = clone.fails("destroy")

    assert "Remove all this of stage prod for good?" in message
    assert len(account.apis()) == 1


def test_check_fails_while_something_can_cost(clone: UserClone) -> None:
    assert "there is nothing of stage prod" in clone.does("destroy", "--check")
    clone.deploys()

    message = clone.fails("destroy", "--check")

    for one in ("REST API", "bucket", "function", "log group", "rule", "state machine", "role", "stack"):
        assert one in message


def test_stack_of_somebody_else_is_left_alone(account: Account, clone: UserClone) -> None:
    template = {"Resources": {"Theirs": {"Type": "AWS::SNS::Topic"}}}
    account.client("cloudformation").create_stack(StackName="nightswap-prod", TemplateBody=json.dumps(template))

    message = clone.fails("destroy", "--yes")

    assert "stack nightswap-prod does not carry the tag nightswap:stage=prod" in message
    assert len(account.client("cloudformation").describe_stacks()["Stacks"]) == 1


def test_stage_that_is_not_configured_is_refused(clone: UserClone) -> None:
    done = clone.nightswap("destroy", "--stage", "test", "--yes")

    assert done.returncode == 1
    assert "there is no stage 'test'" in done.stderr


def test_local_stage_is_removed_too(tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    data = http_connections.write(tmp_path / "night1.csv", http_connections.rows())
    up = clone.up("--data", str(data)).serving()

    done = clone.nightswap("destroy", "--yes")
    checked = clone.nightswap("destroy", "--check")
    up.interrupt()

    assert done.returncode == 0, done.stderr
    assert (checked.returncode, "there is nothing of stage local" in checked.stdout) == (0, True)


def test_without_credentials_nothing_is_said_to_be_removed(clone: UserClone) -> None:
    nobody = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "")

    done = clone.nightswap("destroy", "--stage", "prod", "--yes", environment=nobody)

    assert done.returncode == 1
    assert "NoCredentials" in done.stderr
