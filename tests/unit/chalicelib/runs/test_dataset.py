"""The fingerprint of what a model is made of; tests/unit/lambdas/test_preprocess.py has the run's list of objects."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.runs.dataset import Object, fingerprint
from chalicelib.settings.tasks import TaskSettings

OBJECTS = (Object(key="data/a.csv", etag="1", size_bytes=5), Object(key="data/b.csv", etag="2", size_bytes=5))
SETTINGS = TaskSettings(stage="test", code_sha256="code", serving_sha256="serving")
FIRST, SECOND = OBJECTS


def of(objects: tuple[Object, ...] = OBJECTS, *, recipe: str = "recipe", settings: TaskSettings = SETTINGS) -> str:
    return fingerprint(objects, recipe_sha256=recipe, settings=settings)


@pytest.mark.parametrize(
    "other",
    [
        of((FIRST.but(key="data/c.csv"), SECOND)),
        of((FIRST.but(etag="3"), SECOND)),
        of((SECOND, FIRST)),
        of((FIRST,)),
        of(recipe="another"),
        of(settings=replace(SETTINGS, code_sha256="another")),
        of(settings=replace(SETTINGS, serving_sha256="another")),
    ],
    ids=["key", "content", "order", "number of objects", "recipe", "code", "serving code"],
)
def test_another_object_recipe_or_code_is_another_fingerprint(other: str) -> None:
    assert other != of()


@pytest.mark.parametrize(
    "same",
    [of((FIRST.but(size_bytes=6), SECOND)), of(settings=replace(SETTINGS, memory_mb=512, stage="prod"))],
    ids=["size", "settings that change no model"],
)
def test_what_makes_no_other_model_is_the_same_fingerprint(same: str) -> None:
    assert same == of()
