from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workflows.local.state.halves import missing
from workflows.local.state.state_folder import StateFolder

BUCKET = "nightswap-local-000000000000-us-east-1"


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    """Of a local AWS that a stage was deployed to."""
    made = StateFolder(tmp_path)
    made.prepare()
    (made.aws / "manifest.json").write_text("{}")
    (made.aws / "s3.json").write_text(f'{{"payload": {{"buckets_meta": ["{BUCKET}"]}}}}')
    entry = made.s3 / "000000000000" / BUCKET / "ledger" / "m" / "0000000001.json"
    entry.parent.mkdir(parents=True)
    entry.write_text("{}")
    return made


def test_state_with_both_halves_and_a_new_one_are_in_order(folder: StateFolder, tmp_path: Path) -> None:
    new = StateFolder(tmp_path / "new")
    new.prepare()

    assert [*missing(folder), *missing(new)] == []


@pytest.mark.parametrize("keeps_manifest", [True, False])
def test_services_that_are_gone_are_told(folder: StateFolder, keeps_manifest: bool) -> None:
    if keeps_manifest:
        (folder.aws / "s3.json").unlink()
    else:
        shutil.rmtree(folder.aws)

    (told,) = missing(folder)

    assert told.startswith("aws/ holds nothing, and s3/ the objects of a bucket")
    assert "the models come back from the registry" in told


def test_objects_that_are_gone_are_told_with_the_way_to_begin_anew(folder: StateFolder) -> None:
    shutil.rmtree(folder.s3)

    (told,) = missing(folder)

    assert "data set, registry and ledger are gone" in told
    assert told.endswith("make run CLEAN=1 begins anew")


def test_local_aws_that_never_had_a_bucket_misses_no_object(folder: StateFolder) -> None:
    shutil.rmtree(folder.s3)
    (folder.aws / "s3.json").write_text('{"payload": {"buckets_meta": []}}')

    assert list(missing(folder)) == []
