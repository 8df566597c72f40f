"""Every service and every operation that the source names in words is one that boto3 has: a slip in one is an error
only where the call is made, and some are made once in a stage's life.
"""

from __future__ import annotations

import ast
from functools import cache

import boto3
import botocore.session
import pytest
from botocore.model import ServiceModel

from tests.contract.source import sources
from workflows.deploying.cloudformation.reads import PARTS, PROPERTIES, READS, Read

GIVEN_A_SERVICE = {"client", "clients", "get_available_regions"}
GIVEN_AN_OPERATION = {"get_paginator", "can_paginate"}
OF_ANY_CLIENT = {*GIVEN_AN_OPERATION, "get_waiter", "meta", "exceptions", "close", "generate_presigned_url"}
LOOKED_UP = [
    *READS.values(),
    *(part.read for part in PARTS.values()),
    *(read for reads in PROPERTIES.values() for read in reads.values()),
]
SERVICES = {*boto3.Session().get_available_services()}


@cache
def operations(service: str) -> frozenset[str]:
    """As methods of a client."""
    model: ServiceModel = botocore.session.get_session().get_service_model(service)
    return frozenset(botocore.xform_name(each) for each in model.operation_names)


@cache
def nodes() -> list[tuple[str, ast.Call | ast.Attribute]]:
    return [
        (f"{file}:{node.lineno}", node)
        for file in sources.files()
        for node in ast.walk(sources.tree(file))
        if isinstance(node, ast.Call | ast.Attribute)
    ]


def first_word(node: ast.AST, functions: set[str]) -> str | None:
    """The word that one of these functions is given first."""
    if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
        return None
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return str(node.args[0].value) if called in functions else None


def named(functions: set[str] = GIVEN_A_SERVICE) -> list[tuple[str, str]]:
    return [(where, word) for where, node in nodes() if (word := first_word(node, functions)) is not None]


def test_services_that_the_source_names_are_services_of_boto3() -> None:
    assert {"s3", "lambda", "events", "sts"} <= {service for _, service in named()}
    assert [(where, service) for where, service in named() if service not in SERVICES] == []


def test_operation_that_is_asked_of_a_service_by_its_name_is_one_of_that_service() -> None:
    asked = [
        (where, service, node.attr)
        for where, node in nodes()
        if isinstance(node, ast.Attribute)
        and (service := first_word(node.value, GIVEN_A_SERVICE)) in SERVICES
        and node.attr not in OF_ANY_CLIENT
    ]

    assert ("sts", "get_caller_identity") in {(service, operation) for _, service, operation in asked}
    assert [each for each in asked if each[2] not in operations(each[1])] == []


def test_list_that_is_read_page_by_page_is_an_operation_of_a_service_that_is_used() -> None:
    used = frozenset().union(*(operations(service) for _, service in named()))

    paged = named(GIVEN_AN_OPERATION)

    assert paged
    assert [each for each in paged if each[1] not in used] == []


@pytest.mark.parametrize("read", LOOKED_UP, ids=lambda read: f"{read.service}:{read.operation}")
def test_lookup_of_a_resource_is_an_operation_with_these_parameters(read: Read) -> None:
    assert read.operation in operations(read.service)
    model = botocore.session.get_session().get_service_model(read.service)
    name = next(each for each in model.operation_names if botocore.xform_name(each) == read.operation)

    asked = model.operation_model(name).input_shape

    assert asked is not None
    assert {*read.given} <= {*asked.members}
