from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.training import EvaluateTask
from chalicelib.documents import documents
from chalicelib.errors import ArtifactInvalid, DatasetTooLarge, RegistryIncomplete, StoreUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion.lease import Lease
from chalicelib.registry import publishing, registry
from chalicelib.registry.manifest import SCORECARD_FILE
from chalicelib.registry.quarantine import Quarantine
from lambdas import answers, evaluate, recipes
from lambdas.model.evaluation.anchor import AnchorVersion
from lambdas.model.evaluation.tally.row_answers import RowAnswers
from lambdas.model.metrics.curves import areas
from lambdas.opening import Opening
from lambdas.parts import Parts, listed, stored
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_functions, with_store
from tests.given.moves import ask
from tests.given.nights import MODEL, forget_evidence, going, promote, revision
from tests.given.present import present
from tests.given.records import rewrite
from tests.http_connections import noise, rows
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, add_data, night_with_data, up_to_evaluation, whole_night

NEXT = "kdd99-http-nightly-20261122T0300Z"
RIVAL = "kdd99-http-rival"


@cache
def a_trained_night() -> tuple[dict[str, bytes], EvaluateTask]:
    """The bucket after Train, and what Evaluate is asked."""
    night = night_with_data()
    task = up_to_evaluation(night.edges)
    found = {each.key: night.store.find(each.key) for each in night.store.list("")}
    return {key: stored.body for key, stored in found.items() if stored}, task


def trained_night() -> tuple[FakeOutside, EvaluateTask]:
    bucket, task = a_trained_night()
    night = FakeOutside(MODEL)
    for key, body in bucket.items():
        night.store.put(key, body)
    return night, task


def test_format_is_what_train_recorded() -> None:
    night, task = trained_night()
    key = layout.run_document(RUN, "training")
    told = documents.find(night.store, key)["artifact"]
    rewrite(night, key, artifact={**told, "format": "leaves"})

    with pytest.raises(ArtifactInvalid, match="the artifact's format is 'leaves'"):
        evaluate.run(task, night.edges, SETTINGS)


def test_artifact_of_a_train_that_recorded_no_format_is_a_scorecard() -> None:
    night, task = trained_night()
    rewrite(night, layout.run_document(RUN, "training"), artifact=None)

    assert evaluate.run(task, night.edges, SETTINGS).passed


def next_night() -> tuple[FakeOutside, EvaluateTask]:
    """The first night's model is live, and the next one is trained on the same data."""
    night = night_with_data()
    whole_night(night.edges)
    going(night, NEXT)
    return night, up_to_evaluation(night.edges, run=NEXT, force=True)


def test_first_model_is_judged_without_a_champion() -> None:
    night, task = trained_night()

    evaluated = evaluate.run(task, night.edges, SETTINGS)

    assert evaluated.passed
    assert evaluated.champion_revision_id is None
    report = documents.find(night.store, layout.run_document(RUN, "report"))
    assert (report["run"], report["champion_model_version"], report["champion"]) == (RUN, None, None)
    assert evaluated.report_uri == f"s3://test-bucket/{layout.run_document(RUN, 'report')}"


def test_report_holds_matrix_rules_and_fingerprint() -> None:
    night, task = trained_night()

    evaluated = evaluate.run(task, night.edges, SETTINGS)

    report = documents.find(night.store, layout.run_document(RUN, "report"))
    lineage = documents.find(night.store, layout.run_document(RUN, "profile"))
    assert sum(map(sum, report["matrix"])) == 300
    assert report["passed"] and report["reason"] == evaluated.reason
    assert all(rule["passed"] for rule in report["rules"])
    assert report["fingerprint"] == lineage["fingerprint"]


def test_champion_is_scored_on_the_same_holdout_and_its_revision_is_handed_on() -> None:
    night, task = next_night()

    evaluated = evaluate.run(task, night.edges, SETTINGS)

    report = documents.find(night.store, layout.run_document(NEXT, "report"))
    assert evaluated.passed
    assert evaluated.champion_revision_id == revision(night.edges)
    assert (report["champion_model_version"], report["champion"]["rows"]) == (1, 300)


def test_holdout_of_many_parts_is_judged_as_one_of_one_part() -> None:
    night, task = next_night()
    evaluate.run(task, night.edges, SETTINGS)
    whole = documents.find(night.store, layout.run_document(NEXT, "report"))
    replay = documents.find(night.store, layout.work(NEXT, registry.REPLAY))

    evaluate.run(cut(night, task, ends=[1, 120, 300]), night.edges, SETTINGS)

    assert documents.find(night.store, layout.run_document(NEXT, "report")) == whole
    assert documents.find(night.store, layout.work(NEXT, registry.REPLAY)) == replay


