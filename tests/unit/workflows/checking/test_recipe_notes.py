from __future__ import annotations

from chalicelib.aws.patience import PROMPT
from lambdas.model.recipe import Serving
from tests.given import data
from workflows.checking.recipe import notes_of_all, unawaited


def test_deployment_is_told_which_recipes_have_a_field_of_another_meaning() -> None:
    old, new = data.recipe(model="old", significance=0.01), data.recipe(model="new")

    (note,) = notes_of_all([old, new])

    assert note.startswith("recipe old: significance=0.01 means sure=0.99 now")


def test_time_that_the_api_does_not_wait_for_is_noted() -> None:
    awaited, longer = (
        data.recipe(serving=Serving(timeout_seconds=int(PROMPT.read_seconds) + more)) for more in (0, 1)
    )

    (note,) = unawaited(longer)

    assert unawaited(awaited) == unawaited(data.recipe()) == []
    assert note.startswith(
        "its serving function may take 21 s, and POST /predict waits 20 s for it, then answers 503"
    )
    assert "the API has 28 s in all, and API Gateway gives up after 29" in note
