"""Train takes of a training job what Train would have made, and nothing else."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib import layout
from chalicelib.contracts.training import TrainTask
from chalicelib.errors import ArtifactInvalid, RegistryIncomplete
from lambdas import train
from lambdas.engines.sagemaker import collected, job
from lambdas.model.predictions import FILES
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL
from tests.given.training_jobs import carried_out
from tests.unit.lambdas.engines.sagemaker.jobs import described, downloaded, on_sagemaker
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, training_task

Files = dict[str, bytes]
KEY = job.output_key(SETTINGS.stage, run=RUN, model=MODEL)
TRAINING = layout.run_document(RUN, "training")
ARTIFACT = layout.work(RUN, "model.json")
LABELS, PROBABILITIES = (layout.work(RUN, f"answers/00000/{file}") for file in FILES[1:])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """What a job leaves, by name."""
    base = tmp_path_factory.mktemp("job")
    night = night_with_data()
    downloaded(night, described(night), base)
    assert carried_out(base, sys.executable).returncode == 0
    model = base / "model"
    return {each.relative_to(model).as_posix(): each.read_bytes() for each in model.rglob("*") if each.is_file()}


def archive(files: Files, *, prefix: str = "") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as opened:
        for name, body in files.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(body)
            opened.addfile(member, io.BytesIO(body))
    return packed.getvalue()


def collecting(night: FakeOutside, body: bytes | None) -> TrainTask:
    task = training_task(described(night))
    if body is not None:
        night.store.put(KEY, body)
    return task


def refused(night: FakeOutside, body: bytes | None, kind: type[Exception] = ArtifactInvalid) -> str:
    task = collecting(night, body)
    with pytest.raises(kind) as raised:
        train.run(task, night.edges, SETTINGS, load=on_sagemaker)
    assert night.store.find(ARTIFACT) is None
    return str(raised.value)


def test_names_may_begin_as_tar_writes_them(night: FakeOutside, made: Files) -> None:
    task = collecting(night, archive(made, prefix="./"))

    assert train.run(task, night.edges, SETTINGS, load=on_sagemaker).artifact_uri == f"s3://test-bucket/{ARTIFACT}"


def test_job_that_left_nothing(night: FakeOutside) -> None:
    assert "left nothing at work/" in refused(night, None)


@pytest.mark.parametrize("end", [0, 10, 1000])
def test_archive_that_is_cut_off(night: FakeOutside, made: Files, end: int) -> None:
    assert "no whole .tar.gz file" in refused(night, archive(made)[:end])


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {each: body for each, body in files.items() if each != name}


def with_another(name: str, body: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, name: body}


def with_facts(**facts: object) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        known = json.loads(files[TRAINING])
        known["artifact"] = {**known["artifact"], **facts}
        return {**files, TRAINING: json.dumps(known).encode()}

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without(TRAINING), "left no facts of a training"),
        (without(ARTIFACT), "left no model.json"),
        (without(LABELS), "left no whole answers for part 00000"),
        (with_another(LABELS, b"\x80\x04N."), "left no whole answers for part 00000"),
        (with_another("../../etc/passwd", b""), "left '../../etc/passwd', which no training leaves"),
        (with_another(layout.run_document(RUN, "report"), b"{}"), "which no training leaves"),
        (with_another("work/another-run/model.json", b"{}"), "which no training leaves"),
        (with_another(ARTIFACT, b"{}"), ""),
        (with_another(TRAINING, b" " * 5_000_001), "left 5,000,001 bytes of runs/"),
        (with_facts(format="pickle"), "made 'pickle', which none makes"),
        (with_facts(format="onnx", file="model.onnx"), "made 'onnx', which none makes"),
        (with_facts(file="model.trees"), "made 'scorecard', which none makes"),
        (with_facts(layers=["numpy"]), "made 'scorecard', which none makes"),
        (with_another(collected.ERROR, b"{}"), "left an error that cannot be read"),
        (with_another(collected.ERROR, b'{"error": "KeyError", "reason": ""}'), "left an error that cannot be read"),
    ],
)
def test_archive_that_no_training_leaves_is_refused_and_nothing_of_it_kept(
    night: FakeOutside, made: Files, change: Callable[[Files], Files], words: str
) -> None:
    assert words in refused(night, archive(change(made)))


def test_facts_that_are_none(night: FakeOutside, made: Files) -> None:
    assert "training" in refused(night, archive({**made, TRAINING: b"[]"}), RegistryIncomplete)


def test_answers_for_other_rows(night: FakeOutside, made: Files) -> None:
    other = night_with_data(lines=["0,54540,8314,normal."] * 400 + ["0,230,1200,phf."] * 400)
    task = training_task(described(other))
    other.store.put(KEY, archive(made))

    with pytest.raises(ArtifactInvalid, match="answered 300 rows of part 00000: expected 160"):
        train.run(task, other.edges, SETTINGS, load=on_sagemaker)


def test_link_is_refused(night: FakeOutside, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as opened:
        member = tarfile.TarInfo(ARTIFACT)
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        opened.addfile(member)

    assert "which no training leaves" in refused(night, packed.getvalue())
