"""Whatever happens to the saved files, one generation is loaded, and no damaged file is overwritten."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.workflows.local.state.saves import (
    DAMAGES,
    SERVICES,
    body,
    checked,
    generations,
    loaded,
    saved,
    truncate,
)
from workflows.local.state.generations import DAMAGED_KEPT

ALL_ANOTHER, ALL_MISSING = ({f"{name}.json": damage for name in SERVICES} for damage in ("another", "missing"))
NO_COPIES = {f"previous/{name}.json": "a folder" for name in (*SERVICES, "manifest")}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_that_has_a_copy_is_told_and_loses_nothing(tmp_path: Path, damage: str) -> None:
    saved(tmp_path)
    DAMAGES[damage](tmp_path / "aws" / "sns.json")

    told = checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 3, "lambda": 3, "sns": 0}
    assert len(told) == 1
    assert told[0].startswith("sns.json ")
    assert "its copy of 2026-11-25T03:00:00Z takes its place" in told[0]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_without_a_copy_takes_all_services_back_to_the_generation_before(
    tmp_path: Path, damage: str
) -> None:
    saved(tmp_path)
    DAMAGES[damage](tmp_path / "aws" / "lambda.json")

    told = checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 2, "lambda": 2, "sns": 0}
    assert told[0] == "the last save is not whole: the one before is taken, of 2026-11-25T03:00:00Z"


@pytest.mark.parametrize("damage", DAMAGES)
def test_service_of_which_nothing_is_whole_starts_empty_and_the_others_stay(tmp_path: Path, damage: str) -> None:
    saved(tmp_path)
    for folder in (tmp_path / "aws", tmp_path / "aws" / "previous"):
        DAMAGES[damage](folder / "lambda.json")

    told = checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 3, "sns": 0}
    assert len(told) == 1
    assert "there is no whole copy; it starts empty: the next deployment makes its resources again" in told[0]
    assert checked(tmp_path) == []


@pytest.mark.parametrize("damage", sorted(DAMAGES.keys() - {"missing", "a folder", "empty"}))
def test_damaged_file_is_kept_and_the_message_says_where(tmp_path: Path, damage: str) -> None:
    saved(tmp_path)
    DAMAGES[damage](tmp_path / "aws" / "sns.json")
    damaged = (tmp_path / "aws" / "sns.json").read_bytes()

    told = checked(tmp_path)

    (kept,) = (tmp_path / "damaged").iterdir()
    assert kept.read_bytes() == damaged
    assert f"is kept as damaged/{kept.name}" in told[0]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_manifest_takes_the_generation_before(tmp_path: Path, damage: str) -> None:
    saved(tmp_path)
    DAMAGES[damage](tmp_path / "aws" / "manifest.json")

    told = checked(tmp_path)

    assert any(line.startswith("the last save is not whole") for line in told)
    assert loaded(tmp_path) == {"iam": 2, "lambda": 2, "sns": 0}


def test_service_that_the_generation_does_not_know_is_put_aside(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "aws" / "sqs.json").write_bytes(body(9))

    told = checked(tmp_path)

    assert "sqs.json does not belong to the save" in told[0]
    assert "sqs" not in loaded(tmp_path)


def test_damaged_loose_service_takes_no_other_back(tmp_path: Path) -> None:
    made = saved(tmp_path)
    made.save({"iam": body(4), "cloudwatch": body(4)})
    truncate(tmp_path / "aws" / "cloudwatch.json")

    told = generations(tmp_path, loose=("cloudwatch",)).check()

    assert loaded(tmp_path) == {"iam": 4, "lambda": 3, "sns": 0}
    assert len(told) == 1


def test_function_whose_package_is_lost_or_damaged_is_not_loaded_without_it(tmp_path: Path) -> None:
    package = b"a package"
    name = hashlib.sha256(package).hexdigest()
    functions = json.dumps({"number": 1, "code_zip": {"code_blob_ref": name}}).encode()
    made = generations(tmp_path)
    blob = tmp_path / "aws" / "lambda-blobs" / f"{name}.zip"
    blob.parent.mkdir()
    blob.write_bytes(package)
    made.save({"lambda": functions, "iam": body(1)})

    assert made.packages() == {name}
    assert checked(tmp_path) == []
    blob.write_bytes(package[:-1])
    told = checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 1}
    assert "lambda.json names 1 packages of functions that are lost" in told[0]
    assert not blob.exists()


def test_rejected_file_is_not_loaded_again_from_its_copy(tmp_path: Path) -> None:
    made = saved(tmp_path)

    told = made.reject("sns", "KeyError: 'topics'")
    checked(tmp_path)

    assert told.startswith("sns.json cannot be loaded (KeyError: 'topics'), and is kept as damaged/")
    assert loaded(tmp_path) == {"iam": 3, "lambda": 3}


def test_rejected_file_leaves_the_copy_that_is_of_another_save(tmp_path: Path) -> None:
    made = saved(tmp_path)
    made.save({"iam": body(4), "lambda": body(4)})

    made.reject("iam", "KeyError: 'roles'")
    checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 3, "lambda": 3, "sns": 0}


def test_damaged_files_do_not_pile_up(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "damaged").mkdir()
    for number in range(DAMAGED_KEPT + 5):
        (tmp_path / "damaged" / f"20261124T0300{number:02}Z-iam.json").write_bytes(b"{")
    (tmp_path / "aws" / "sqs.json").write_bytes(body(9))

    checked(tmp_path)

    kept = sorted(path.name for path in (tmp_path / "damaged").iterdir())
    assert (len(kept), kept[-1]) == (DAMAGED_KEPT, "20261125T030000Z-sqs.json")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(
            [f"{folder}{name}.json" for folder in ("", "previous/") for name in (*SERVICES, "manifest")],
        ),
        st.sampled_from(sorted(DAMAGES)),
    )
)
@example({"manifest.json": "missing", "previous/manifest.json": "a folder", **ALL_ANOTHER})
@example({"manifest.json": "missing", "previous/manifest.json": "missing", **ALL_MISSING})
@example({"manifest.json": "missing", **ALL_MISSING, **NO_COPIES})
@example({"manifest.json": "truncated", "previous/manifest.json": "a folder", **ALL_MISSING})
def test_any_damage_leaves_services_of_one_generation(damages: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        saved(folder)
        for path, damage in damages.items():
            DAMAGES[damage](folder / "aws" / path)

        told = checked(folder)

        found = loaded(folder)
        of_one_save = {found[each] for each in ("iam", "lambda") if each in found}
        assert len(of_one_save) <= 1 or "manifest.json" in damages
        assert told or not {path for path in damages if "/" not in path} - {"manifest.json"}
        if not any("/" in path or path == "manifest.json" for path in damages):
            assert found.keys() == set(SERVICES)
        assert checked(folder) == []
