"""A model can be named as an argument, by its option, or not at all."""

from __future__ import annotations

import pytest

from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, promote
from workflows.cli.options import DEFAULT_MODEL

OTHER = "loans"


@pytest.fixture
def both() -> FakeStage:
    """A stage with two models, of which the other has a version and the default one none."""
    outside = FakeOutside(MODEL, OTHER)
    promote(outside.edges, run="run-of-loans", model=OTHER)
    return FakeStage(outside)


@pytest.mark.parametrize(
    "words", [("loans",), ("--model", "loans"), ("loans", "--model", "loans"), ("--model=loans", "loans")]
)
def test_model_is_taken_from_wherever_it_is_named(words: tuple[str, ...], both: FakeStage) -> None:
    found = both.json("versions", *words, "--json")

    assert isinstance(found, list)
    assert [each["run"] for each in found] == ["run-of-loans"]


def test_model_that_is_not_named_is_the_default_one(both: FakeStage) -> None:
    assert MODEL == DEFAULT_MODEL
    assert both.json("versions", "--json") == []


@pytest.mark.parametrize("option", [MODEL, "another"])
def test_two_models_for_one_command_are_refused(option: str, both: FakeStage) -> None:
    """The default one too, where it is written."""
    result = both.run("versions", OTHER, "--model", option)

    assert result.exit_code == 2
    assert f"MODEL is 'loans' and --model is '{option}': give one of them" in result.output


@pytest.mark.parametrize("command", ["history", "prune", "restore", "verify", "versions"])
@pytest.mark.parametrize("given", [("",), ("--model", ""), (MODEL, "--model", ""), ("", "--model", MODEL)])
def test_empty_name_is_no_model_and_never_the_default_one(
    command: str, given: tuple[str, ...], both: FakeStage
) -> None:
    result = both.run(command, *given)

    assert result.exit_code == 2
    assert "MODEL is empty: name a model, or leave it out" in result.output
