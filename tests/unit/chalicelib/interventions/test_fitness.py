from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import VersionUnfit, VersionUnknown
from chalicelib.interventions import fitness
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD_FILE
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.serving_function import with_layers
from tests.given.interference import interfered, raising
from tests.given.moves import after_nights
from tests.given.nights import MODEL, PARTS, forget_evidence, register
from tests.given.records import forge, rewrite
from tests.given.serving_code import BABBLES, IMPOSTOR, RAISES, SAMPLE, SHORT, SWAPPED, WRONG, ServingCode


def test_sound_version_is_fit_under_the_number_that_was_judged() -> None:
    assert fitness.verify(after_nights(2).edges, model=MODEL, model_version=1) == "1"


def test_unknown_version_is_unknown() -> None:
    with pytest.raises(VersionUnknown):
        fitness.verify(after_nights(1).edges, model=MODEL, model_version=2)


@pytest.mark.parametrize("behaviour", [WRONG, RAISES, IMPOSTOR, SWAPPED, SHORT, BABBLES])
def test_version_that_misbehaves_is_unfit(night: FakeOutside, behaviour: str) -> None:
    register(night.edges, run="bad", behaviour=behaviour)

    with pytest.raises(VersionUnfit, match="version 1 of kdd99-http cannot go live: function version 1 does not"):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_version_that_lambda_lost_is_published_again() -> None:
    night = after_nights(2)
    code = ServingCode()
    lost = InMemoryFunctions(MODEL, clock=night.clock, handler=code)
    lost.publish(MODEL, b"something else under the same number")

    assert fitness.verify(replace(night.edges, functions=lost), model=MODEL, model_version=1) == "2"


def test_version_is_unfit_where_its_function_lacks_the_layers_to_publish_it_again(night: FakeOutside) -> None:
    night.functions.configure(MODEL, **with_layers("onnx"))
    register(night.edges, run="run-1", layers=["onnx"])
    without = InMemoryFunctions(MODEL, clock=night.clock, handler=ServingCode())

    with pytest.raises(VersionUnfit, match=r"cannot go live: .* the layers onnx: run nightswap deploy"):
        fitness.verify(replace(night.edges, functions=without), model=MODEL, model_version=1)

    without.configure(MODEL, **with_layers("onnx"))
    assert fitness.verify(replace(night.edges, functions=without), model=MODEL, model_version=1) == "1"


@pytest.mark.parametrize("stored", [False, True])
def test_version_without_its_artifact_is_unfit(night: FakeOutside, stored: bool) -> None:
    register(night.edges, run="run-1", stored=stored)
    assert fitness.verify(night.edges, model=MODEL, model_version=1) == "1"
    night.store.delete(layout.version(MODEL, 1, SCORECARD_FILE))

    with pytest.raises(VersionUnfit, match=r"model.json is (missing|gone)"):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_large_artifact_is_known_by_its_version_without_being_read(night: FakeOutside) -> None:
    register(night.edges, run="run-1", stored=True)
    unread = interfered(night.edges.store, "digest", before=raising(AssertionError("240 MB were read")))
    edges = replace(night.edges, store=unread)

    assert fitness.verify(edges, model=MODEL, model_version=1) == "1"


def test_version_is_unfit_where_its_function_is_too_small_to_publish_it_again(night: FakeOutside) -> None:
    register(night.edges, run="run-1", stored=True)
    small = InMemoryFunctions(MODEL, clock=night.clock, handler=ServingCode())
    small.configure(MODEL, MemorySize=64)

    with pytest.raises(VersionUnfit, match=r"cannot go live: the artifact of kdd99-http has 0 MB"):
        fitness.verify(replace(night.edges, functions=small), model=MODEL, model_version=1)


def test_version_keeps_the_layers_that_it_was_published_with(night: FakeOutside) -> None:
    night.functions.configure(MODEL, **with_layers("onnx"))
    register(night.edges, run="run-1", layers=["onnx"])
    night.functions.configure(MODEL, Environment={})

    assert fitness.verify(night.edges, model=MODEL, model_version=1) == "1"


def test_pruned_version_is_unfit() -> None:
    night = after_nights(1)
    night.store.put(layout.version(MODEL, 1, registry.PRUNED), b"{}")

    with pytest.raises(VersionUnfit, match="it was pruned") as raised:
        fitness.verify(night.edges, model=MODEL, model_version=1)

    way_on = f"Take another one, of nightswap versions {MODEL}, or train a new one: nightswap retrain --model {MODEL}"
    assert raised.value.message.endswith(f"{way_on} --force")


def test_version_that_is_pruned_while_it_answers_is_unfit() -> None:
    night = after_nights(1)
    sound = ServingCode()

    def pruned_meanwhile(package: bytes, payload: bytes) -> bytes:
        night.store.put(layout.version(MODEL, 1, registry.PRUNED), b"{}")
        return sound(package, payload)

    functions = InMemoryFunctions(MODEL, clock=night.clock, handler=pruned_meanwhile)
    functions.publish(MODEL, registry.part(night.edges, model=MODEL, model_version=1, name=registry.PACKAGE))

    with pytest.raises(VersionUnfit, match="it was pruned"):
        fitness.verify(replace(night.edges, functions=functions), model=MODEL, model_version=1)


