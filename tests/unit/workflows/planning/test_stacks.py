"""A plan's view of a stack: CloudFormation's changes, and the resources that the stack has lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from chalicelib.errors import DeploymentFailed
from workflows.deploying.cloudformation.lost import Lost, Property, Resource
from workflows.deploying.cloudformation.present import Deployed
from workflows.deploying.cloudformation.proposals import WantedStack
from workflows.deploying.cloudformation.templates import TEMPLATE_LIMIT
from workflows.deploying.progress import Patience
from workflows.planning.change_sets import UNKNOWN, ResourceChange
from workflows.planning.stacks import CHANGED_BY_HAND, GONE, StackChange, stack_change, with_lost

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

WANTED = WantedStack(
    name="nightswap-prod",
    template={"Resources": {"Role": {"Type": "AWS::IAM::Role"}, "Topic": {"Type": "AWS::SNS::Topic"}}},
    parameters={"Sha": "1"},
    tags={"app": "nightswap"},
)
THERE = Deployed(status="UPDATE_COMPLETE", template={}, parameters={})
NAMED = {"StackName": "nightswap-prod", "ChangeSetName": ANY}
"""By both names: for an ARN alone AWS asks for a permission on the change set itself."""
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/plan-1/1"


class CloudFormation:
    """The calls that a plan makes, in their order, with these answers."""

    def __init__(self) -> None:
        self.client: CloudFormationClient = boto3.client(
            "cloudformation", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        self._stubber = Stubber(self.client)

    def takes(self, **given: Any) -> CloudFormation:
        expected = {
            **NAMED,
            "ChangeSetType": "UPDATE",
            "TemplateBody": ANY,
            "Parameters": [{"ParameterKey": "Sha", "ParameterValue": "1"}],
            "Tags": [{"Key": "app", "Value": "nightswap"}],
            "Capabilities": ["CAPABILITY_IAM"],
            "ImportExistingResources": False,
            "DisableValidation": True,
            **given,
        }
        expected = {name: value for name, value in expected.items() if value is not None}
        self._stubber.add_response("create_change_set", {"Id": ARN, "StackId": "arn:a-stack"}, expected)
        return self

    def refuses(self) -> CloudFormation:
        self._stubber.add_client_error("create_change_set", "ValidationError", "no such stack")
        return self

    def ends(self, status: str, reason: str = "") -> CloudFormation:
        said = {"Status": status, "StatusReason": reason} if reason else {"Status": status}
        self._stubber.add_response("describe_change_set", said, NAMED)
        return self

    def lists(
        self, changes: list[dict[str, Any]], *, with_values: list[dict[str, Any]] | None = None
    ) -> CloudFormation:
        for told, values in ((changes if with_values is None else with_values, True), (changes, False)):
            listed = [{"Type": "Resource", "ResourceChange": each} for each in told]
            answer = {"Status": "CREATE_COMPLETE", "Changes": listed}
            self._stubber.add_response("describe_change_set", answer, {**NAMED, "IncludePropertyValues": values})
        return self

    def is_denied(self) -> CloudFormation:
        self._stubber.add_client_error("describe_change_set", "AccessDenied", "not you")
        return self

    def plan(self, wanted: WantedStack = WANTED, **given: Any) -> StackChange:
        """The plan; whatever CloudFormation took is taken back at the end."""
        self._stubber.add_response("delete_change_set", {}, NAMED)
        with self._stubber:
            return stack_change(self.client, wanted, THERE, **given)

    def assert_all_was_asked(self) -> None:
        self._stubber.assert_no_pending_responses()


def modified(*details: dict[str, Any], name: str = "Train", **told: Any) -> dict[str, Any]:
    return {
        "Action": "Modify",
        "LogicalResourceId": name,
        "ResourceType": "AWS::Lambda::Function",
        "Replacement": "False",
        "Details": list(details),
        **told,
    }


def detail(*, evaluation: str = "Static", **target: str) -> dict[str, Any]:
    return {"Target": {"Attribute": "Properties", **target}, "Evaluation": evaluation}


def listed(*changes: dict[str, Any], with_values: list[dict[str, Any]] | None = None) -> tuple[ResourceChange, ...]:
    cloudformation = CloudFormation().takes().ends("CREATE_COMPLETE").lists([*changes], with_values=with_values)
    found = cloudformation.plan()
    cloudformation.assert_all_was_asked()
    assert (found.action, found.remark) == ("update", "")
    return found.changes


def test_values_are_shown_by_their_path_and_each_once() -> None:
    memory = detail(Name="MemorySize", Path="/Properties/MemorySize", BeforeValue="512", AfterValue="1024")
    role = detail(Name="Role", Path="/Properties/Tags/0/Value", AfterValue="a-role")

    ((change),) = listed(modified(memory, memory, role))

    assert change.details == ("MemorySize: 512 -> 1024", 'Tags.0.Value: none -> "a-role"')


def test_values_without_a_path_are_shown_by_the_property_s_name() -> None:
    ((change),) = listed(modified(detail(Name="MemorySize", BeforeValue="512", AfterValue="1024")))

    assert change.details == ("MemorySize: 512 -> 1024",)


def test_detail_without_values_is_shown_by_its_name() -> None:
    ((change),) = listed(
        modified(detail(Name="MemorySize"), {"Target": {"Attribute": "Tags"}, "Evaluation": "Static"})
    )

    assert change.details == ("MemorySize", "Tags")


def test_resource_whose_values_cloudformation_cannot_read_is_shown_without_them() -> None:
    hidden = modified(detail(Name="Configuration"), name="Hidden")

    assert [change.resource for change in listed(hidden, modified(detail(Name="Role")), with_values=[])] == [
        "Hidden",
        "Train",
    ]


@pytest.mark.parametrize(
    "values",
    [{}, {"Path": "/Properties/Role", "BeforeValue": "a-role", "AfterValue": UNKNOWN}],
    ids=["none", "unknown"],
)
def test_what_depends_on_a_value_that_is_not_known_yet_may_follow(values: dict[str, str]) -> None:
    ((change),) = listed(modified(detail(Name="Role", evaluation="Dynamic", **values), Replacement="Conditional"))

    assert (change.action, change.details) == ("may follow", ("Role: known afterwards",))


def test_what_is_known_to_change_is_no_guess_and_stands_before_what_may_follow() -> None:
    policies = {"Path": "/Properties/Policies", "BeforeValue": "[]", "AfterValue": "[1]"}
    role = detail(Name="Role", evaluation="Dynamic")

    ((change),) = listed(modified(role, detail(Name="Policies", evaluation="Dynamic", **policies)))

    assert (change.action, change.details) == ("update", ("Policies: [] -> [1]", "Role: known afterwards"))


@pytest.mark.parametrize(("said", "word"), [("True", "replaced"), ("Conditional", "may be replaced"), ("False", "")])
def test_resource_that_is_made_anew_says_so(said: str, word: str) -> None:
    ((change),) = listed(modified(detail(Name="FunctionName"), Replacement=said))

    assert change.replacement == word


@pytest.mark.parametrize(
    ("told", "action"),
    [
        ({"Action": "Add"}, "create"),
        ({"Action": "Remove"}, "delete"),
        ({"Action": "Remove", "PolicyAction": "Delete"}, "delete"),
        ({"Action": "Remove", "PolicyAction": "Retain"}, "release"),
        ({"Action": "Import"}, "adopt"),
        ({"Action": "Dynamic"}, "may follow"),
    ],
)
def test_each_of_cloudformation_s_actions_has_a_word(told: dict[str, Any], action: str) -> None:
    ((change),) = listed({"LogicalResourceId": "Bucket", "ResourceType": "AWS::S3::Bucket", **told})

    assert change == ResourceChange(resource="Bucket", type="AWS::S3::Bucket", action=action)


def test_stack_that_would_not_change_is_unchanged_and_the_change_set_is_taken_back() -> None:
    cloudformation = CloudFormation().takes().ends("CREATE_IN_PROGRESS")
    cloudformation.ends("FAILED", "The submitted information didn't contain changes.")

    found = cloudformation.plan(patience=Patience(sleep=lambda _: None))

    assert found == StackChange(name="nightswap-prod", action="unchanged", changes=())
    cloudformation.assert_all_was_asked()


def test_refused_change_set_leaves_it_unknown_what_would_change() -> None:
    cloudformation = CloudFormation().takes().ends("FAILED", "Unrecognized resource types: [Bad::Type]")

    found = cloudformation.plan()

    assert (found.action, found.changes) == ("unknown", ())
    assert found.remark == (
        "the stack is UPDATE_COMPLETE, and CloudFormation lists no change: Unrecognized resource types: [Bad::Type]"
    )
    cloudformation.assert_all_was_asked()


def test_change_set_that_is_not_even_taken_is_told_in_aws_s_words() -> None:
    found = CloudFormation().refuses().plan()

    assert found.action == "unknown"
    assert found.remark.endswith("proposing a change of stack nightswap-prod: ValidationError: no such stack")


def test_change_set_is_taken_back_where_it_may_not_be_read() -> None:
    cloudformation = CloudFormation().takes().is_denied()

    with pytest.raises(DeploymentFailed, match="describing the change of stack nightswap-prod: AccessDenied"):
        cloudformation.plan()

    cloudformation.assert_all_was_asked()


def test_data_stack_is_asked_about_as_it_is_deployed_with_what_it_would_adopt() -> None:
    adopting = WantedStack(**{**vars(WANTED), "adopts": True})
    cloudformation = CloudFormation().takes(ImportExistingResources=True).ends("CREATE_COMPLETE").lists([])

    assert cloudformation.plan(adopting).action == "unchanged"
    cloudformation.assert_all_was_asked()


def test_template_that_is_too_long_for_a_call_is_stored_for_the_plan() -> None:
    stored: list[bytes] = []

    def store(body: bytes) -> str:
        stored.append(body)
        return "https://s3.eu-west-1.amazonaws.com/a-bucket/a-template"

    url = "https://s3.eu-west-1.amazonaws.com/a-bucket/a-template"
    cloudformation = CloudFormation().takes(TemplateBody=None, TemplateURL=url)

    found = cloudformation.ends("CREATE_COMPLETE").lists([modified()]).plan(long_by(1), store=store)

    assert [change.resource for change in found.changes] == ["Train"]
    assert [len(each) for each in stored] == [TEMPLATE_LIMIT + 1]


def test_longest_template_that_a_call_takes_is_not_stored() -> None:
    def store(body: bytes) -> str:
        raise AssertionError(len(body))

    assert CloudFormation().takes().ends("CREATE_COMPLETE").lists([]).plan(long_by(0), store=store).remark == ""


def long_by(more_bytes: int) -> WantedStack:
    """A template that is longer than a call takes."""
    empty = len('{"Description":"","Resources":{}}')
    template = {"Description": "x" * (TEMPLATE_LIMIT + more_bytes - empty), "Resources": {}}
    return WantedStack(**{**vars(WANTED), "template": template})


ROLE = Resource(logical_id="Role", type="AWS::IAM::Role", physical_id="a-role")
TOPIC = Resource(logical_id="Topic", type="AWS::SNS::Topic", physical_id="a-topic")
OTHER = ResourceChange(resource="Topic", type="AWS::SNS::Topic", action="update", details=("TopicName",))
CREATED = ResourceChange(resource="Role", type="AWS::IAM::Role", action="create", details=(GONE,))


def lost(*resources: Resource) -> Lost:
    return Lost(resources=resources, template={}, parameters={})


def test_lost_resource_is_created_whatever_else_is_to_happen_to_it() -> None:
    changed = ResourceChange(resource="Role", type="AWS::IAM::Role", action="update", details=("Policies",))

    assert with_lost((changed, OTHER), lost(ROLE), WANTED) == (CREATED, OTHER)


def test_lost_resource_that_is_not_wanted_any_more_stays_gone() -> None:
    removed = Resource(logical_id="Rule", type="AWS::Events::Rule", physical_id="a-rule")

    assert with_lost((OTHER,), lost(removed), WANTED) == (OTHER,)


def test_lost_property_is_set_again_beside_what_else_changes() -> None:
    properties = (Property(resource=ROLE, name="Policies"), Property(resource=TOPIC, name="TopicName"))
    found = Lost(resources=(), properties=properties, template={}, parameters={})

    role, topic = with_lost((OTHER,), found, WANTED)

    assert role == ResourceChange(
        resource="Role", type="AWS::IAM::Role", action="update", details=(CHANGED_BY_HAND.format("Policies"),)
    )
    assert topic.details == ("TopicName", CHANGED_BY_HAND.format("TopicName"))
