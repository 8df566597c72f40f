"""Ctrl-C in the middle of work: the command says what it leaves, and what goes on without it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chalicelib.edges import Edges
from chalicelib.edges.object_versions import ObjectVersions
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.interference import interfered, with_functions, with_store
from tests.given.nights import MODEL, promote
from tests.given.old_nights import nights
from tests.unit.workflows.data_set import erasing

GOES_ON = "interrupted: finished work is kept, and the same command continues from there"


def interrupt() -> None:
    raise KeyboardInterrupt


@dataclass
class StageWithoutPatience(FakeStage):
    """Ctrl-C comes as soon as a file is to be written, an object's versions go, or AWS is reached."""

    @property
    def edges(self) -> Edges:
        return with_store(super().edges, "put_if_absent", before=interrupt)

    @property
    def object_versions(self) -> ObjectVersions:
        return interfered(super().object_versions, "delete", before=interrupt)

    def reach(self) -> None:
        interrupt()


@dataclass
class StageOfOneLook(FakeStage):
    """Ctrl-C comes at the first look at a run that was started."""

    @property
    def edges(self) -> Edges:
        if not self.outside.executions.payloads:
            return super().edges
        return with_store(super().edges, "list", before=interrupt)


def test_run_that_is_no_longer_watched_goes_on_and_the_command_says_so() -> None:
    result = StageOfOneLook().run("retrain", "--watch")

    run = result.output.split()[2]
    assert (
        f"interrupted: run {run} goes on; nightswap runs {run} shows it, nightswap stop {run} stops it (--stage test)"
        in result.output
    )


def test_interrupted_deploy_says_that_it_can_be_repeated() -> None:
    assert GOES_ON in StageWithoutPatience(name="prod").run("deploy").output


def test_interrupted_erasure_says_that_it_can_be_repeated() -> None:
    on = StageWithoutPatience(erasing.stage().outside)

    assert GOES_ON in on.run("data", "erase", erasing.FIRST, "--yes").output


def test_interrupted_addition_says_what_the_data_set_holds(tmp_path: Path) -> None:
    file = tmp_path / "night.csv"
    file.write_bytes(b"duration,src_bytes,dst_bytes,label\n0,1,2,normal.\n")

    said = StageWithoutPatience().run("data", "add", str(file), "--no-check").output

    assert "interrupted: nothing was added, unless nightswap data list --model kdd99-http shows all of it" in said


def test_interrupted_move_says_that_it_may_be_done_all_the_same() -> None:
    night = FakeOutside(MODEL)
    promote(night.edges, run="run-1")

    said = StageWithoutPatience(night).run("pin", "--reason", "audit")

    assert "interrupted: it may be done all the same: nightswap history kdd99-http shows whether it is" in said.output
    assert "(--stage test)" in said.output


def test_interrupted_pruning_and_restoration_say_that_they_can_be_repeated() -> None:
    night = nights(3)
    before = night.edges
    night.edges = with_store(night.edges, "delete", before=interrupt)
    assert GOES_ON in FakeStage(night).run("prune", "--keep", "0", "--days", "0", "--yes").output

    night.edges = with_functions(before, "alias", nth=2, before=interrupt)
    assert GOES_ON in FakeStage(night).run("restore").output
