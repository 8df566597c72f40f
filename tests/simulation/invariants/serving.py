"""Of what clients get from `live` while all this goes on."""

from __future__ import annotations

from tests.simulation import serving
from tests.simulation.readings import artifacts, registered
from tests.simulation.world import World


def no_prediction_fails(world: World) -> None:
    """But by a version with a flaw that only its clients can find, and then by that version alone."""
    words = {
        manifest["code_sha256"]: artifacts(world)[number]["word"] for number, manifest in registered(world).items()
    }
    for effect in world.history.of("predict"):
        hidden = words.get(effect.facts["code_sha256"]) in serving.SHOWS_LATER
        assert effect.facts["failure"] is None or hidden, f"a prediction failed: {effect}"


def each_answer_is_one_versions_own(world: World) -> None:
    """The version's that Lambda ran, and as it was judged: every instance of a batch."""
    known = {manifest["code_sha256"]: number for number, manifest in registered(world).items()}
    models = artifacts(world)
    for effect in world.history.of("predict"):
        body, number = effect.facts["body"], known.get(effect.facts["code_sha256"])
        if body is not None and number is not None:
            assert body["model_version"] == number, (
                f"function version {effect.facts['version']} is {number}: {effect}"
            )
            judged = serving.answer(models[number])
            assert all(each == judged for each in body["predictions"]), f"judged was {judged}: {effect}"
