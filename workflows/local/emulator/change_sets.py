"""Adds the values before and after to DescribeChangeSet, as AWS does on request and the emulator never."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

Json = dict[str, Any]
Difference = tuple[str, Any, Any]
"""A path, and the value there before and after; None where there is none."""

SPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
NAMES = {"": SPACE}


def install() -> None:
    from ministack.services.cloudformation import _stacks, changesets, handlers, stacks

    describe = handlers._ACTION_HANDLERS["DescribeChangeSet"]

    def described(params: Any) -> Any:
        status, headers, body = describe(params)
        if status != 200 or handlers._p(params, "IncludePropertyValues") != "true":
            return status, headers, body
        name, stack_name = handlers._p(params, "ChangeSetName"), handlers._p(params, "StackName")
        _, change_set = changesets._find_change_set(name, stack_name)
        stack = _stacks[change_set["StackName"]]

        def resources(owner: Json) -> Json:
            values = (owner["_template"], owner["_resolved_params"], stack["StackName"], stack["StackId"])
            found: Json = changesets._resolve_props_for_diff(*values).get("Resources", {})
            return found

        with stacks._stack_region_context(stack, stack["StackId"]):
            return status, headers, valued(body, resources(stack), resources(change_set))

    handlers._ACTION_HANDLERS["DescribeChangeSet"] = described


def valued(answer: bytes, before: Mapping[str, Json], after: Mapping[str, Json]) -> bytes:
    """The answer with the values that differ between the two states of the stack's resources, one detail for each."""
    root = ElementTree.fromstring(answer)
    for change in root.iterfind(".//ResourceChange", NAMES):
        resource = change.findtext("LogicalResourceId", "", NAMES)
        old, new = (each.get(resource, {}).get("Properties", {}) for each in (before, after))
        details = change.find("Details", NAMES)
        for detail in list(details if details is not None else ()):
            name = detail.findtext("Target/Name", "", NAMES)
            found = list(differences(f"/Properties/{name}", old.get(name), new.get(name)))
            if details is not None and found:
                details.remove(detail)
                details.extend(_with_value(detail, each) for each in found)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True, default_namespace=SPACE)
    return written


def differences(path: str, before: Any, after: Any) -> Iterator[Difference]:
    """
    >>> list(differences("/Properties/Code", {"S3Key": "a", "S3Bucket": "b"}, {"S3Key": "c", "S3Bucket": "b"}))
    [('/Properties/Code/S3Key', 'a', 'c')]
    >>> list(differences("/Properties/TracingConfig", None, {"Mode": "Active"}))
    [('/Properties/TracingConfig/Mode', None, 'Active')]
    """
    if before == after:
        return
    if all(each is None or isinstance(each, dict) for each in (before, after)):
        old, new = before or {}, after or {}
        for key in sorted({*old, *new}):
            yield from differences(f"{path}/{key}", old.get(key), new.get(key))
    else:
        yield path, before, after


def _with_value(detail: ElementTree.Element, difference: Difference) -> ElementTree.Element:
    path, before, after = difference
    made = copy.deepcopy(detail)
    target = made.find("Target", NAMES)
    for name, value in {"Path": path, "BeforeValue": before, "AfterValue": after}.items():
        if target is not None and value is not None:
            text = value if isinstance(value, str) else json.dumps(value)
            ElementTree.SubElement(target, f"{{{SPACE}}}{name}").text = text
    return made
