"""Whatever happens to the saved files, one generation is loaded, and nothing that is damaged is written over."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workflows.local.state.generations import DAMAGED_KEPT, Generations

CLONE = Path(__file__).parents[5]
SERVICES = ("iam", "lambda", "sns")
"""Of these `sns` is saved once and never changes."""
KILLS = 10
SEED = 20261125

SAVER = """
import json, sys
from pathlib import Path
from workflows.local.state.generations import Generations
saved = Generations(Path(sys.argv[1]), damaged=Path(sys.argv[2]), clock=lambda: "2026-11-25T03:00:00Z")
saved.check()
number = int(sys.argv[3])
while True:
    number += 1
    saved.save({name: json.dumps({"number": number, "more": "x" * 20_000}).encode() for name in ("a", "b", "c", "d")})
    print(number, flush=True)
"""


def generations(folder: Path, loose: tuple[str, ...] = ()) -> Generations:
    aws = folder / "aws"
    aws.mkdir(exist_ok=True, parents=True)
    return Generations(aws, damaged=folder / "damaged", clock=lambda: "2026-11-25T03:00:00Z", loose=loose)


def body(number: int) -> bytes:
    return json.dumps({"number": number}).encode()


@cache
def three_saves() -> Path:
    """A folder to which three generations were saved; made once, because bringing files to the disk takes long."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    made = generations(folder)
    for number in (1, 2, 3):
        made.save({"iam": body(number), "lambda": body(number), "sns": body(0)})
    return folder


def saved(folder: Path) -> Generations:
    shutil.copytree(three_saves(), folder, dirs_exist_ok=True)
    made = generations(folder)
    assert made.check() == []
    return made


def loaded(folder: Path) -> dict[str, int]:
    """What the emulator reads of each service."""
    paths = [path for path in (folder / "aws").glob("*.json") if path.name != "manifest.json"]
    return {path.stem: json.loads(path.read_bytes())["number"] for path in paths}


def checked(folder: Path) -> list[str]:
    return generations(folder).check()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def blank(path: Path) -> None:
    """What a power loss may leave of a file."""
    path.write_bytes(bytes(path.stat().st_size))


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": truncate,
    "empty": lambda path: path.write_bytes(b""),
    "blank": blank,
    "garbage": lambda path: path.write_bytes(b"\xff\x00{"),
    "another": lambda path: path.write_bytes(body(77)),
    "a list": lambda path: path.write_bytes(b"[1]"),
    "missing": Path.unlink,
    "a folder": make_folder,
}


ALL_ANOTHER, ALL_MISSING = ({f"{name}.json": damage for name in SERVICES} for damage in ("another", "missing"))


def test_whole_generation_is_loaded_and_nothing_is_told(tmp_path: Path) -> None:
    saved(tmp_path)

    assert checked(tmp_path) == []
    assert loaded(tmp_path) == {"iam": 3, "lambda": 3, "sns": 0}


def test_first_start_has_nothing_to_load_or_tell(tmp_path: Path) -> None:
    assert checked(tmp_path) == []
    assert loaded(tmp_path) == {}


def test_same_bodies_are_not_saved_again_once_there_are_two_copies(tmp_path: Path) -> None:
    made = generations(tmp_path)

    assert [made.save({"iam": body(1)}) for _ in range(3)] == [True, True, False]


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


def test_service_of_an_older_generation_is_not_loaded_beside_the_others(tmp_path: Path) -> None:
    saved(tmp_path)
    shutil.copy(tmp_path / "aws" / "previous" / "lambda.json", tmp_path / "aws" / "lambda.json")

    checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 2, "lambda": 2, "sns": 0}


def test_service_that_the_generation_does_not_know_is_put_aside(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "aws" / "sqs.json").write_bytes(body(9))

    told = checked(tmp_path)

    assert "sqs.json does not belong to the save" in told[0]
    assert "sqs" not in loaded(tmp_path)


def test_loose_service_goes_with_any_generation(tmp_path: Path) -> None:
    made = saved(tmp_path)
    made.save({"iam": body(4), "cloudwatch": body(4)})
    (tmp_path / "aws" / "iam.json").unlink()

    generations(tmp_path, loose=("cloudwatch",)).check()

    assert loaded(tmp_path) == {"iam": 3, "lambda": 3, "sns": 0, "cloudwatch": 4}


def test_damaged_loose_service_takes_no_other_back(tmp_path: Path) -> None:
    made = saved(tmp_path)
    made.save({"iam": body(4), "cloudwatch": body(4)})
    truncate(tmp_path / "aws" / "cloudwatch.json")

    told = generations(tmp_path, loose=("cloudwatch",)).check()

    assert loaded(tmp_path) == {"iam": 4, "lambda": 3, "sns": 0}
    assert len(told) == 1


