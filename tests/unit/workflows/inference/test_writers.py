from __future__ import annotations

import csv
import io
import json

import pytest

from tests.given.inference import GOOD, service
from workflows.inference import scoring, writers
from workflows.inference.media_types import parsed

_, BODY = scoring.score(service(), {"instances": [GOOD, GOOD | {"size": 900}]})


def written(kind: str) -> str:
    return writers.write(BODY, of=parsed(kind)).decode()


def test_json_is_the_body() -> None:
    assert json.loads(written("application/json")) == BODY


def test_json_lines_are_the_predictions() -> None:
    assert [json.loads(line) for line in written("application/jsonlines").splitlines()] == BODY["predictions"]


@pytest.mark.parametrize(
    ("kind", "header"), [("text/csv", []), ("text/csv;header=present", [["label", "attack", "normal"]])]
)
def test_csv_is_the_label_and_every_probability_to_its_last_digit(kind: str, header: list[list[str]]) -> None:
    rows = list(csv.reader(io.StringIO(written(kind))))

    values = [[each["label"], *map(str, each["probabilities"].values())] for each in BODY["predictions"]]
    assert rows == header + values
    assert [float(cell) for cell in rows[-1][1:]] == list(BODY["predictions"][1]["probabilities"].values())