def cut(night: FakeOutside, task: EvaluateTask, *, ends: list[int]) -> EvaluateTask:
    """The same task with the one part of its holdout in parts that end before these rows."""
    with Parts(night.edges, task.holdout_uri, task="Evaluate") as parts:
        (name,) = parts.names
        part, given = parts.open(name), answers.read(night.edges, task.answers_uri, part=name)
        pieces = [(part.between(*rows), given.between(*rows)) for rows in pairwise([0, *ends])]
        written = [stored(night.edges, piece.to_files(), rows=len(piece), model=task.model) for piece, _ in pieces]
    for number, (_, some) in enumerate(pieces):
        answers.put(night.edges, task.answers_uri, some, part=f"{number:05}")
    return replace(task, holdout_uri=listed(night.edges, written, run=NEXT, side="holdout"))


def test_revision_is_the_one_of_the_champion_that_was_scored() -> None:
    night, task = next_night()
    seen = revision(night.edges)
    raced = with_functions(night.edges, "configuration", before=lambda: promote(night.edges, run="rival"))

    evaluated = evaluate.run(task, raced, SETTINGS)

    report = documents.find(night.store, layout.run_document(NEXT, "report"))
    assert evaluated.champion_revision_id == seen != revision(night.edges)
    assert report["champion_model_version"] == 1


def test_second_judging_is_against_the_champion_that_is_live_now() -> None:
    night, task = next_night()
    evaluate.run(task, night.edges, SETTINGS)
    going(night, RIVAL)
    Lease(night.edges, MODEL).release(NEXT)
    whole_night(night.edges, run=RIVAL, force=True)

    evaluated = evaluate.run(replace(task, judging=2), night.edges, SETTINGS)

    report = documents.find(night.store, layout.run_document(NEXT, "report"))
    assert (evaluated.passed, evaluated.judging) == (True, 2)
    assert evaluated.champion_revision_id == revision(night.edges)
    assert (report["judging"], report["champion_model_version"]) == (2, 2)


def test_champion_that_does_far_worse_than_when_it_was_judged_is_told() -> None:
    night, task = next_night()
    forget_evidence(night, 1)
    key = layout.version(MODEL, 1, registry.MANIFEST)
    manifest = documents.find(night.store, key)

    evaluate.run(task, night.edges, SETTINGS)
    as_before = documents.find(night.store, layout.run_document(NEXT, "report"))["champion_fell"]
    manifest["ratios"]["attack"]["recall"] = 1.5
    night.store.put(key, documents.encode(manifest))
    evaluate.run(task, night.edges, SETTINGS)

    (fall,) = documents.find(night.store, layout.run_document(NEXT, "report"))["champion_fell"]
    assert as_before == []
    assert (fall["class"], fall["ratio"], fall["then"]) == ("attack", "recall", 1.5)


def test_rows_of_the_replay_are_handed_on_with_the_answers_of_the_artifact() -> None:
    night, task = trained_night()

    evaluated = evaluate.run(task, night.edges, SETTINGS)

    assert evaluated.replay_uri == f"s3://test-bucket/{layout.work(RUN, registry.REPLAY)}"
    sample = documents.find(night.store, layout.work(RUN, registry.REPLAY))
    assert len(sample["instances"]) == len(sample["expected"]) > 0
    assert set(sample["instances"][0]) == {"duration", "src_bytes", "dst_bytes"}
    assert set(sample["expected"][0]) == {"label", "probabilities"}
    assert "replay" not in documents.find(night.store, layout.run_document(RUN, "report"))


def row_answers_of(night: FakeOutside, run: str) -> RowAnswers:
    return RowAnswers.decode(present(night.store.find(layout.row_answers(MODEL, run))).body)


