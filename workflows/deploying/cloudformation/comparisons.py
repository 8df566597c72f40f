"""Compares a property of the bucket with its template: somebody may have changed it by hand.

It ignores what S3 adds to its answer by itself, or every deployment would set the property again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from workflows.stacks import bucket_forms

Json = Mapping[str, Any]


def access_block(answer: Json, given: Json) -> bool:
    there = answer.get("PublicAccessBlockConfiguration", {})
    return all(there.get(name) == value for name, value in given.items())


def versioning(answer: Json, given: Json) -> bool:
    return bool(answer.get("Status") == given["Status"])


def encryption(answer: Json, given: Json) -> bool:
    return _algorithms(answer["ServerSideEncryptionConfiguration"]) == _algorithms(bucket_forms.encryption(given))


def ownership(answer: Json, given: Json) -> bool:
    return _owners(answer["OwnershipControls"]) == _owners(bucket_forms.ownership(given))


def lifecycle(answer: Json, given: Json) -> bool:
    return _rules(answer) == _rules(bucket_forms.lifecycle(given))


def policy(answer: Json, given: Json) -> bool:
    """Of documents whose names are filled in. S3 may write one value for a list of one."""
    return _statements(json.loads(answer["Policy"])) == _statements(given)


def _algorithms(configuration: Json) -> list[str]:
    return [each.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for each in configuration["Rules"]]


def _owners(controls: Json) -> list[str]:
    return [each["ObjectOwnership"] for each in controls["Rules"]]


def _rules(configuration: Json) -> set[str]:
    return {json.dumps(_rule(each), sort_keys=True) for each in configuration["Rules"]}


def _rule(rule: Json) -> Json:
    prefix = rule.get("Prefix") or rule.get("Filter", {}).get("Prefix") or ""
    left = {name: value for name, value in rule.items() if name not in ("Prefix", "Filter")}
    return {**left, "Prefix": prefix, "narrowed": sorted(rule.get("Filter", {}).keys() - {"Prefix"})}


def _statements(document: Json) -> set[str]:
    return {json.dumps(_plain(each), sort_keys=True) for each in _listed(document["Statement"])}


def _plain(value: Any) -> Any:
    """With every list sorted, no list of one, and everybody spelled in one of the two ways."""
    if value == {"AWS": "*"}:
        return "*"
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        plain = sorted(map(_plain, value), key=json.dumps)
        return plain[0] if len(plain) == 1 else plain
    return value


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]
