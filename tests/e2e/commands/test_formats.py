"""A forest, boosting that sees missing numbers, and neighbours, on the local AWS; and changes of format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.clone import Clone, LocalUp

RECIPE = """from lambdas.model.recipe import Categorical, Columns, Numeric, Recipe, Shift, Threshold, at_least


def estimator(columns: Columns) -> object:
    {imported}

    return {estimator}


RECIPE = Recipe(
    model="{model}",
    columns=[Numeric("age"), Numeric("income"{missing}), Categorical("housing")],
    label="paid",
    classes={{"yes": "paid", "no": "defaulted"}},
    positive="defaulted",
    rollout=[Shift(0.5, seconds=1)],
    estimator=estimator,
    thresholds=[at_least("recall", of="defaulted", bound=0.6), at_least("precision", of="defaulted", bound=0.6)],
    cross_validation_folds=0,{more}
)
"""
LINEAR = {"imported": "from sklearn.naive_bayes import GaussianNB", "estimator": "GaussianNB()"}
FOREST = {
    "imported": "from sklearn.ensemble import RandomForestClassifier",
    "estimator": "RandomForestClassifier(20, min_samples_leaf=3, random_state=0, n_jobs=2)",
}
HISTOGRAMS = {
    "imported": "from sklearn.ensemble import HistGradientBoostingClassifier",
    "estimator": "HistGradientBoostingClassifier(max_iter=10, categorical_features=columns.categorical)",
}
NEIGHBOURS = {
    "imported": "from sklearn.neighbors import KNeighborsClassifier",
    "estimator": "KNeighborsClassifier(15)",
    "more": " threshold=Threshold(0.4),",
}
MODELS = ("forest", "histograms", "neighbours")


def write(clone: Clone, model: str, *, missing: str = "", more: str = "", **told: str) -> None:
    text = RECIPE.format(model=model, missing=missing, more=more, **told)
    (clone.folder / "lambdas" / "recipes" / f"{model}.py").write_text(text)


def rows(*, missing: float = 0.0) -> str:
    """Loans, of which those are paid that an income between two bounds pays: no line tells them apart."""
    rng = np.random.default_rng(0)
    lines = ["age,income,housing,paid"]
    for _ in range(1500):
        age, income, housing = rng.integers(18, 90), rng.integers(0, 100), rng.choice(["own", "rent", "free"])
        paid = "yes" if 20 <= income <= 60 or (housing == "own" and age > 60) else "no"
        told = "" if rng.random() < missing else str(income)
        lines.append(f"{age},{told},{housing},{paid}")
    return "\n".join([*lines, ""])


def retrained(up: LocalUp, model: str) -> dict[str, Any]:
    done = up.clone.nightswap("retrain", "--model", model, "--force", "--watch")
    versions: dict[str, Any] = up.call("GET", f"/models/{model}").body
    assert done.returncode == 0, done.stdout + done.stderr
    return versions


@pytest.fixture(scope="module")
def both(up: LocalUp) -> Iterator[LocalUp]:
    write(up.clone, "forest", **LINEAR)
    write(up.clone, "histograms", missing=', missing="kept"', **HISTOGRAMS)
    write(up.clone, "neighbours", **NEIGHBOURS)
    for model in ("forest", "neighbours"):
        (up.clone.folder / f"{model}.csv").write_text(rows())
    (up.clone.folder / "histograms.csv").write_text(rows(missing=0.1))
    assert up.clone.nightswap("deploy").returncode == 0
    for model in MODELS:
        assert up.clone.nightswap("data", "add", f"{model}.csv", "--model", model).returncode == 0
    yield up
    for model in MODELS:
        (up.clone.folder / "lambdas" / "recipes" / f"{model}.py").unlink()
        up.clone.nightswap("model", "remove", model, "--data", "--yes")


def predicted(up: LocalUp, model: str, **instance: Any) -> dict[str, Any]:
    answer = up.call("POST", "/predict", {"model": model, "instances": [instance], "why": 2})
    assert answer.status == 200, answer
    told: dict[str, Any] = answer.body
    return told


def test_boosting_sees_a_missing_number_from_the_file_to_the_answer(both: LocalUp) -> None:
    live = retrained(both, "histograms")

    told = predicted(both, "histograms", age=40, income=None, housing="own")

    assert live["live"]["model_version"] == 1
    assert "warnings" not in told
    assert told["predictions"][0]["why"]["columns"][0]["column"] in {"income", "age", "housing"}


def test_neighbours_answer_by_their_threshold_and_tell_why(both: LocalUp) -> None:
    deployed = both.client("lambda").get_function_configuration(FunctionName="nightswap-local-serve-neighbours")
    live = retrained(both, "neighbours")
    instance = {"age": 40, "income": 40, "housing": "rent"}

    told = both.call("POST", "/predict", {"model": "neighbours", "instances": [instance]})
    why = both.call("POST", "/predict", {"model": "neighbours", "instances": [instance], "why": 2})

    manifest = both.call("GET", "/models/neighbours/versions/1").body["manifest"]
    prediction = told.body["predictions"][0]
    assert deployed["Environment"]["Variables"]["NIGHTSWAP_LAYERS"] == "onnxruntime"
    assert (live["live"]["model_version"], manifest["format"]) == (1, "onnx")
    assert (prediction["label"], prediction["probabilities"]["defaulted"] < 0.4) == ("paid", True)
    (told_why,) = (each["why"] for each in why.body["predictions"])
    defaulted = prediction["probabilities"]["defaulted"]
    assert (told_why["against"], len(told_why["columns"])) == ("defaulted", 2)
    assert told_why["lead"] == pytest.approx(1 - 2 * defaulted + 2 * 0.4 - 1, abs=1e-9)


def test_change_of_format_goes_live_and_back(both: LocalUp) -> None:
    retrained(both, "forest")
    write(both.clone, "forest", **FOREST)
    assert both.clone.nightswap("deploy").returncode == 0
    retrained(both, "forest")

    manifests = [both.call("GET", f"/models/forest/versions/{version}").body["manifest"] for version in (1, 2)]
    told = predicted(both, "forest", age=40, income=40, housing="rent")
    back = both.call("POST", "/models/forest/rollback", {"to": 1, "reason": "a look at the old one"})
    old = predicted(both, "forest", age=40, income=40, housing="rent")
    again = both.clone.nightswap(
        "promote", "2", "--model", "forest", "--lift-quarantine", "--reason", "the new one was right"
    )

    assert [each["format"] for each in manifests] == ["scorecard", "trees"]
    assert manifests[1]["training"]["trees"] == 20
    assert (told["model_version"], told["predictions"][0]["label"]) == (2, "paid")
    assert told["predictions"][0]["why"]["columns"][0]["column"] == "income"
    assert (back.status, old["model_version"]) == (200, 1)
    assert again.returncode == 0, again.stderr
    assert predicted(both, "forest", age=40, income=40, housing="rent") == told
    _is_kept_explained_and_restored(both, told, run=manifests[1]["run"])


def test_graphs_are_shifted_by_parts_and_go_back(both: LocalUp) -> None:
    retrained(both, "neighbours")
    run = both.call("GET", "/models/neighbours/versions/2").body["manifest"]["run"]

    told = predicted(both, "neighbours", age=40, income=40, housing="rent")
    back = both.call("POST", "/models/neighbours/rollback", {"to": 1, "reason": "a look at the old one"})
    old = predicted(both, "neighbours", age=40, income=40, housing="rent")
    again = both.clone.nightswap(
        "promote", "2", "--model", "neighbours", "--lift-quarantine", "--reason", "the new one was right"
    )

    assert (told["model_version"], back.status, old["model_version"]) == (2, 200, 1)
    assert again.returncode == 0, again.stderr
    _is_kept_explained_and_restored(both, told, run=run)


def _is_kept_explained_and_restored(up: LocalUp, told: dict[str, Any], *, run: str) -> None:
    """What an operator does with a version: prune keeps it, explain tells it, restore puts it back."""
    model = told["model"]
    pruned = up.clone.nightswap("prune", model, "--keep", "0", "--days", "0", "--yes")
    explained = up.clone.nightswap("explain", run)
    up.client("lambda").delete_alias(FunctionName=f"nightswap-local-serve-{model}", Name="live")
    restored = up.clone.nightswap("restore", model)

    assert [done.returncode for done in (pruned, explained, restored)] == [0, 0, 0]
    assert "model versions none" in pruned.stdout, "one is live, the other the next to go back to"
    assert "It was compared with version 1, which was live" in explained.stdout
    assert "After step 1 (50 %) of the canary" in explained.stdout
    assert restored.stdout == f"{model} version 2 is live again, as function version 2\n"
    assert predicted(up, model, age=40, income=40, housing="rent") == told
