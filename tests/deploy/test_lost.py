"""What somebody deleted of a deployed stage is made again by the next deployment, and its model is live again."""

from __future__ import annotations

from tests.deploy.conftest import BUCKET, Account, UserClone

SERVING, TRAIN = "nightswap-prod-serve-kdd99-http", "nightswap-prod-train"


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