def test_answers_are_kept_row_by_row_and_the_report_says_so() -> None:
    night, task = next_night()

    evaluate.run(replace(task, judging=2), night.edges, SETTINGS)

    found = row_answers_of(night, NEXT)
    report = documents.find(night.store, layout.run_document(NEXT, "report"))
    size = len(present(night.store.find(layout.row_answers(MODEL, NEXT))).body)
    assert report["row_answers"] == {"rows": 300, "distinct_rows": len(found.hashes), "bytes": size}
    assert (found.judging, found.rows, found.columns) == (2, 300, ("duration", "src_bytes", "dst_bytes"))
    assert (list(found.labels), list(found.ranks)) == (["challenger", "champion"], ["challenger", "champion"])
    assert found.matrix("challenger").tolist() == report["matrix"]
    assert found.matrix("champion").tolist() == report["champion"]["matrix"]
    told = areas(found.curve("challenger", positive="attack"))
    assert {name: float(value or 0) for name, value in told.items()} == {name: report[name] for name in told}


def test_store_that_does_not_take_the_answers_ends_the_try_before_there_is_a_report() -> None:
    night, task = trained_night()

    with pytest.raises(StoreUnavailable):
        evaluate.run(task, with_store(night.edges, "put", before=raising(StoreUnavailable("no answer"))), SETTINGS)

    assert night.store.find(layout.run_document(RUN, "report")) is None
    assert evaluate.run(task, night.edges, SETTINGS).passed


def test_serving_configuration_is_the_judged_one() -> None:
    night, task = trained_night()

    evaluated = evaluate.run(task, night.edges, SETTINGS)

    assert evaluated.serving_sha256 == publishing.configuration_sha256(night.functions.configuration(MODEL))


def test_model_that_learned_nothing_does_not_pass() -> None:
    night = night_with_data(lines=noise())

    evaluated = evaluate.run(up_to_evaluation(night.edges), night.edges, SETTINGS)

    assert not evaluated.passed
    assert "of attack" in evaluated.reason


def test_repeated_task_says_the_same() -> None:
    night, task = trained_night()

    assert evaluate.run(task, night.edges, SETTINGS) == evaluate.run(task, night.edges, SETTINGS)


def test_champion_that_the_registry_does_not_know_is_never_compared_with() -> None:
    night, task = trained_night()
    night.functions.publish(MODEL, b"by hand")
    night.functions.create_alias(MODEL, function_version="1", description="by hand")

    with pytest.raises(RegistryIncomplete, match="nightswap restore kdd99-http"):
        evaluate.run(task, night.edges, SETTINGS)


def test_champion_whose_artifact_is_gone_is_an_incomplete_registry() -> None:
    night, task = trained_night()
    promote(night.edges, run="earlier")
    night.store.delete(layout.version(MODEL, 1, SCORECARD_FILE))

    with pytest.raises(RegistryIncomplete):
        evaluate.run(task, night.edges, SETTINGS)


def test_champion_whose_artifact_is_damaged_is_never_scored() -> None:
    night, task = trained_night()
    promote(night.edges, run="earlier")
    night.store.put(layout.version(MODEL, 1, SCORECARD_FILE), b"{}")

    with pytest.raises(RegistryIncomplete, match=r"versions/000001/model.json is not the one that was judged"):
        evaluate.run(task, night.edges, SETTINGS)


def test_champion_of_a_format_that_this_release_does_not_know_is_named() -> None:
    """After a release that knew it was taken back."""
    night, task = trained_night()
    promote(night.edges, run="earlier", form="forest", file="model.forest")

    with pytest.raises(ArtifactInvalid, match="the artifact's format is 'forest': expected one of scorecard"):
        evaluate.run(task, night.edges, SETTINGS)


def test_champion_is_the_one_that_was_judged_whatever_the_registry_says() -> None:
    night, task = trained_night()
    promote(night.edges, run="earlier")
    worse = b'{"format": "scorecard"}'
    night.store.put(layout.version(MODEL, 1, SCORECARD_FILE), worse)
    rewrite(night, layout.version(MODEL, 1, registry.MANIFEST), artifact_sha256=hashlib.sha256(worse).hexdigest())

    with pytest.raises(RegistryIncomplete, match=r"manifest.json is not what was judged: evidence/kdd99-http/000001"):
        evaluate.run(task, night.edges, SETTINGS)


def test_no_model_is_judged_without_a_champion_while_the_ledger_knows_one() -> None:
    night, task = trained_night()
    promote(night.edges, run="earlier")
    night.functions.delete_alias(MODEL)

    with pytest.raises(RegistryIncomplete, match="the alias of kdd99-http is gone, and by entry 1 of the ledger"):
        evaluate.run(task, night.edges, SETTINGS)


def test_other_artifact_than_the_trained_one_is_never_scored() -> None:
    night, task = trained_night()

    with pytest.raises(ArtifactInvalid, match="recorded is other"):
        evaluate.run(replace(task, artifact_sha256="other"), night.edges, SETTINGS)


