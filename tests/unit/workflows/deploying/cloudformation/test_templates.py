"""A template goes in the call as long as it fits."""

from __future__ import annotations

import json

import pytest

from chalicelib.errors import DeploymentFailed
from workflows.deploying.cloudformation.templates import TEMPLATE_LIMIT, carried

FRAME = len('{"a":""}')


def test_template_of_as_many_bytes_as_a_call_takes_is_carried_in_it() -> None:
    template = {"a": "x" * (TEMPLATE_LIMIT - FRAME)}

    assert carried(template, stack="s", store=None) == {"TemplateBody": json.dumps(template, separators=(",", ":"))}


def test_longer_template_is_stored_or_refused() -> None:
    stored: list[bytes] = []

    def store(body: bytes) -> str:
        stored.append(body)
        return "https://bucket/template"

    template = {"a": "x" * (TEMPLATE_LIMIT - FRAME + 1)}

    assert carried(template, stack="s", store=store) == {"TemplateURL": "https://bucket/template"}
    assert [len(each) for each in stored] == [TEMPLATE_LIMIT + 1]
    with pytest.raises(DeploymentFailed, match="the template of stack s has 51201 bytes"):
        carried(template, stack="s", store=None)


def test_same_template_is_the_same_text_whatever_its_order() -> None:
    assert carried({"b": 1, "a": 2}, stack="s", store=None) == {"TemplateBody": '{"a":2,"b":1}'}
