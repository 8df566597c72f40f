"""What is trained on the dates of a file is what answers a request with the same texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import numpy as np
import pytest

from chalicelib.errors import EstimatorUnsupported
from lambdas.kept import policies
from lambdas.model.artifact import Artifact
from lambdas.model.data.date_parts import spread
from lambdas.model.data.part import Part
from lambdas.model.evaluation.tally.tally import CHALLENGER, CHAMPION, count
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.scorecard import artifact
from lambdas.model.formats.scorecard.export import export
from lambdas.model.reading.object_reader import read_text
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Columns, Date, Numeric, Recipe, hour, weekday
from lambdas.model.training.estimator import fit, format_for, why_in_one_piece
from lambdas.model.training.trial import try_out
from lambdas.serve.dates import PARTS
from lambdas.serve.handler import READERS, Service
from lambdas.serve.scorecard import read
from lambdas.serve.seldom.date_texts import text_of
from tests.given import data

BEGIN = datetime(2023, 12, 1, tzinfo=UTC)
ROWS = 400


def texts(*, seed: int = 3) -> list[dict[str, str]]:
    """Rows whose class tells weekends; a tenth of the dates is missing. Their times are spelled in several ways."""
    rng = np.random.default_rng(seed)
    rows = []
    for place in range(ROWS):
        at = BEGIN + timedelta(seconds=int(rng.integers(0, 800 * 86_400)))
        spellings = (at.isoformat(), f"{at:%Y-%m-%d %H:%M:%S}", f"{at:%Y-%m-%dT%H:%MZ}", f"{at.date()}")
        is_weekend = at.weekday() >= 5
        rows.append(
            {
                "size": f"{rng.integers(0, 100)}",
                "opened": "" if rng.random() < 0.1 else spellings[place % len(spellings)],
                "flag": "SF" if rng.random() < 0.5 else "S0",
                "label": "ok." if is_weekend != (rng.random() < 0.1) else "spam.",
            }
        )
    return rows


def in_a_file(rows: list[dict[str, str]]) -> bytes:
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows), ""]).encode()


def parts_of_a_time(columns: Columns) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, OneHotEncoder, StandardScaler

    size, opened = columns.numeric
    times = make_union(
        make_pipeline(FunctionTransformer(hour), StandardScaler()),
        make_pipeline(FunctionTransformer(weekday), KBinsDiscretizer(n_bins=7, strategy="uniform")),
    )
    encoder = OneHotEncoder(handle_unknown="ignore")
    prepare = make_column_transformer((StandardScaler(), [size]), (times, [opened]), (encoder, columns.categorical))
    return make_pipeline(prepare, LogisticRegression(max_iter=1000))


def recipe(opened: Numeric | None = None, **changes: Any) -> Recipe:
    given = [Numeric("size"), opened or Date("opened", missing="median"), Categorical("flag")]
    return data.recipe(**{"columns": given, "cross_validation_folds": 0, **changes})


def table(of: Recipe) -> Table:
    return read_text("day.csv", text=in_a_file(texts()), recipe=of).table


def asked(row: dict[str, str]) -> dict[str, Any]:
    return {"size": int(row["size"]), "opened": row["opened"] or None, "flag": row["flag"]}


def trees(_: Columns) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=5, random_state=0)


def in_one_piece(columns: Columns) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, RobustScaler

    encoder = OneHotEncoder(handle_unknown="ignore")
    prepare = make_column_transformer((RobustScaler(), columns.numeric), (encoder, columns.categorical))
    return make_pipeline(prepare, LogisticRegression(max_iter=1000))


def counting(columns: Columns) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    curved = FunctionTransformer(np.cbrt)
    return make_pipeline(
        make_column_transformer((curved, columns.numeric), (encoder, columns.categorical)),
        GaussianNB(),
    )


def trees_of_parts(columns: Columns) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    opened = columns.numeric[1:]
    parts = [(FunctionTransformer(part), opened) for _, part in sorted(PARTS.items())]
    prepare = make_column_transformer(*parts, remainder="passthrough")
    return make_pipeline(prepare, RandomForestClassifier(5, random_state=0))


SEEN: list[tuple[Sequence[str], Any]] = [
    (["seconds"], data.one_hot_pipeline),
    (["seconds"], parts_of_a_time),
    (["seconds"], trees),
    (["days", "year", "minute"], trees),
    (["year", "month", "weekday", "hour"], data.one_hot_pipeline),
    (["hour"], data.one_hot_pipeline),
    (["year", "day"], data.one_hot_pipeline),
    (["minute", "month", "seconds", "weekday", "days", "hour", "year", "day"], data.one_hot_pipeline),
    (["weekday", "year", "hour"], in_one_piece),
    (["days", "month"], counting),
    (["seconds"], trees_of_parts),
]


@pytest.mark.parametrize(("parts", "estimator"), SEEN)
def test_an_answer_to_a_text_is_that_of_the_estimator(parts: Sequence[str], estimator: Any) -> None:
    of = recipe(Date("opened", missing="median", parts=parts), estimator=estimator)
    rows = table(of)
    fitted = fit(of, train=rows)
    name = format_for(of)
    scorer = READERS[name](format_of(name).code().export(fitted).content)
    service = Service(scorer=scorer, model="m", model_version=1, artifact_sha256="", format=name)

    answer: Any = service.answer({"instances": [asked(row) for row in texts()]})

    expected = fitted.answers(rows)
    found = [[each["probabilities"][name] for name in expected.classes] for each in answer["body"]["predictions"]]
    assert np.abs(np.array(found) - expected.probabilities).max() < 1e-9
    assert [each["Code"] for each in answer["body"]["warnings"]] == ["FeatureMissing"]


def test_trees_take_the_parts_of_a_missing_date_as_missing() -> None:
    of = recipe(Date("opened", missing="kept"), estimator=trees_of_parts)
    rows = table(of)
    fitted = fit(of, train=rows)
    made = format_of("trees").code().load(format_of("trees").code().export(fitted).content)

    answers = made.score(rows.features(of))

    assert np.isnan(rows.numeric[:, 1]).any()
    assert (answers.probabilities == fitted.answers(rows).probabilities).all()


def test_a_recipe_with_dates_is_trained_part_by_part() -> None:
    assert why_in_one_piece(recipe(Date("opened", parts=["month", "year"]))) == ""


def test_an_estimator_sees_the_parts_that_the_calendar_has() -> None:
    parts = ["hour", "days", "weekday", "year", "month", "day", "minute"]
    of = recipe(Date("opened", missing="1999-12-31T23:59", parts=parts))
    rows = table(of)
    filled = replace(rows, numeric=np.where(np.isnan(rows.numeric), 946_684_740.0, rows.numeric))

    seen = spread(Part.of(filled, classes=of.class_names), recipe=of)

    at = [datetime.fromtimestamp(each, UTC) for each in filled.numeric[:, 1].tolist()]
    days = [(each.date() - BEGIN.date().replace(1970, 1, 1)).days for each in at]
    numbers = zip(
        filled.numeric[:, 0].tolist(), days, *([getattr(each, name) for each in at] for name in NUMBERS), strict=True
    )
    assert seen.numeric.tolist() == [[float(number) for number in row] for row in numbers]
    names = np.column_stack([np.array(levels)[seen.codes[:, place]] for place, levels in enumerate(seen.levels)])
    flags = [row["flag"] for row in texts()]
    hours, weekdays, months = ([f"{name(each):02}" for each in at] for name in (HOUR, datetime.weekday, MONTH))
    assert names.tolist() == [list(row) for row in zip(flags, hours, weekdays, months, strict=True)]
    assert (of.positions.numeric, of.positions.categorical) == ([0, 1, 2, 3, 4], [5, 6, 7, 8])


NUMBERS = ("year", "day", "minute")
HOUR, MONTH = attrgetter("hour"), attrgetter("month")


def test_weekends_are_learned_from_the_parts_and_not_from_the_seconds() -> None:
    found = {}
    for parts in (["weekday"], ["seconds"]):
        of = recipe(Date("opened", missing="median", parts=parts))
        rows = table(of)
        found[parts[0]] = float((fit(of, train=rows).answers(rows).labels == rows.labels).mean())

    assert found["weekday"] > 0.8 > found["seconds"]


def test_dates_of_months_that_training_did_not_have_are_scored() -> None:
    of = recipe(Date("opened", missing="median", parts=["month", "weekday"]))
    rows = table(of)
    is_early = np.nan_to_num(PARTS["month"](rows.numeric[:, 1]), nan=1.0) < 7
    fitted = fit(of, train=rows.take(np.flatnonzero(is_early)))
    made = artifact.load(export(fitted).content)

    late = rows.take(np.flatnonzero(~is_early))
    answers = made.score(late.features(of))

    assert np.abs(answers.probabilities - fitted.answers(late).probabilities).max() < 1e-9


def refusing_encoder(columns: Columns) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    return make_pipeline(make_column_transformer((OneHotEncoder(), columns.categorical)), LogisticRegression())


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (refusing_encoder, "its encoder refuses a month of opened that no row of the training had"),
        (trees, "trees are not asked about the month of opened as a category"),
    ],
)
def test_what_cannot_be_served_of_the_parts_is_said_before_the_fit(estimator: Any, words: str) -> None:
    with pytest.raises(EstimatorUnsupported, match=words):
        try_out(recipe(Date("opened", parts=["month"]), estimator=estimator))


def test_another_choice_of_parts_reads_no_file_again() -> None:
    assert policies(recipe(Date("opened"))) == policies(recipe(Date("opened", parts=["hour"])))


def scored(of: Recipe, live: Recipe) -> Any:
    """A new version of one recipe beside a live one of another, on rows as the new one's recipe reads them."""
    versions: dict[str, Artifact] = {
        name: artifact.load(export(fit(each, train=table(each))).content)
        for name, each in ((CHALLENGER, of), (CHAMPION, live))
    }
    rows = table(of)
    return count(
        Part.of(rows, classes=of.class_names),
        estimator=fit(of, train=rows).answers(rows),
        recipe=of,
        versions=versions,
        begin=0,
    )


