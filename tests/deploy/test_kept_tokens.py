"""A token stays valid when stacks are deleted or made again, and the stage's models stay known."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from chalicelib import layout
from tests.clone import until
from tests.deploy.conftest import BUCKET, STAGE, Account, UserClone

DATA_STACK = f"nightswap-{STAGE}-data"
TAKEN = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "somebody-elses"}}
"""A resource that cannot be created, because there is another of its name."""


def status_of(url: str, secret: str) -> int:
    """What the API answers whoever asks with the secret: 403 where it opens nothing."""
    request = urllib.request.Request(f"{url}/predict", headers={"Authorization": f"Bearer {secret}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def fails_and_rolls_back(account: Account, call: Callable[..., Any], *, status: str) -> None:
    """Have CloudFormation do something to the data stack that fails at its end."""
    cloudformation = account.client("cloudformation")
    template = json.loads(json.dumps(cloudformation.get_template(StackName=DATA_STACK)["TemplateBody"]))
    template = json.loads(template) if isinstance(template, str) else template
    template["Resources"]["Taken"] = TAKEN
    template["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"].pop()
    call(StackName=DATA_STACK, TemplateBody=json.dumps(template))

    def over() -> bool:
        return str(cloudformation.describe_stacks(StackName=DATA_STACK)["Stacks"][0]["StackStatus"]) == status

    until(over, what=status, log=lambda: str(cloudformation.describe_stack_events(StackName=DATA_STACK)))


def test_tokens_survive_an_update_a_rollback_and_the_adoption_of_their_bucket(
    account: Account, clone: UserClone
) -> None:
    url = clone.deploys()
    secret = clone.does("token", "add", "ops").strip()
    store = account.client("s3")
    store.create_bucket(Bucket="somebody-elses")
    assert status_of(url, "x" * 43) == 403
    assert status_of(url, secret) == 503, "the token is good, and nothing is live"

    clone.set("NIGHTSWAP_ALERT_EMAIL", "ops@example.com", stage=STAGE)
    assert status_of(clone.deploys(), secret) == 503
    update = account.client("cloudformation").update_stack
    fails_and_rolls_back(account, update, status="UPDATE_ROLLBACK_COMPLETE")
    store.delete_object(Bucket=BUCKET, Key=layout.catalog())  # a stage of an earlier release has none
    assert "an earlier release did not: nightswap deploy --stage prod" in clone.fails("verify")
    assert status_of(clone.deploys(), secret) == 503
    clone.does("verify")

    clone.does("destroy", "--yes", "--keep-data")
    kept = store.list_objects_v2(Bucket=BUCKET, Prefix=layout.catalog())
    assert kept["KeyCount"] == 0, "nothing is served any more"
    assert status_of(clone.deploys(), secret) == 503
    assert "ops" in clone.does("token", "list")
