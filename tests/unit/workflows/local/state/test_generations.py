"""Saved files are loaded as one complete generation, whenever a save was interrupted."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.workflows.local.state.saves import (
    body,
    checked,
    generations,
    loaded,
    saved,
)

CLONE = Path(__file__).parents[5]
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


def test_first_start_has_nothing_to_load_or_tell(tmp_path: Path) -> None:
    assert checked(tmp_path) == []
    assert loaded(tmp_path) == {}


def test_same_bodies_are_not_saved_again_once_there_are_two_copies(tmp_path: Path) -> None:
    made = generations(tmp_path)

    assert [made.save({"iam": body(1)}) for _ in range(3)] == [True, True, False]


def test_loose_service_goes_with_any_generation(tmp_path: Path) -> None:
    made = saved(tmp_path)
    made.save({"iam": body(4), "cloudwatch": body(4)})
    (tmp_path / "aws" / "iam.json").unlink()

    generations(tmp_path, loose=("cloudwatch",)).check()

    assert loaded(tmp_path) == {"iam": 3, "lambda": 3, "sns": 0, "cloudwatch": 4}


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


def test_packages_of_both_generations_are_needed(tmp_path: Path) -> None:
    made = generations(tmp_path)
    for letter in "abc":
        made.save({"lambda": json.dumps({"code_blob_ref": letter * 64}).encode()})

    assert made.packages() == {"b" * 64, "c" * 64}


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