def test_a_replay_asks_with_texts_and_expects_what_is_served() -> None:
    of = recipe(Date("opened", missing="median", parts=["year", "month", "weekday"]))
    live = recipe(estimator=parts_of_a_time)
    service = Service(
        scorer=read(export(fit(of, train=table(of))).content),
        model="m",
        model_version=1,
        artifact_sha256="",
        format="scorecard",
    )

    tally = scored(of, live)

    sample = tally.drawn.to_document(is_compared=True)
    answer: Any = service.answer({"instances": sample["instances"]})
    assert {type(each["opened"]) for each in sample["instances"]} == {str, type(None)}
    for got, wanted in zip(answer["body"]["predictions"], sample["expected"], strict=True):
        assert (got["label"], got["probabilities"]) == (wanted["label"], pytest.approx(wanted["probabilities"]))
    assert {type(each.told["features"]["opened"]) for each in tally.differences} <= {str, type(None)}
    assert tally.differences
    assert tally.parity.largest < 1e-9


def test_a_live_model_that_takes_seconds_is_scored_on_dates() -> None:
    """The recipe said Numeric until now, and the files had seconds."""
    seconds = recipe(Numeric("opened", missing="median"))
    of = recipe()
    was = [each if not np.isnan(each) else None for each in table(of).numeric[:, 1].tolist()]
    numbers = [{**row, "opened": "" if at is None else f"{at:.0f}"} for row, at in zip(texts(), was, strict=True)]
    before = read_text("day.csv", text=in_a_file(numbers), recipe=seconds).table
    live = artifact.load(export(fit(seconds, train=before)).content)

    answers = live.score(table(of).features(of))

    assert np.array_equal(answers.probabilities, live.score(before.features(seconds)).probabilities)


def test_the_second_of_a_date_is_the_one_that_is_written() -> None:
    of = recipe()
    opened = table(of).numeric[:, 1]

    written = ["" if np.isnan(each) else text_of(each) for each in opened.tolist()]

    again = [{**row, "opened": text} for row, text in zip(texts(), written, strict=True)]
    found = read_text("day.csv", text=in_a_file(again), recipe=of).table
    assert np.array_equal(found.numeric[:, 1], opened, equal_nan=True)
