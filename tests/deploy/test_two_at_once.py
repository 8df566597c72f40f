"""Two deploys of one stage at the same time, and what a dead one leaves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.deploy.conftest import BUCKET, Account, UserClone

ELSEWHERE = {"who": "ada", "host": "another-machine", "pid": 1, "doing": "deploy"}


def somebody_deploys(account: Account, *, since: datetime) -> None:
    body = json.dumps(ELSEWHERE | {"since": since.isoformat()}).encode()
    account.client("s3").put_object(Bucket=BUCKET, Key="deploy/lock.json", Body=body)


def objects(account: Account) -> list[str]:
    found: list[dict[str, Any]] = (
        account.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="deploy/").get("Contents", [])
    )
    return [str(each["Key"]) for each in found]


@pytest.mark.parametrize("command", [("deploy",), ("destroy", "--yes")])
def test_second_is_told_who_holds_the_stage(account: Account, clone: UserClone, command: tuple[str, ...]) -> None:
    clone.deploys()
    somebody_deploys(account, since=datetime.now(UTC))

    message = clone.fails(*command)

    assert "ada on another-machine (process 1) holds stage prod for its deploy since" in message
    assert "nightswap put-back deploy/lock.json --stage prod" in message
    assert len(account.apis()) == 1


def test_dead_one_does_not_block_for_good(account: Account, clone: UserClone) -> None:
    clone.deploys()
    somebody_deploys(account, since=datetime.now(UTC) - timedelta(minutes=31))

    clone.deploys()

    assert "deploy/lock.json" not in objects(account)
