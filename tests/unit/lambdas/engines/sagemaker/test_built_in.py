"""A night whose recipe names SageMaker's Linear Learner: the rows that it reads, its job, and its model."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import TRAIN_LINEAR_LEARNER, TRAIN_XGBOOST
from chalicelib.contracts.training import Preprocessed, PreprocessTask, Trained
from chalicelib.errors import ArtifactInvalid, DatasetTooLarge, EstimatorUnsupported, TrainingFailed
from lambdas import answers, engine, evaluate, preprocess, recipes, train
from lambdas.engines.sagemaker import built_in, job
from lambdas.model.evaluation.evaluation import evaluate as judged
from lambdas.model.evaluation.tally.holdout import Holdout
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.encoded import Encoding
from lambdas.model.recipe import Categorical, LinearLearner, Numeric, Recipe, SageMaker, XGBoost
from lambdas.parts import Parts
from tests.fakes.edges import FakeOutside
from tests.given import built_ins, sagemaker_models
from tests.given.nights import MODEL, going
from tests.unit.lambdas.engines.sagemaker.jobs import content
from tests.unit.lambdas.nightly_batch import (
    RUN,
    SETTINGS,
    evaluation_task,
    night_with_data,
    preprocessing,
    training_task,
)
from tests.unit.lambdas.packages import serve

KEY = job.output_key(SETTINGS.stage, run=RUN, model=MODEL)


def by_linear_learner(model: str, *, instances: int = 1) -> Recipe:
    return replace(recipes.load(model), estimator=LinearLearner(epochs=9), engine=SageMaker(instances=instances))


def described(night: FakeOutside, load: Callable[[str], Recipe] = by_linear_learner) -> Preprocessed:
    return preprocess.run(PreprocessTask(run=RUN, model=MODEL, force=False), night.edges, SETTINGS, load=load)


def read_by_the_job(night: FakeOutside, ready: Preprocessed) -> list[bytes]:
    assert ready.job is not None
    [head, *names] = json.loads(content(night, ready.job.manifest_uri.removeprefix("s3://test-bucket/")))
    return [content(night, (head["prefix"] + name).removeprefix("s3://test-bucket/")) for name in names]


def test_job_is_one_of_the_algorithm_with_its_hyperparameters_as_texts(night: FakeOutside) -> None:
    ready = described(night)

    assert ready.decision == TRAIN_LINEAR_LEARNER
    assert ready.reason.endswith(
        "trained by SageMaker's linear-learner, on one ml.m5.large for 3,600 s at most: $0.12 at most in us-east-1"
    )
    assert ready.job is not None
    assert ready.job.hyperparameters == {
        "binary_classifier_model_selection_criteria": "loss_function",
        "epochs": "9",
        "feature_dim": "3",
        "loss": "logistic",
        "mini_batch_size": "1000",
        "normalize_data": "false",
        "predictor_type": "binary_classifier",
        "unbias_data": "false",
    }


@pytest.mark.parametrize(("seconds", "wait"), [(600, 1200), (1801, 3600), (3600, 3600)])
def test_spare_capacity_is_waited_for_no_longer_than_the_algorithm_may(
    night: FakeOutside, seconds: int, wait: int
) -> None:
    engine = SageMaker(spot=True, max_runtime_seconds=seconds)

    ready = described(night, lambda model: replace(by_linear_learner(model), engine=engine))

    assert ready.job is not None
    assert ready.job.stop == {"MaxRuntimeInSeconds": seconds, "MaxWaitTimeInSeconds": wait}


def test_algorithm_with_checkpoints_waits_for_spare_capacity_as_long_as_any_other_job(night: FakeOutside) -> None:
    engine = SageMaker(spot=True, max_runtime_seconds=7200)

    ready = described(night, lambda model: replace(by_linear_learner(model), estimator=XGBoost(), engine=engine))

    assert ready.job is not None
    assert ready.job.stop == {"MaxRuntimeInSeconds": 7200, "MaxWaitTimeInSeconds": 14_400}


def test_rows_are_scaled_labelled_and_in_a_drawn_order(night: FakeOutside) -> None:
    X, y = built_ins.read_rows(read_by_the_job(night, described(night)))

    assert (X.shape, y.sum()) == ((1200, 3), 480)
    assert np.abs(X.mean(axis=0)).max() < 1e-6
    assert np.abs(X.std(axis=0) - 1).max() < 1e-6
    assert 0 < y[:100].mean() < 1


def test_run_that_is_repeated_writes_the_same_rows(night: FakeOutside) -> None:
    first = described(night)
    rows = read_by_the_job(night, first)

    assert described(night) == first
    assert read_by_the_job(night, first) == rows


def test_instances_share_the_rows_evenly(night: FakeOutside) -> None:
    ready = described(night, lambda model: by_linear_learner(model, instances=3))

    objects = read_by_the_job(night, ready)
    assert [len(each.splitlines()) for each in objects] == [400, 400, 400]
    assert ready.job is not None
    assert (ready.job.instances, ready.job.hyperparameters["mini_batch_size"]) == (3, "400")
    assert "on 3 ml.m5.large for 3,600 s at most: $0.35 at most" in ready.reason


def test_model_becomes_a_scorecard_that_passes_its_gate(night: FakeOutside) -> None:
    ready = described(night)
    night.store.put(KEY, built_ins.linear_learner(read_by_the_job(night, ready)))

    trained = train.run(training_task(ready), night.edges, SETTINGS, load=by_linear_learner)
    judged = evaluate.run(evaluation_task(ready, trained), night.edges, SETTINGS)

    assert trained.artifact_uri.endswith("/model.json")
    assert judged.passed, judged.reason
    facts = json.loads(content(night, layout.run_document(RUN, "training")))
    assert (facts["estimator"], facts["parameters"], facts["train_rows"]) == ("LinearLearner", {"epochs": "9"}, 1200)
    assert facts["cross_validation"] == {"left_out": "SageMaker fitted it once, on the whole training part"}


def test_artifact_of_other_weights_than_the_answers_is_found(night: FakeOutside) -> None:
    ready = described(night)
    night.store.put(KEY, built_ins.linear_learner(read_by_the_job(night, ready)))
    trained = train.run(training_task(ready), night.edges, SETTINGS, load=by_linear_learner)
    folded = json.loads(content(night, layout.work(RUN, "model.json")))
    folded["scores"][0]["intercept"] += 0.01
    damaged = json.dumps(folded).encode()
    night.store.put(layout.work(RUN, "model.json"), damaged)
    other = Trained(
        artifact_uri=trained.artifact_uri,
        artifact_sha256=hashlib.sha256(damaged).hexdigest(),
        answers_uri=trained.answers_uri,
    )
    judged = evaluate.run(evaluation_task(ready, other), night.edges, SETTINGS)

    assert not judged.passed


def refused(night: FakeOutside, body: bytes | None, kind: type[Exception] = ArtifactInvalid) -> str:
    ready = described(night)
    if body is not None:
        night.store.put(KEY, body)
    with pytest.raises(kind) as raised:
        train.run(training_task(ready), night.edges, SETTINGS, load=by_linear_learner)
    assert night.store.find(layout.work(RUN, "model.json")) is None
    return str(raised.value)


def model(width: int = 3, lines: int = 1, bias: float = 0.0) -> bytes:
    return built_ins.linear_model(np.ones((lines, width)), np.full(lines, bias))


def left(body: bytes) -> bytes:
    return built_ins.archived({"model_algo-1": body})


def test_job_that_left_nothing(night: FakeOutside) -> None:
    assert "left nothing at work/" in refused(night, None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (left(model())[:40], "no whole .tar.gz file"),
        (b"", "no whole .tar.gz file"),
        (built_ins.archived({"../model_algo-1": model()}), "left '../model_algo-1': expected model_algo-1"),
        (built_ins.archived({}), "left none: expected model_algo-1"),
        (left(b"\x80\x04N."), "it is a pickle, which runs whatever is in it, and nothing is unpickled"),
        (left(model()[:-30]), "it is no whole zip file"),
        (left(built_ins.network(built_ins.parameters({}))), "its parameters are none: expected arg:fc0_weight and"),
        (left(built_ins.network(b"")), "mx-mod-0000.params ends after 0 bytes"),
        (left(model(width=4)), "its weights are (1, 4) and its biases (1,): expected (1, 3) and (1,)"),
        (left(model(lines=2)), "its weights are (2, 3)"),
    ],
)
def test_archive_that_the_algorithm_does_not_leave_is_refused(night: FakeOutside, body: bytes, words: str) -> None:
    assert words in refused(night, body)


def test_weights_that_diverged_are_a_failed_training(night: FakeOutside) -> None:
    assert "the fit diverged" in refused(night, left(model(bias=np.nan)), TrainingFailed)


def test_record_of_the_encoding_that_is_gone_is_a_typed_error(night: FakeOutside) -> None:
    ready = described(night)
    night.store.put(KEY, left(model()))
    night.store.delete(layout.side(RUN, built_in.ENCODING))

    with pytest.raises(ArtifactInvalid, match="is gone"):
        train.run(training_task(ready), night.edges, SETTINGS, load=by_linear_learner)


def test_more_instances_than_rows(night: FakeOutside) -> None:
    small = night_with_data(lines=["0,54540,8314,normal."] * 9 + ["0,230,1200,phf."] * 9)

    with pytest.raises(TrainingFailed, match="20 instances are to share 14 rows"):
        described(small, lambda model: by_linear_learner(model, instances=20))


def test_recipe_with_a_function_as_estimator_has_another_job(night: FakeOutside) -> None:
    assert preprocessing(night.edges).job is None


def test_more_features_than_are_written(night: FakeOutside) -> None:
    def wide(model: str) -> Recipe:
        return replace(by_linear_learner(model), columns=[Categorical("src_bytes"), Numeric("dst_bytes")])

    many = night_with_data(lines=[f"0,{n},{n},{'phf.' if n % 3 else 'normal.'}" for n in range(2600)])
    with pytest.raises(EstimatorUnsupported, match=r"have 2,\d+ features, a category one for each text"):
        described(many, wide)


def test_more_text_than_is_written(night: FakeOutside) -> None:
    ready = described(night)
    encoding = Encoding.from_document(json.loads(content(night, layout.side(RUN, built_in.ENCODING))))

    built_in.check(recipes.load(MODEL), dataclasses.replace(encoding, rows=48_000_000))
    with pytest.raises(DatasetTooLarge, match="take about 2,009 MB as the text"):
        built_in.check(recipes.load(MODEL), dataclasses.replace(encoding, rows=49_000_000))
    assert ready.job is not None


def test_rows_that_do_not_fit_into_the_memory_of_preprocess(night: FakeOutside) -> None:
    ready = described(night)
    recipe = by_linear_learner(MODEL)
    own, where = recipe.built_in, recipe.on_sagemaker
    assert own and where

    with pytest.raises(DatasetTooLarge, match="NIGHTSWAP_PREPROCESS_MEMORY_MB"):
        built_in.describe(night.edges, training_task(ready), recipe, own, where, stage="test", memory_mb=128)


def of_trees(classes: int) -> Recipe:
    return sagemaker_models.recipe(classes, model=MODEL)


@pytest.mark.parametrize("classes", [2, 3])
def test_model_of_boosted_trees_passes_its_gate(classes: int) -> None:
    recipe = of_trees(classes)
    night = FakeOutside(MODEL, handler=serve)
    going(night, RUN)
    rows = sagemaker_models.table(classes)
    lines = [
        ",".join(["" if cell != cell else repr(cell) for cell in numbers] + [flag, label])
        for numbers, (flag,), label in zip(
            rows.numeric.tolist(), rows.categorical.tolist(), rows.labels.tolist(), strict=True
        )
    ]
    night.store.put(layout.dataset(MODEL, "night.csv"), "\n".join(["size,age,flag,label", *lines, ""]).encode())

    ready = described(night, lambda model: recipe)
    assert ready.decision == TRAIN_XGBOOST
    assert ready.job is not None
    several = {"num_class": "3", "objective": "multi:softprob"} if classes == 3 else {"objective": "binary:logistic"}
    assert ready.job.hyperparameters == {"max_depth": "3", "num_round": "12", **several}
    body = sagemaker_models.file(classes, "xgboost-model")
    night.store.put(KEY, built_ins.archived({"xgboost-model": body}))
    trained = train.run(training_task(ready), night.edges, SETTINGS, load=lambda model: recipe)

    assert trained.artifact_uri.endswith("/model.trees")
    with Parts(night.edges, evaluation_task(ready, trained).holdout_uri, task="Evaluate") as parts:
        holdout = Holdout(
            rows={name: len(parts.open(name)) for name in parts.names},
            part=parts.open,
            answers=lambda name: answers.read(night.edges, trained.answers_uri, part=name),
            each=engine.each,
        )
        made = format_of("trees").code().load(content(night, layout.work(RUN, "model.trees")))
        report = judged(recipe, artifact=made, holdout=holdout, champion=None)
    assert report["passed"], report["reason"]
