from __future__ import annotations

import pytest

from chalicelib.errors import ArtifactInvalid
from lambdas.model.formats.all_formats import FORMATS, format_of
from lambdas.serve import handler


def test_every_format_that_is_written_is_served_and_every_served_one_is_written() -> None:
    assert set(FORMATS) == set(handler.FORMATS) == set(handler.READERS)


@pytest.mark.parametrize("name", FORMATS)
def test_package_of_a_format_holds_its_reader(name: str) -> None:
    assert f"{name}.py" in FORMATS[name].serving


@pytest.mark.parametrize("name", FORMATS)
def test_artifact_of_a_format_is_named_as_the_roles_permit(name: str) -> None:
    stem, _, ending = FORMATS[name].file.partition(".")

    assert stem == "model"
    assert ending.isalnum()


def test_no_two_formats_share_a_file_name() -> None:
    assert len({each.file for each in FORMATS.values()}) == len(FORMATS)


def test_format_that_this_release_does_not_know_is_refused_by_its_name() -> None:
    with pytest.raises(ArtifactInvalid, match="the artifact's format is 'pickle': expected one of scorecard"):
        format_of("pickle")