def test_state_from_before_there_were_manifests_is_adopted_without_what_cannot_be_read(tmp_path: Path) -> None:
    made = generations(tmp_path)
    (tmp_path / "aws" / "iam.json").write_bytes(body(1))
    (tmp_path / "aws" / "lambda.json").write_bytes(b"")

    told = made.check()

    assert loaded(tmp_path) == {"iam": 1}
    assert told[0] == "there is no manifest.json to check it by: each service is taken as it was found"
    assert told[1].startswith("lambda.json is damaged (it is empty), and is kept as damaged/")
    assert checked(tmp_path) == []


def test_state_of_which_only_copies_are_left_is_adopted_from_them(tmp_path: Path) -> None:
    saved(tmp_path)
    for path in (tmp_path / "aws").glob("*.json"):
        path.unlink()
    (tmp_path / "aws" / "previous" / "manifest.json").unlink()

    told = checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 2, "lambda": 2, "sns": 0}
    assert told[1] == "iam.json is missing; its copy takes its place"
    assert checked(tmp_path) == []


def test_unfinished_files_are_swept(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "aws" / "iam.json.tmp").write_bytes(b"{")

    assert checked(tmp_path) == []
    assert not (tmp_path / "aws" / "iam.json.tmp").exists()


def test_folder_in_the_way_of_a_file_that_is_written_is_moved_away(tmp_path: Path) -> None:
    made = saved(tmp_path)
    (tmp_path / "aws" / "iam.json.tmp").mkdir()
    (tmp_path / "aws" / "iam.json.tmp" / "file").touch()

    assert checked(tmp_path) == []

    assert made.save({"iam": body(4)})
    assert loaded(tmp_path)["iam"] == 4


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


def test_packages_of_both_generations_are_needed(tmp_path: Path) -> None:
    made = generations(tmp_path)
    for letter in "abc":
        made.save({"lambda": json.dumps({"code_blob_ref": letter * 64}).encode()})

    assert made.packages() == {"b" * 64, "c" * 64}


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


def test_service_that_changed_has_a_new_copy_before_it_counts_as_kept_twice(tmp_path: Path) -> None:
    made = saved(tmp_path)
    assert made.save({"iam": body(3), "lambda": body(3)}), "the third save has no copy yet"
    made.save({"iam": body(4), "lambda": body(3)})
    made.save({"iam": body(4), "lambda": body(4)})
    (tmp_path / "aws" / "iam.json").write_bytes(b"garbage")

    checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 4, "lambda": 4, "sns": 0}


def test_save_that_fails_half_way_and_is_tried_again_keeps_the_generation_before_it(tmp_path: Path) -> None:
    made = saved(tmp_path)
    in_the_way = tmp_path / "aws" / "lambda.json.tmp"
    in_the_way.mkdir()
    for number in (4, 5):
        with pytest.raises(OSError, match=r"lambda\.json\.tmp"):
            made.save({"iam": body(number), "lambda": body(number)})
    in_the_way.rmdir()

    checked(tmp_path)

    assert loaded(tmp_path) == {"iam": 3, "lambda": 3, "sns": 0}


def test_service_that_is_again_as_it_was_after_a_save_that_failed_is_whole(tmp_path: Path) -> None:
    made = saved(tmp_path)
    in_the_way = tmp_path / "aws" / "lambda.json.tmp"
    in_the_way.mkdir()
    with pytest.raises(OSError, match=r"lambda\.json\.tmp"):
        made.save({"iam": body(4), "lambda": body(4)})
    in_the_way.rmdir()

    made.save({"iam": body(3), "lambda": body(5)})

    assert checked(tmp_path) == []
    assert loaded(tmp_path) == {"iam": 3, "lambda": 5, "sns": 0}


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


def test_kill_at_any_moment_of_a_save_leaves_one_whole_generation(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    said = 0
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", SAVER, str(tmp_path / "aws"), str(tmp_path / "damaged"), str(said)],
            cwd=CLONE,
            stdout=subprocess.PIPE,
            text=True,
        ) as saver:
            assert saver.stdout is not None
            (tmp_path / "aws").mkdir(exist_ok=True)
            said = int(saver.stdout.readline())
            time.sleep(draw.random() * 0.1)
            os.kill(saver.pid, signal.SIGKILL)
            said = int(([str(said), *saver.stdout.read().split()])[-1])

        checked(tmp_path)

        found = loaded(tmp_path)
        assert found.keys() == {"a", "b", "c", "d"}
        assert len(set(found.values())) == 1
        assert said <= found["a"] <= said + 1
        said = found["a"]