def test_version_without_its_package_is_unfit() -> None:
    night = after_nights(1)
    night.store.delete(layout.version(MODEL, 1, registry.PACKAGE))

    with pytest.raises(VersionUnfit, match=r"package.zip is missing"):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_version_whose_package_was_tampered_with_is_unfit() -> None:
    night = after_nights(1)
    night.store.put(layout.version(MODEL, 1, registry.PACKAGE), b"tampered")

    with pytest.raises(VersionUnfit, match="is not the one that was published"):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_version_of_an_earlier_release_is_fit_while_lambda_holds_its_package() -> None:
    night = after_nights(2)
    forget_evidence(night, 1)

    assert fitness.verify(night.edges, model=MODEL, model_version=1) == "1"


def test_version_of_an_earlier_release_whose_package_lambda_holds_under_another_number_is_fit() -> None:
    night = after_nights(2)
    forget_evidence(night, 1)
    rewrite(night, layout.version(MODEL, 1, registry.MANIFEST), function_version="7")

    assert fitness.verify(night.edges, model=MODEL, model_version=1) == "1"


def test_version_of_an_earlier_release_that_lambda_lost_is_unfit_for_nothing_vouches_for_its_package() -> None:
    night = after_nights(2)
    forget_evidence(night, 1)
    night.functions.delete_version(MODEL, "1")

    with pytest.raises(VersionUnfit, match=r"kept no evidence of what it judged, .* nightswap retrain"):
        fitness.verify(night.edges, model=MODEL, model_version=1)


@pytest.mark.parametrize(
    "body", [None, b"", b"{}", b'{"instances": [], "expected": []}', documents.encode(SAMPLE)[:-9]]
)
@pytest.mark.parametrize("is_vouched_for", [True, False])
def test_version_without_rows_to_ask_it_for_is_unfit(body: bytes | None, *, is_vouched_for: bool) -> None:
    night = after_nights(2)
    if not is_vouched_for:
        forget_evidence(night, 1)
    key = layout.version(MODEL, 1, registry.REPLAY)
    night.store.delete(key) if body is None else night.store.put(key, body)

    with pytest.raises(
        VersionUnfit, match=r"version 1 of kdd99-http cannot go live: .*(replay.json|rows of the holdout)"
    ):
        fitness.verify(night.edges, model=MODEL, model_version=1)


@pytest.mark.parametrize("part", [*PARTS, "evidence"])
@pytest.mark.parametrize("body", [None, b"", b"{}"])
def test_version_without_its_evidence_is_unfit(part: str, body: bytes | None) -> None:
    night = after_nights(2)
    key = layout.evidence(MODEL, 1) if part == "evidence" else layout.version(MODEL, 1, part)
    night.store.delete(key) if body is None else night.store.put(key, body)

    with pytest.raises(VersionUnfit, match=re.escape(key)):
        fitness.verify(night.edges, model=MODEL, model_version=1)


@pytest.mark.parametrize("body", [None, b"", b'[{"name": "other.csv"}]'])
def test_version_whose_splits_are_gone_or_others_is_unfit(night: FakeOutside, body: bytes | None) -> None:
    """They tell which rows it was trained on, so the next run could judge it by these."""
    register(night.edges, run="run-1", more_parts={registry.SPLITS: b'[{"name": "night-1.csv"}]'})
    assert fitness.verify(night.edges, model=MODEL, model_version=1) == "1"
    key = layout.version(MODEL, 1, registry.SPLITS)
    night.store.delete(key) if body is None else night.store.put(key, body)

    with pytest.raises(
        VersionUnfit, match=f"{key} is (missing|not the one that was judged).*nightswap put-back {key}"
    ):
        fitness.verify(night.edges, model=MODEL, model_version=1)


@pytest.mark.parametrize("lambda_lost_it", [False, True])
def test_version_that_is_forged_whole_in_the_registry_is_unfit(*, lambda_lost_it: bool) -> None:
    night = after_nights(2)
    forge(night, 1)
    if lambda_lost_it:
        night.functions.delete_version(MODEL, "1")

    with pytest.raises(
        VersionUnfit, match=r"manifest.json is not what was judged: evidence/kdd99-http/000001.json is"
    ):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_version_of_an_earlier_release_that_is_forged_whole_in_the_registry_is_unfit() -> None:
    night = after_nights(2)
    forget_evidence(night, 1)
    forge(night, 1)

    with pytest.raises(VersionUnfit, match="Lambda does not hold its package any more"):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_forged_version_cannot_shed_its_evidence() -> None:
    night = after_nights(2)
    forge(night, 1)
    night.store.delete(layout.evidence(MODEL, 1))

    with pytest.raises(VersionUnfit, match=r"evidence/kdd99-http/000001.json is missing"):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_quarantine_holds_for_all_versions_of_its_fingerprint(night: FakeOutside) -> None:
    register(night.edges, run="first", fingerprint="data-1")
    register(night.edges, run="again", fingerprint="data-1")
    Quarantine(night.edges, MODEL).put("data-1", model_version=2, who="ada", why="bad")

    with pytest.raises(VersionUnfit, match=r"by ada: bad; to use it all the same: nightswap promote 1 "):
        fitness.check_free(night.edges, model=MODEL, model_version=1)


@pytest.mark.parametrize(
    ("body", "words"), [(None, r"model.json is missing"), (b"tampered", "is not the one that was judged")]
)
def test_version_without_the_artifact_that_was_judged_is_unfit_for_no_run_could_judge_against_it(
    body: bytes | None, words: str
) -> None:
    night = after_nights(1)
    key = layout.version(MODEL, 1, SCORECARD_FILE)
    night.store.delete(key) if body is None else night.store.put(key, body)

    with pytest.raises(VersionUnfit, match=words):
        fitness.verify(night.edges, model=MODEL, model_version=1)