def test_artifact_that_is_gone_is_a_typed_error() -> None:
    night, task = trained_night()
    night.store.delete(layout.work(RUN, "model.json"))

    with pytest.raises(ArtifactInvalid, match="is gone"):
        evaluate.run(task, night.edges, SETTINGS)


def test_holdout_that_does_not_fit_into_memory_is_refused_in_words() -> None:
    night = night_with_data()
    task = up_to_evaluation(night.edges)

    with pytest.raises(DatasetTooLarge, match=r"300 rows .* in Evaluate, which has 70 MB; .* [1-9][\d,]* bytes"):
        evaluate.run(task, night.edges, replace(SETTINGS, memory_mb=70))


def two_nights() -> tuple[FakeOutside, EvaluateTask]:
    """Version 1 is the anchor, version 2 is live, and the next night is trained."""
    night = night_with_data()
    whole_night(night.edges)
    add_data(night, "night-2.csv", lines=rows(normal=300, attacks=200, seed=9))
    whole_night(night.edges, run=going(night, RIVAL))
    return night, up_to_evaluation(night.edges, run=going(night, NEXT), force=True)


def anchor_of(night: FakeOutside) -> dict[str, Any]:
    return dict(documents.find(night.store, layout.run_document(NEXT, "report"))["anchor"])


def test_first_model_is_the_anchor_and_the_next_is_compared_with_it() -> None:
    night, task = two_nights()

    evaluated = evaluate.run(task, night.edges, SETTINGS)

    assert [each.anchor for each in Ledger(night.edges, MODEL).entries()] == [1, 1]
    anchor = anchor_of(night)
    assert (anchor["model_version"], anchor["named"], anchor["advances"]) == (1, False, False)
    assert all(each["passed"] for each in anchor["comparison"]["ratios"])
    assert evaluated.reason.endswith("not shown worse than the anchor, version 1")


def test_anchor_that_is_live_is_scored_once() -> None:
    night, task = next_night()

    evaluate.run(task, night.edges, SETTINGS)

    assert anchor_of(night)["comparison"] is None
    assert anchor_of(night)["why"] == "the anchor, version 1, is the live model"


def test_pinned_version_is_the_anchor_of_the_next_night() -> None:
    night, task = two_nights()
    ask(night.edges, "pin")
    ask(night.edges, "unpin")

    evaluate.run(task, night.edges, SETTINGS)

    assert (anchor_of(night)["model_version"], anchor_of(night)["why"]) == (
        2,
        "the anchor, version 2, is the live model",
    )


@pytest.mark.parametrize(
    ("lose", "why"),
    [
        (lambda night, key: night.store.delete(key), "is missing from bucket"),
        (lambda night, key: night.store.put(key, b"{}"), "is not the one that was judged"),
    ],
)
def test_anchor_whose_artifact_is_not_what_was_judged_gives_its_place_to_what_goes_live(
    lose: Callable[[FakeOutside, str], None], why: str
) -> None:
    night, task = two_nights()
    lose(night, layout.version(MODEL, 1, SCORECARD_FILE))

    evaluated = evaluate.run(task, night.edges, SETTINGS)

    assert evaluated.passed and anchor_of(night)["advances"]
    assert why in anchor_of(night)["problem"] and why in evaluated.reason


def test_recipe_may_name_the_anchor() -> None:
    night, _ = two_nights()
    recipe = recipes.load(MODEL)

    def found(anchor: int | str | None, *, champion: int | None = 2) -> AnchorVersion | None:
        named = replace(recipe, anchor=anchor)
        return evaluate.anchor_version(night.edges, named, champion=champion, opening=Opening(named, memory_mb=1769))

    by_ledger, named, live, unknown = (found(each) for each in ("ratchet", 1, 2, 7))

    assert (present(by_ledger).is_named, present(named).is_named) == (False, True)
    assert present(named).artifact is not None
    assert (present(live).is_champion, present(live).artifact) == (True, None)
    assert "has no version 7" in present(unknown).problem
    assert found(None) is None
    assert found(1, champion=None) is None
    for number in (1, 2):
        fingerprint = registry.manifest(night.edges, model=MODEL, model_version=number).fingerprint
        Quarantine(night.edges, MODEL).put(fingerprint, model_version=number, who="ada", why="wrong")
    assert found("ratchet") is None
