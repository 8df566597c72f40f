"""A plan says that what a stack has lost is created, although no template differs."""

from __future__ import annotations

from workflows.deploying.lost import Lost, Property, Resource
from workflows.planning.stacks import GONE, WITHOUT, with_lost
from workflows.planning.templates import Difference
from workflows.planning.wanted import WantedStack

WANTED = WantedStack(name="stack", template={"Resources": {"Role": {}, "Topic": {}}}, parameters={})
ROLE = Resource(logical_id="Role", type="AWS::IAM::Role", physical_id="a-role")
OTHER = Difference(resource="Topic", type="AWS::SNS::Topic", action="update", details=("TopicName",))
CREATED = Difference(resource="Role", type="AWS::IAM::Role", action="create", details=(GONE,))


def lost(*resources: Resource) -> Lost:
    return Lost(resources=resources, template={}, parameters={})


def test_nothing_lost_leaves_the_differences_as_they_are() -> None:
    assert with_lost((OTHER,), None, WANTED) == (OTHER,)


def test_lost_resource_is_created_whatever_the_templates_say_of_it() -> None:
    changed = Difference(resource="Role", type="AWS::IAM::Role", action="update", details=("Policies",))

    assert with_lost((changed, OTHER), lost(ROLE), WANTED) == (CREATED, OTHER)


def test_lost_resource_that_is_not_wanted_any_more_stays_gone() -> None:
    removed = Resource(logical_id="Rule", type="AWS::Events::Rule", physical_id="a-rule")

    assert with_lost((OTHER,), lost(removed), WANTED) == (OTHER,)


def test_lost_property_is_set_again_beside_what_else_differs() -> None:
    found = Lost(
        resources=(),
        properties=(Property(resource=ROLE, name="Policies"), Property(resource=topic(), name="TopicName")),
        template={},
        parameters={},
    )

    planned = with_lost((OTHER,), found, WANTED)

    again = Difference(
        resource="Topic",
        type="AWS::SNS::Topic",
        action="update",
        details=("TopicName", WITHOUT.format("TopicName")),
    )
    role = Difference(resource="Role", type="AWS::IAM::Role", action="update", details=(WITHOUT.format("Policies"),))
    assert planned == (again, role)


def topic() -> Resource:
    return Resource(logical_id="Topic", type="AWS::SNS::Topic", physical_id="a-topic")
