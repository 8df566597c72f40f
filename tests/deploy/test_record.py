"""However many clones deploy, and whatever they forget, a stage has one REST API."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable

from tests.deploy.conftest import BUCKET, STAGE, Account, UserClone
from workflows.deploying.chalice_app.app import CHALICE

NewClone = Callable[[], UserClone]


def health(url: str) -> str:
    """What the API says of itself, whether it has a model or not."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=30) as answer:
            return str(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read())


def lose_record(account: Account) -> None:
    account.client("s3").delete_object(Bucket=BUCKET, Key="deploy/chalice.json")


def chalice_deploys(clone: UserClone) -> None:
    """Chalice by itself, which knows nothing of the bucket."""
    subprocess.run(
        [CHALICE, "deploy", "--stage", STAGE],
        cwd=clone.folder,
        env=clone.environment,
        check=True,
        capture_output=True,
    )


def test_second_clone_updates_the_api_of_the_first(account: Account, new_clone: NewClone) -> None:
    url = new_clone().deploys()

    assert new_clone().does("url").strip() == url
    assert new_clone().deploys() == url
    assert len(account.apis()) == 1
    assert "NoLiveModel" in health(url)


def test_record_that_everybody_lost_is_rebuilt(account: Account, clone: UserClone, new_clone: NewClone) -> None:
    url = clone.deploys()
    written = json.loads(clone.record.read_bytes())
    lose_record(account)
    fresh = new_clone()

    assert fresh.deploys() == url
    assert len(account.apis()) == 1
    assert by_name(json.loads(fresh.record.read_bytes())) == by_name(written)


def test_record_of_a_deleted_api_does_not_stand_in_the_way(account: Account, clone: UserClone) -> None:
    gone = clone.deploys()
    account.client("apigateway").delete_rest_api(restApiId=account.apis()[0])

    url = clone.deploys()

    assert url != gone
    assert len(account.apis()) == 1
    assert "NoLiveModel" in health(url)


def test_clone_that_made_an_api_of_its_own_goes_back_to_the_one_in_the_bucket(
    clone: UserClone, new_clone: NewClone
) -> None:
    url = clone.deploys()
    stray = new_clone()
    chalice_deploys(stray)

    assert stray.deploys() == url


def test_two_apis_without_a_record_are_listed_with_the_way_out(account: Account, new_clone: NewClone) -> None:
    new_clone().deploys()
    chalice_deploys(new_clone())
    lose_record(account)

    message = new_clone().fails("deploy")

    assert len(account.apis()) == 2
    for api in account.apis():
        assert f"aws apigateway delete-rest-api --rest-api-id {api}" in message


def by_name(record: dict[str, list[dict[str, str]]]) -> dict[str, dict[str, str]]:
    return {resource["name"]: resource for resource in record["resources"]}
