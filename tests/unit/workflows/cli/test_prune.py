from __future__ import annotations

import getpass
from typing import Any, cast

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import ModelUnknown
from chalicelib.registry import registry
from chalicelib.registry.pin import Pin
from tests.fakes.stage import FakeStage
from tests.given.interference import with_functions
from tests.given.nights import MODEL, content
from tests.given.old_nights import DAY, dead_run, nights

ALL = ("--keep", "0", "--days", "0")


def test_without_yes_nothing_is_changed_and_every_version_has_its_reason() -> None:
    stage = FakeStage(nights(3))
    before = content(stage.outside)

    result = stage.run("prune", *ALL)

    said = [" ".join(line.split()) for line in result.output.splitlines()]
    assert said[2].startswith("stays 3 3 2026-11-25") and said[2].endswith("live")
    assert said[3].endswith("live before: the next to go back to")
    assert said[4].startswith("goes 1 1 2026-11-21") and said[4].endswith("old enough")
    assert "of the 75 GB that Lambda stores" in said[5]
    assert said[6] == "nothing was changed; add --yes to delete it"
    assert result.exit_code == 0
    assert content(stage.outside) == before


def test_with_yes_it_goes_and_who_asked_is_kept() -> None:
    stage = FakeStage(nights(3))

    result = stage.run("prune", *ALL, "--yes")

    assert "pruned of kdd99-http: model versions 1; function versions 1; 0 KiB" in result.output
    note = documents.find(stage.outside.store, layout.version(MODEL, 1, registry.PRUNED))
    assert note["who"] == getpass.getuser()
    assert [each.function_version for each in stage.outside.functions.versions(MODEL)] == ["2", "3"]


def test_by_itself_it_takes_what_is_old_and_not_of_the_newest_ten() -> None:
    stage = FakeStage(nights(12))
    stage.outside.clock.sleep(20 * DAY)

    assert [each["model_version"] for each in cast(Any, stage.json("prune", "--json"))["goes"]] == [2, 1]


def test_leftover_of_a_dead_run_is_listed() -> None:
    night = nights(1)
    dead_run(night, "dead")
    night.clock.sleep(2 * DAY)

    lines = FakeStage(night).run("prune").output.splitlines()

    assert any("goes" in line and "left by run dead, which died" in line for line in lines)
    assert lines[-1] == "nothing was changed; add --yes to delete it"


def test_what_was_interrupted_is_listed_as_begun() -> None:
    stage = FakeStage(nights(3))
    stage.outside.store.put(layout.version(MODEL, 1, registry.PRUNED), b"{}")

    assert "begun earlier" in stage.run("prune").output


def test_version_that_was_wanted_after_all_is_told() -> None:
    night = nights(4)
    night.edges = with_functions(
        night.edges,
        "alias",
        nth=3,
        before=lambda: Pin(night.edges, MODEL).claim(1, who="ops", why="audit"),
    )

    output = FakeStage(night).run("prune", *ALL, "--yes").output

    assert "version 1 stays: it was made live or pinned in this moment" in output
    assert "pruned of kdd99-http: model versions 2; function versions 2" in output


def test_pruning_is_told_to_programs() -> None:
    stage = FakeStage(nights(3))

    found = cast(Any, stage.json("prune", *ALL, "--yes", "--json"))

    assert [each["model_version"] for each in found["goes"]] == [1]
    assert found["stays"][0] == {"model_version": 3, "because": "live"}
    assert found["pruned"]["model_versions"] == [1]
    again = cast(Any, stage.json("prune", *ALL, "--json"))
    assert (again["goes"], again["leftovers"], again["pruned"]) == ([], [], None)
    assert again["stored_bytes"] == found["stored_bytes"] - found["freed_bytes"]


def test_model_with_nothing_to_prune_is_told_so() -> None:
    output = FakeStage().run("prune").output

    assert "0 KiB go of 0 KiB" in output
    assert "--yes" not in output


def test_model_whose_recipe_is_gone_is_pruned_all_the_same() -> None:
    result = FakeStage(nights(1, "gone")).run("prune", "gone")

    assert result.exit_code == 0, result.output


def test_unknown_model_is_refused() -> None:
    assert isinstance(FakeStage().run("prune", "other").exception, ModelUnknown)


@pytest.mark.parametrize("arguments", [("--keep", "-1"), ("--days", "-1"), ("--days", "99999999"), ("--keep", "x")])
def test_numbers_out_of_range_are_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert FakeStage().run("prune", *arguments).exit_code == 2
