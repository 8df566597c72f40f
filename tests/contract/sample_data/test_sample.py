"""Which data `make run` gets, and whether the model passes its gate on the stand-in."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import _kddcup99
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.contract.sample_data.archives import KEPT, Answering, archive_at, packed, sending
from workflows.sample_data import SAMPLE_FILES, sample, synthetic
from workflows.sample_data.kdd99 import KDD99, Archive
from workflows.sample_data.source import KDD_CUP_99, SYNTHETIC

Serve = Callable[[Answering], str]


def unheard(sentence: str) -> None:
    """Nobody listens."""


def test_archive_is_the_one_that_scikit_learn_pins() -> None:
    pinned = _kddcup99.ARCHIVE

    assert Archive(pinned.url, pinned.checksum) == KDD99


def test_real_data_is_downloaded_once(serve: Serve, tmp_path: Path) -> None:
    content = packed(KEPT)
    first = sample(tmp_path / "cache", report=unheard, archive=archive_at(serve(sending(content)), content))
    gone = archive_at(serve(lambda request: request.send_error(500)), content)

    again = sample(tmp_path / "cache", report=unheard, archive=gone)

    assert first == again
    assert (first.source, first.path.name) == (KDD_CUP_99, SAMPLE_FILES[0])
    assert len(gzip.decompress(first.path.read_bytes()).splitlines()) == 1 + len(KEPT)


def test_stand_in_is_used_and_named_when_the_archive_cannot_be_had(serve: Serve, tmp_path: Path) -> None:
    url = serve(lambda request: request.send_error(404))
    said: list[str] = []

    found = sample(tmp_path, report=said.append, archive=Archive(url, ""))

    assert (found.source, found.path.name) == (SYNTHETIC, SAMPLE_FILES[1])
    assert "synthetic" in found.description
    assert said == [
        f"downloading KDD Cup 1999 from {url}",
        f"could not fetch {url}: HTTP Error 404: Not Found: using a synthetic stand-in with the same columns;"
        " give real data with make run DATA=FILE",
    ]


def test_real_data_takes_over_from_the_stand_in_once_it_can_be_had(serve: Serve, tmp_path: Path) -> None:
    content = packed(KEPT)
    sample(tmp_path, report=unheard, archive=Archive(serve(lambda request: request.send_error(503)), ""))

    found = sample(tmp_path, report=unheard, archive=archive_at(serve(sending(content)), content))

    assert found.source == KDD_CUP_99


@pytest.mark.parametrize("seed", range(5))
def test_default_model_passes_its_gate_on_the_stand_in(seed: int) -> None:
    cells = [row.split(b",") for row in synthetic.rows()]
    X = np.array([row[:3] for row in cells], dtype=float)
    is_attack = np.array([row[3] != b"normal.\n" for row in cells])
    X_train, X_holdout, y_train, y_holdout = train_test_split(
        X, is_attack, test_size=0.2, stratify=is_attack, random_state=seed
    )

    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)

    tn, fp, fn, tp = confusion_matrix(y_holdout, model.predict(X_holdout)).ravel()
    assert tp + fn >= 100
    assert tp / (tp + fn) >= 0.98
    assert tp / (tp + fp) >= 0.95
    assert fp / (fp + tn) <= 0.001


@pytest.mark.real_data
def test_archive_of_the_real_rows_gives_the_real_file(serve: Serve, tmp_path: Path) -> None:
    real = gzip.decompress((Path(os.environ["NIGHTSWAP_TEST_DATA"]) / "kdd_http.csv.gz").read_bytes())
    content = packed(real.splitlines()[1:])

    found = sample(tmp_path, report=unheard, archive=archive_at(serve(sending(content)), content))

    assert gzip.decompress(found.path.read_bytes()) == real
    assert real.count(b"\n") == 1 + 567_498
