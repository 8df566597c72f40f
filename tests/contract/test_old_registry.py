"""This release serves, shows, verifies, rolls back and continues the registry of an earlier release."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.documents import documents
from chalicelib.explain import explanation, facts
from chalicelib.interventions import restoration
from chalicelib.names import LIVE
from chalicelib.pruning import pruning_plan
from chalicelib.pruning.retention import Policy
from chalicelib.registry import models, registry
from chalicelib.registry.report import Imported
from chalicelib.registry.run_documents import Profile
from chalicelib.runs import runs
from chalicelib.runs.retraining import Request
from lambdas.parts import PartList
from tests.fakes.edges import FakeOutside
from tests.given.moves import ask, serving
from tests.given.nights import MODEL, going
from tests.given.old_registry import RUNS, old_stage
from tests.given.present import present
from tests.given.records import problems, silent
from tests.http_connections import rows
from tests.unit.lambdas.nightly_batch import add_data, whole_night

NEXT = "kdd99-http-nightly-20261125T0300Z"


def predicted(night: FakeOutside) -> Any:
    """What is live says of the rows that the registry keeps of version 2."""
    sample = present(registry.find_sample(night.edges, model=MODEL, model_version=2))
    event = json.dumps({"instances": sample.instances}).encode()
    body = json.loads(night.functions.invoke(MODEL, event, qualifier=LIVE).payload)["body"]
    return body["model_version"], [each["label"] for each in body["predictions"]]


def test_verify_finds_nothing_wrong_with_it() -> None:
    assert problems(old_stage()) == ()


def test_its_live_version_is_served() -> None:
    night = old_stage()
    sample = present(registry.find_sample(night.edges, model=MODEL, model_version=2))

    assert predicted(night) == (2, [each.label for each in sample.expected])


def test_its_versions_are_shown_with_how_they_stand() -> None:
    night = old_stage()

    shown = models.describe(night.edges, model=MODEL)
    listed = models.versions(night.edges, model=MODEL)

    assert (shown["live"]["model_version"], shown["live"]["pinned"], shown["problems"]) == (2, True, [])
    assert [column["name"] for column in shown["schema"]["columns"]] == ["duration", "src_bytes", "dst_bytes"]
    assert [(each["model_version"], each["quarantined"], each["damaged"]) for each in listed] == [
        (3, True, None),
        (2, False, None),
        (1, False, None),
    ]
    assert all(models.version(night.edges, model=MODEL, model_version=f"{number}") for number in (1, 2, 3))


@pytest.mark.parametrize("run", RUNS)
def test_its_runs_are_shown_and_explained(run: str) -> None:
    night = old_stage()

    shown = runs.describe(night.edges, run=run)
    found = facts.gather(night.edges, run=run)

    assert (shown["outcome"], shown["damaged"], list(found.damaged)) == (RUNS[run], [], [])
    assert explanation.explain(found)


def test_it_is_rolled_back_and_promoted_again() -> None:
    night = old_stage()
    ask(night.edges, "unpin")

    ask(night.edges, "rollback", name="rollback-1")
    assert (serving(night), predicted(night)[0]) == (("1", {}), 1)

    ask(night.edges, "promote", name="promote-1", model_version=2, lift_quarantine=True)
    assert (serving(night), predicted(night)[0]) == (("2", {}), 2)
    assert problems(night) == ()


def test_its_alias_is_put_back_when_it_is_lost() -> None:
    night = old_stage()
    night.functions.delete_alias(MODEL)

    restored = restoration.restore(night.edges, model=MODEL, attempt="1", who="ada")

    assert (restored.model_version, restored.function_version) == (2, "2")
    assert predicted(night)[0] == 2


def test_next_night_is_judged_against_it_and_goes_live() -> None:
    night = old_stage()
    ask(night.edges, "unpin")
    add_data(night, "night-5.csv", lines=rows(normal=300, attacks=200, seed=9))

    whole_night(night.edges, run=going(night, NEXT))

    manifest = registry.manifest(night.edges, model=MODEL, model_version=4)
    assert [each.name for each in manifest.data] == ["night-1.csv", "night-2.csv", "night-3.csv", "night-5.csv"]
    assert predicted(night)[0] == 4
    assert problems(night) == ()


def test_documents_of_the_schema_before_are_read() -> None:
    """Of the last release, which told arrays and imports under it too."""
    pixels = {"kind": "array", "medians": [0.5, None]}
    beside = {"fingerprint": "f", "recipe_sha256": "r", "code_sha256": "c", "objects": []}
    brought = {"file": "a.json", "key": "imports/m/a", "sha256": 64 * "a", "bytes": 1, "classes": ["a", "b"]}
    of_profile = {"schema": 3, **beside, "profile": {"rows": 1, "columns": {"pixels": pixels}}}

    profile = Profile.read(documents.encode(of_profile), key="runs/r/profile.json")
    request = Request.read(documents.encode({"model": "m", "imports": brought}), key="runs/r/request.json")
    parts = PartList.read(documents.encode({"parts": [], "imported": brought}), key="work/r/sides/train.json")

    assert profile.profile.example == {"pixels": [0.5, None]}
    assert request.imports == parts.imported == Imported.of(brought)


def test_what_can_be_pruned_of_it_is_told() -> None:
    plan = pruning_plan.make(old_stage().edges, model=MODEL, policy=Policy(keep=0, days=0), report=silent)

    kept = {each.version.model_version: each.kept_because for each in plan.decisions}
    assert kept == {1: "live before: the next to go back to", 2: "live", 3: "quarantined: the evidence stays"}
