from __future__ import annotations

from typing import Any

import pytest

from chalicelib.documents import documents
from chalicelib.errors import RegistryIncomplete
from chalicelib.registry.replay_sample import Sample

KEY = "models/kdd99-http/versions/000001/replay.json"


def test_sample_of_an_earlier_release_is_read() -> None:
    body = b"""{
 "expected": [
  {
   "label": "attack",
   "probabilities": {
    "attack": 0.9,
    "normal": 0.1
   }
  }
 ],
 "instances": [
  {
   "duration": 0.0
  }
 ]
}"""

    sample = Sample.read(body, key=KEY)

    assert (sample.instances, sample.erased) == ([{"duration": 0.0}], ())
    assert [(each.label, each.probabilities["attack"]) for each in sample.expected] == [("attack", 0.9)]


ANSWER = {"label": "a", "probabilities": {"a": 1.0}}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"instances": []}, "in it expected is missing"),
        ({"instances": [{}], "expected": []}, "in it expected has 0 answers to 1 instances"),
        (
            {"instances": [{}, {}], "expected": [ANSWER, {**ANSWER, "label": "b"}]},
            r"in it expected\[1\] gives its label no probability",
        ),
    ],
)
def test_every_instance_has_an_answer_with_the_probability_of_its_label(document: Any, problem: str) -> None:
    with pytest.raises(RegistryIncomplete, match=f"{KEY} is damaged: {problem};"):
        Sample.read(documents.encode(document), key=KEY)
