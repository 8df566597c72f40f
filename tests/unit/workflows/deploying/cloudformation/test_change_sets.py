"""A stack reaches its template from every state, and says why when it cannot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from chalicelib.errors import DeploymentFailed
from tests.unit.workflows.deploying.fake_cloudformation import FakeCloudFormation, FakeStack
from workflows.deploying.cloudformation.change_sets import MADE_AGAIN, FindLost, Stack
from workflows.deploying.cloudformation.lost import Lost, Resource
from workflows.deploying.cloudformation.proposals import WantedStack
from workflows.deploying.cloudformation.templates import StoreTemplate
from workflows.deploying.progress import Patience, Step

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

TEMPLATE = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}


class Deployment:
    """Applies templates to the stack `a-stack` of a fake, in no time."""

    def __init__(self, cloudformation: FakeCloudFormation) -> None:
        self.cloudformation = cloudformation
        self.steps: list[Step] = []
        self.seconds = 0.0

    def apply(
        self,
        template: dict[str, Any] = TEMPLATE,
        *,
        adopts: bool = False,
        store: StoreTemplate | None = None,
        find_lost: FindLost = lambda _name: None,
    ) -> bool:
        client = cast("CloudFormationClient", self.cloudformation)
        patience = Patience(deadline_seconds=60, sleep=self._sleep, clock=lambda: self.seconds)
        wanted = WantedStack(
            name="a-stack", template=template, parameters={"A": "1"}, tags={"app": "nightswap"}, adopts=adopts
        )
        stack = Stack(client, wanted, report=self.steps.append, patience=patience, store=store, find_lost=find_lost)
        return stack.apply()

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds


def deployment(status: str | None = None, **fake: Any) -> Deployment:
    cloudformation = FakeCloudFormation(**fake)
    if status is not None:
        cloudformation.stacks["a-stack"] = FakeStack(status)
    return Deployment(cloudformation)


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS"])
def test_stack_that_does_not_exist_yet_is_created(status: str | None) -> None:
    deploying = deployment(status)

    assert deploying.apply() is True
    assert deploying.cloudformation.stacks["a-stack"].status == "CREATE_COMPLETE"


def test_second_time_changes_nothing_and_leaves_no_change_set() -> None:
    deploying = deployment()
    deploying.apply()
    executed = dict(deploying.cloudformation.change_sets)

    assert deploying.apply() is False
    assert deploying.cloudformation.change_sets == executed
    assert deploying.steps[-1] == Step("a-stack", "a-stack", "unchanged")


@pytest.mark.parametrize("adopts", [False, True])
def test_what_an_earlier_stack_kept_is_adopted_only_where_that_is_asked_for(adopts: bool) -> None:
    deploying = deployment()

    deploying.apply(adopts=adopts)

    (change_set,) = deploying.cloudformation.change_sets.values()
    assert change_set["ImportExistingResources"] is adopts
    assert change_set["Tags"] == [{"Key": "app", "Value": "nightswap"}]


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_existing_stack_is_updated_once(status: str) -> None:
    deploying = deployment(status)

    assert deploying.apply() is True
    assert deploying.cloudformation.stacks["a-stack"].status == "UPDATE_COMPLETE"
    assert len(deploying.cloudformation.change_sets) == 1


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"])
def test_failed_first_creation_is_removed_and_tried_again(status: str) -> None:
    deploying = deployment(status)

    assert deploying.apply() is True
    assert deploying.cloudformation.deleted == ["a-stack"]
    assert deploying.cloudformation.stacks["a-stack"].status == "CREATE_COMPLETE"


def test_remains_that_cannot_be_deleted_are_left_to_the_user() -> None:
    deploying = deployment("ROLLBACK_COMPLETE")
    deploying.cloudformation.deletion_fails = True

    with pytest.raises(DeploymentFailed, match="could not be deleted, it is DELETE_FAILED"):
        deploying.apply()


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_stack_that_takes_no_update_is_left_to_the_user(status: str) -> None:
    deploying = deployment(status)

    with pytest.raises(DeploymentFailed, match=f"is {status} and takes no update") as raised:
        deploying.apply()

    assert raised.value.details == {"stack": "a-stack", "status": status}


def test_other_deployment_is_waited_for() -> None:
    deploying = deployment("CREATE_COMPLETE")
    deploying.cloudformation.busy_for = 3

    assert deploying.apply() is True
    assert deploying.seconds > 0


def test_other_deployment_that_never_ends_is_reported_at_the_deadline() -> None:
    deploying = deployment("CREATE_COMPLETE")
    deploying.cloudformation.busy_for = 1_000

    with pytest.raises(DeploymentFailed, match="until the other deployment of stack a-stack is over"):
        deploying.apply()

    assert deploying.seconds >= 60


def test_failed_resources_are_named_with_their_reasons() -> None:
    deploying = deployment(
        outcome=[
            ("a-stack", "CREATE_IN_PROGRESS", ""),
            ("Role", "CREATE_FAILED", "Resource creation cancelled"),
            ("Bucket", "CREATE_FAILED", "the name is taken"),
            ("a-stack", "ROLLBACK_IN_PROGRESS", ""),
            ("a-stack", "ROLLBACK_COMPLETE", ""),
        ]
    )

    with pytest.raises(DeploymentFailed, match=r"a-stack is ROLLBACK_COMPLETE: Bucket: the name is taken$") as raised:
        deploying.apply()

    assert raised.value.details["failures"] == {"Bucket": "the name is taken"}


def test_every_event_is_reported_once_and_in_order() -> None:
    deploying = deployment()

    deploying.apply()

    assert [(step.subject, step.status) for step in deploying.steps] == [
        ("a-stack", "CREATE_IN_PROGRESS"),
        ("Bucket", "CREATE_COMPLETE"),
        ("a-stack", "CREATE_COMPLETE"),
    ]


def test_events_of_earlier_deployments_are_not_reported_again() -> None:
    deploying = deployment()
    deploying.apply()
    deploying.steps.clear()

    deploying.apply({"Resources": {"Other": {"Type": "AWS::S3::Bucket"}}})

    assert [step.status for step in deploying.steps] == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_COMPLETE"]


def test_clean_up_after_an_update_is_waited_for() -> None:
    deploying = deployment(
        "CREATE_COMPLETE",
        outcome=[
            ("a-stack", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
            ("Old", "DELETE_COMPLETE", ""),
            ("a-stack", "UPDATE_COMPLETE", ""),
        ],
    )

    deploying.apply()

    assert deploying.steps[-1].status == "UPDATE_COMPLETE"


def test_stack_that_ends_as_imported_has_succeeded() -> None:
    deploying = deployment(
        outcome=[("Bucket", "IMPORT_COMPLETE", ""), ("a-stack", "IMPORT_COMPLETE", "")],
    )

    assert deploying.apply(adopts=True) is True
    assert deploying.cloudformation.stacks["a-stack"].status == "IMPORT_COMPLETE"


def test_failure_is_not_the_end_before_its_rollback() -> None:
    deploying = deployment(
        outcome=[
            ("a-stack", "CREATE_FAILED", "the bucket was refused"),
            ("a-stack", "ROLLBACK_IN_PROGRESS", ""),
            ("a-stack", "ROLLBACK_COMPLETE", ""),
        ],
        rolls_back=True,
    )

    with pytest.raises(DeploymentFailed, match="is ROLLBACK_COMPLETE: a-stack: the bucket was refused"):
        deploying.apply()


def test_refused_change_is_reported_in_the_words_of_cloudformation() -> None:
    deploying = deployment()

    with pytest.raises(DeploymentFailed, match=r"refuses the change of stack a-stack: .*Bad::Type"):
        deploying.apply({"Resources": {"A": {"Type": "Bad::Type"}}})


def test_losing_the_race_to_another_deployment_says_to_deploy_again() -> None:
    deploying = deployment("CREATE_COMPLETE")
    deploying.cloudformation.refuses_execution = True

    with pytest.raises(DeploymentFailed, match=r"deploy again\): InvalidChangeSetStatus: the change set is OBSOLETE"):
        deploying.apply()


def test_template_over_the_limit_is_refused_before_the_call_where_no_bucket_takes_it() -> None:
    deploying = deployment()

    with pytest.raises(DeploymentFailed, match="store it in a bucket"):
        deploying.apply({"Description": "x" * 60_000})

    assert deploying.cloudformation.stacks == {}


def test_template_over_the_limit_goes_by_the_bucket() -> None:
    stored: list[bytes] = []

    def store(body: bytes) -> str:
        stored.append(body)
        return "https://s3.eu-west-1.amazonaws.com/a-bucket/a-template"

    deploying = deployment()

    assert deploying.apply({"Description": "x" * 60_000}, store=store) is True

    (change_set,) = deploying.cloudformation.change_sets.values()
    assert change_set["TemplateURL"] == "https://s3.eu-west-1.amazonaws.com/a-bucket/a-template"
    assert b"x" * 60_000 in stored[0]


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "ROLLBACK_COMPLETE"])
def test_stack_of_somebody_else_is_left_alone(status: str) -> None:
    cloudformation = FakeCloudFormation()
    cloudformation.stacks["a-stack"] = FakeStack(status, tags=[{"Key": "app", "Value": "a-shop"}])

    with pytest.raises(DeploymentFailed, match="does not carry the tag app=nightswap"):
        Deployment(cloudformation).apply()

    assert (cloudformation.deleted, cloudformation.change_sets) == ([], {})


def test_lost_resources_are_taken_out_by_an_update_before_the_one_that_makes_them_again() -> None:
    deploying = deployment("CREATE_COMPLETE")
    lost = Lost(
        resources=(Resource(logical_id="Bucket", type="AWS::S3::Bucket", physical_id="a-bucket"),),
        template={"Resources": {"Rest": {}}},
        parameters={"A": "0"},
    )

    deploying.apply(find_lost=lambda name: lost if name == "a-stack" else None)

    taken_out, again = deploying.cloudformation.change_sets.values()
    assert json.loads(taken_out["TemplateBody"]) == lost.template
    assert taken_out["Parameters"] == [{"ParameterKey": "A", "ParameterValue": "0"}]
    assert json.loads(again["TemplateBody"]) == TEMPLATE
    assert Step("a-stack", "1 resource is gone: Bucket", MADE_AGAIN) in deploying.steps


def test_adopted_resource_gets_the_properties_that_an_adoption_does_not_set() -> None:
    deploying = deployment()
    left = Lost(resources=(), template={"Resources": {"Bucket": {}}}, parameters={})

    deploying.apply(find_lost=lambda _name: left, adopts=True)

    created, bared, again = deploying.cloudformation.change_sets.values()
    assert (created["ImportExistingResources"], again["ImportExistingResources"]) == (True, False)
    assert json.loads(bared["TemplateBody"]) == left.template
    assert json.loads(again["TemplateBody"]) == json.loads(created["TemplateBody"]) == TEMPLATE
