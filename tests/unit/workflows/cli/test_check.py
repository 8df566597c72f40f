"""`nightswap check`: what a run would refuse of a recipe and of a file, without any AWS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib.cutting import amount
from chalicelib.settings.stage import StageSettings
from lambdas import recipes
from lambdas.model.recipe import Continuous, SageMaker, Tune
from lambdas.model.training.search.foretelling import Foretold
from tests.fakes.stage import FakeStage
from tests.given import data
from tests.given.checked import FOREST, GOOD, HEAD, ROWS, check, recipe, rows
from tests.given.nights import outside
from workflows.checking.recipe import _refuse_early_imports
from workflows.cli.check import _of_search, findings
from workflows.cli.main import group


@pytest.mark.parametrize("model", recipes.names())
def test_recipe_of_the_project_is_taken_by_its_models_name(model: str) -> None:
    result = check(model)

    assert result.exit_code == 0, result.output
    assert "it can be served" in result.output
    assert result.output.endswith("a run would take that\n")


def test_recipes_file_and_a_file_of_its_data_are_taken(tmp_path: Path) -> None:
    result = check(recipe(tmp_path), rows(tmp_path))

    assert result.exit_code == 0, result.output
    assert "file 'loans.csv': a run would read 40 rows (paid: 20 rows, defaulted: 20 rows)" in result.output


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        ("OneVsOneClassifier(LogisticRegression())", "take OneVsRestClassifier(LogisticRegression()) in its place"),
        ("LinearRegression()", "it is a regressor, which gives numbers, not classes"),
        ("LogisticRegression(C=-1)", "TrainingFailed: fitting the estimator of recipe loans raised"),
        ("columns.nope", "AttributeError"),
        ("open('/nowhere')", "TrainingFailed: fitting the estimator of recipe loans raised FileNotFoundError, which"),
        ("exit(0)", "TrainingFailed: fitting the estimator of recipe loans raised SystemExit, which says '0'"),
        ("next(iter(()))", "TrainingFailed: fitting the estimator of recipe loans raised StopIteration"),
    ],
)
@pytest.mark.parametrize("with_file", [False, True])
def test_estimator_that_cannot_be_served_is_refused_with_the_way(
    estimator: str, words: str, with_file: bool, tmp_path: Path
) -> None:
    result = check(recipe(tmp_path, estimator), *([rows(tmp_path)] if with_file else []))

    assert result.exit_code == 1
    assert words in result.output
    assert result.output.endswith("a run would refuse that\n")


def test_estimator_whose_library_is_not_here_is_not_to_be_changed(tmp_path: Path) -> None:
    file = recipe(tmp_path, "lacks_skl2onnx()")
    raising = """def lacks_skl2onnx():
    from chalicelib.errors import LayersMissing
    raise LayersMissing("the format onnx needs skl2onnx, which is not here")

"""
    file.write_text(raising + file.read_text())

    assert "-> make setup-onnx" in check(file).output


def test_categories_that_were_decoded_wrongly_are_noted_with_the_way_out(tmp_path: Path) -> None:
    result = check(recipe(tmp_path), rows(tmp_path, ROWS.replace("own", "m\u00c3\u00b6bliert")))

    assert "(20 rows) was 'm\u00f6bliert'" in " ".join(result.output.split())
    assert "-> read the source as UTF-8 when you export it, and write UTF-8" in result.output


def test_problems_of_a_recipe_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    file = recipe(tmp_path)
    file.write_text(file.read_text().replace('label="paid"', 'label="age"').replace('"loans"', '"est_lr"'))

    result = check(file)

    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert [line for line in lines if line.startswith("  - ")] == [
        "  - model is 'est_lr', and a model's name is 1 to 24 small letters, digits and -, a letter first: write"
        " model='est-lr'",
        "  - the label age is among the columns",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ObjectUnreadable: loans.csv is empty"),
        ("age,housing,paid\n17,own,yes\n", "ValueOutOfRange: 1 cell of column age in loans.csv"),
        ("age;housing;paid\n40;own;yes\n", "ColumnMissing"),
    ],
)
def test_file_that_a_run_would_refuse_is_refused_in_its_words(text: str, words: str, tmp_path: Path) -> None:
    result = check(recipe(tmp_path), rows(tmp_path, text))

    assert result.exit_code == 1
    assert words in result.output
    assert "data remove" not in result.output


def test_rows_that_stray_quotes_hide_are_noted_and_the_file_is_taken(tmp_path: Path) -> None:
    text = "age,note,housing,paid\n" + "40,a,own,yes\n30,b,rent,no\n" * 20 + '50,"a,own,yes\n51,b",own,yes\n'

    result = check(recipe(tmp_path), rows(tmp_path, text))

    assert result.exit_code == 0, result.output
    assert "loans.csv has quoted cells with lines that look like rows: 1 in all" in " ".join(result.output.split())


def test_column_that_tells_nothing_in_the_file_is_noted_and_the_file_is_taken(tmp_path: Path) -> None:
    text = "age,housing,paid\n" + "40,own,yes\n40,rent,no\n" * 20

    result = check(recipe(tmp_path), rows(tmp_path, text))

    assert result.exit_code == 0, result.output
    assert "column age holds 40 alone -> if its source lost what was there, correct the file" in " ".join(
        result.output.split()
    )


def test_file_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    result = check(recipe(tmp_path), tmp_path / "no.csv")

    assert result.exit_code == 1
    assert "no.csv is not there" in result.output


@pytest.mark.parametrize(("paid", "is_noted"), [(13, True), (14, False)])
def test_file_on_which_one_answer_keeps_every_threshold_is_noted_and_taken(
    paid: int, is_noted: bool, tmp_path: Path
) -> None:
    lines = ["40,own,yes"] * paid + ["30,rent,no"] * 20

    result = check(recipe(tmp_path), rows(tmp_path, "\n".join(["age,housing,paid", *lines])))

    assert result.exit_code == 0
    told = "a model that answers defaulted to every row like these keeps every threshold"
    assert (told in " ".join(result.output.split())) is is_noted


@pytest.mark.parametrize(("bound", "is_noted"), [(0.98, True), (0.4, False)])
def test_file_whose_holdout_proves_no_bound_even_without_errors_is_noted_and_taken(
    bound: float, is_noted: bool, tmp_path: Path
) -> None:
    file = recipe(tmp_path)
    surely = file.read_text().replace('"recall", of="defaulted", bound=0.5', f'"accuracy", bound={bound}, sure=0.95')
    file.write_text(surely)

    result = check(file, rows(tmp_path))

    said = " ".join(result.output.split())
    assert result.exit_code == 0
    assert (
        "proves too little even for a model without errors: accuracy: NOT ENOUGH ROWS: 1 >= 0.98" in said
    ) is is_noted
    assert ("at this rate about 149 rows would do" in said) is is_noted


def test_file_without_a_class_is_noted_and_taken(tmp_path: Path) -> None:
    result = check(recipe(tmp_path), rows(tmp_path, "age,housing,paid\n40,own,yes\n"))

    assert result.exit_code == 0
    assert "holds no row of defaulted" in result.output


@pytest.mark.parametrize(("count", "is_noted"), [(1, True), (4, True), (5, False)])
def test_class_of_too_few_rows_to_be_sure_of_both_parts_is_noted(count: int, is_noted: bool, tmp_path: Path) -> None:
    lines = ["40,own,yes"] * 9 + ["40,own,no"] * count

    result = check(recipe(tmp_path), rows(tmp_path, "\n".join(["age,housing,paid", *lines])))

    words = (
        f"holds few rows of some classes (defaulted: {amount(count, 'row')}): fewer than 5 may all come into one part"
    )
    assert result.exit_code == 0
    assert (words in " ".join(result.output.split())) == is_noted


def test_size_that_trees_would_have_with_the_rows_of_a_file_is_estimated(tmp_path: Path) -> None:
    many = "".join(f"{18 + place % 60},own,{'yes' if place * place % 7 < 3 else 'no'}\n" for place in range(3500))

    result = check(recipe(tmp_path, "DecisionTreeClassifier()"), rows(tmp_path, f"age,housing,paid\n{many}"))

    said = " ".join(result.output.split())
    assert "a model of the 3,500 rows would have about 59 nodes that split, and about" in said
    assert "an estimate, by fits on 1,000 and 3,000 rows" in said


def test_trees_that_would_become_too_large_are_noted(tmp_path: Path) -> None:
    """Each row is a class of its own beside its neighbours', so that each becomes a leaf of each tree."""
    many = "".join(f"{18 + place},own,{'no' if place % 2 else 'yes'}\n" for place in range(10_000))

    result = check(recipe(tmp_path, FOREST), rows(tmp_path, f"age,housing,paid\n{many}"))

    said = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "a cold start takes over a third longer" in said
    assert "set max_leaf_nodes or min_samples_leaf, or take fewer trees" in said


@pytest.mark.parametrize("line", ["import numpy as np", "import json, numpy", "from numpy import array"])
def test_library_that_is_imported_too_early_is_refused_with_its_line(line: str, tmp_path: Path) -> None:
    file = recipe(tmp_path)
    file.write_text(f"{line}\n{file.read_text()}")

    result = check(file)

    assert result.exit_code == 1
    assert "loans.py, line 1: imports numpy when it is loaded" in result.output


def test_file_that_recipes_share_may_be_imported_when_they_are_loaded(tmp_path: Path) -> None:
    file = tmp_path / "loans.py"
    file.write_text("from .numpy import CLASSES\nfrom . import pandas\nimport lambdas.model.recipe, json\n")

    _refuse_early_imports(file, named="loans.py")


@pytest.mark.parametrize("wanted", ["nosuch", "no/such.py", "my-loans.py"])
def test_recipe_that_is_not_there_is_refused_in_one_line(wanted: str) -> None:
    result = check(wanted)

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "recipe" in result.output


def test_findings_are_told_to_programs(tmp_path: Path) -> None:
    result = check(recipe(tmp_path, "LinearRegression()"), rows(tmp_path), "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [each["severity"] for each in found] == ["ok", "error", "ok"]
    assert set(found[0]) == {"severity", "what", "where", "way_out"}


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (GOOD, "loans is trained part by part and served as scorecard: about"),
        ("LogisticRegression(solver='liblinear')", "loans is trained in one piece (LogisticRegression with solver="),
    ],
)
def test_how_a_run_would_fit_it_is_told(tmp_path: Path, estimator: str, words: str) -> None:
    result = check(recipe(tmp_path, estimator), "--json")

    assert any(words in each["what"] for each in json.loads(result.stdout))


def test_what_a_recipe_prints_is_no_part_of_the_answer_for_programs(tmp_path: Path) -> None:
    file = recipe(tmp_path, "print('in the function') or LogisticRegression()")
    file.write_text("print('when it is loaded')\n" + file.read_text())

    result = check(file, "--json")

    assert [each["severity"] for each in json.loads(result.stdout)] == ["ok", "ok", "ok"]
    assert "when it is loaded\nin the function\n" in result.stderr


def test_field_that_changed_its_meaning_is_noted(tmp_path: Path) -> None:
    file = recipe(tmp_path)
    file.write_text(file.read_text().replace('label="paid",', 'label="paid", significance=0.01,'))

    result = check(file)

    assert result.exit_code == 0
    assert "significance=0.01 means sure=0.99 now" in result.output.replace("\n", " ")


PROVED = """at_least("recall", of="defaulted", bound=0.5, margin={margin}),
    at_least("accuracy", bound=0.6, margin={margin}),
    at_most("false_positive_rate", of="defaulted", bound=0.4, margin={margin}),
    at_least("precision", of="defaulted", bound=0.5, margin=None)], proved={proved}"""


@pytest.mark.parametrize(
    ("margin", "proved", "noted"),
    [
        (0.3, True, ["recall of defaulted has 4 rows", "false_positive_rate of defaulted has 4 rows"]),
        (0.01, True, ["recall of defaulted has 4 rows", "accuracy has 8 rows", "never proved by fewer than 268"]),
        (0.01, False, []),
    ],
)
def test_margin_that_these_rows_never_prove_is_noted(
    margin: float, proved: bool, noted: list[str], tmp_path: Path
) -> None:
    file = recipe(tmp_path)
    of = PROVED.format(margin=margin, proved=proved)
    text = file.read_text().replace("import at_least", "import at_least, at_most")
    file.write_text(text[: text.index('at_least("recall"')] + of + ",\n)\n")

    result = check(file, rows(tmp_path))

    said = result.output.replace("\n", " ")
    assert [words for words in noted if words not in said] == []
    assert ("accuracy has" in said) is (margin == 0.01 and proved)


def test_lines_fit_the_screen_where_their_words_do(tmp_path: Path) -> None:
    file, data = recipe(tmp_path), rows(tmp_path)

    lines = FakeStage(outside()).run("check", str(file), str(data), width=80).output.splitlines()

    longest = max(len(word) for line in lines for word in line.split())
    assert any(line.startswith("        ") for line in lines), lines
    assert all(len(line) <= max(80, len("        ") + longest) for line in lines)


GROUPED = HEAD.replace('label="paid",', 'label="paid", split=Split(group="who"),').replace(
    "Recipe\n", "Recipe, Split\n", 1
)


def grouped(folder: Path, *, apart: bool) -> tuple[Path, Path]:
    """A recipe that keeps rows of one `who` together, and a file of 50 of them, or of one."""
    file = folder / "loans.py"
    file.write_text(GROUPED.format(estimator=GOOD))
    lines = (f"40,own,yes,{place % 50 * apart}\n30,rent,no,{place % 50 * apart}\n" for place in range(100))
    return file, rows(folder, "age,housing,paid,who\n" + "".join(lines))


def test_file_whose_groups_stay_together_is_told_how_many_of_them_are_held_out(tmp_path: Path) -> None:
    result = check(*grouped(tmp_path, apart=True))

    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "22.0 % of its rows would be held out (paid: 22 rows, defaulted: 22 rows): 11 of 50 groups of who" in said
    assert "would have no row" not in said


def test_file_of_a_single_group_is_told_which_part_lacks_rows(tmp_path: Path) -> None:
    result = check(*grouped(tmp_path, apart=False))

    assert result.exit_code == 0, result.output
    assert "its holdout would have no row of paid, defaulted, as the recipe splits it" in " ".join(
        result.output.split()
    )


def test_file_without_the_column_of_the_groups_is_refused(tmp_path: Path) -> None:
    file, _ = grouped(tmp_path, apart=True)

    result = check(file, rows(tmp_path))

    assert result.exit_code == 1
    assert "ColumnMissing: loans.csv has no column who." in " ".join(result.output.split())


def tolerant(folder: Path, field: str) -> Path:
    file = recipe(folder)
    file.write_text(
        file.read_text().replace("positive=", f"{field}, positive=").replace("Recipe\n", "Recipe, Tolerate\n", 1)
    )
    return file


def test_rows_that_would_be_left_out_are_told_with_the_reasons(tmp_path: Path) -> None:
    text = ROWS.replace("40,own,yes", "17,own,yes", 1).replace("30,rent,no", "30,,no", 1)

    result = check(tolerant(tmp_path, "tolerate=Tolerate(rows=0.05)"), rows(tmp_path, text))

    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "a run would read 38 rows (paid: 19 rows, defaulted: 19 rows)" in said
    assert (
        "2 bad rows would be left out, as the recipe tolerates: column age out of range (a number >= 18) (1), column"
        " housing empty (1)"
    ) in said


def test_labels_that_would_be_of_the_other_class_are_told(tmp_path: Path) -> None:
    text = ROWS.replace("rent,no", "rent,never", 7).replace("rent,no", "rent,NO", 1)

    result = check(tolerant(tmp_path, 'other="defaulted"'), rows(tmp_path, text))

    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "labels that the recipe does not list would be of its other class (never: 7 rows, NO: 1 row)" in said


def by_time(folder: Path, fields: str) -> Path:
    file = folder / "loans.py"
    head = HEAD.replace('label="paid",', f'label="paid", {fields},').replace("Recipe\n", "Recipe, Split, Window\n", 1)
    file.write_text(head.format(estimator=GOOD))
    return file


def dated(folder: Path, name: str = "2026-11-25.csv", day: str = "2026-11-25") -> Path:
    file = folder / name
    file.write_text("age,housing,paid,opened\n" + f"40,own,yes,2026-11-20\n30,rent,no,{day}\n" * 20)
    return file


@pytest.mark.parametrize("fields", ['split=Split(by="time")', "window=Window(nights=30)"])
def test_recipe_by_nights_tells_the_night_of_a_file_and_refuses_a_name_without_one(
    fields: str, tmp_path: Path
) -> None:
    file = by_time(tmp_path, fields)

    taken, refused = check(file, dated(tmp_path)), check(file, dated(tmp_path, "today.csv"))

    assert taken.exit_code == 0, taken.output
    assert "it is of the night 2026-11-25, and used and held out as a whole" in " ".join(taken.output.split())
    assert refused.exit_code == 1
    assert "NameUndated: today.csv has no date in its name" in " ".join(refused.output.split())


@pytest.mark.parametrize(
    "fields", ['split=Split(by="time", column="opened")', 'window=Window(days=30, column="opened")']
)
def test_recipe_by_days_tells_those_of_a_file_and_refuses_a_cell_that_is_no_date(fields: str, tmp_path: Path) -> None:
    file = by_time(tmp_path, fields)

    taken, refused = check(file, dated(tmp_path)), check(file, dated(tmp_path, day="25.11.2026"))

    assert taken.exit_code == 0, taken.output
    assert "its rows are of 2026-11-20 to 2026-11-25 by opened; a run reads a new file twice" in " ".join(
        taken.output.split()
    )
    assert refused.exit_code == 1
    said = " ".join(refused.output.split())
    assert "ValueUnparsable: 20 cells of column opened in 2026-11-25.csv are no date (YYYY-MM-DD" in said
    assert "row 2 (line 3) '25.11.2026'" in said


def tuned(folder: Path, ranges: str) -> tuple[Path, Path]:
    """A recipe that tunes, and its data."""
    file = recipe(folder, "DecisionTreeClassifier(random_state=0)")
    text = file.read_text().replace("import at_least", "import Integer, OneOf, Tune, at_least")
    file.write_text(text.replace("estimator=estimator,", f"estimator=estimator, tune=Tune({ranges}, jobs=2),"))
    rows = folder / "loans.csv"
    rows.write_text(ROWS)
    return file, rows


def test_time_of_a_search_is_told_before_it(tmp_path: Path) -> None:
    file, rows = tuned(tmp_path, '{"max_depth": Integer(1, 3)}')

    found = [each for each in findings(str(file), rows, settings=StageSettings()) if "tuning it" in each.what]

    assert [each.severity for each in found] == ["ok"]
    assert "tuning it is 6 fits (2 trials of 3 folds of 40 rows)" in found[0].what


def test_search_that_takes_longer_than_train_has_is_noted(tmp_path: Path) -> None:
    file, rows = tuned(tmp_path, '{"max_depth": Integer(1, 3)}')

    found = [each for each in findings(str(file), rows, settings=StageSettings(train_seconds=0)) if each.way_out]

    assert [each.way_out for each in found] == [
        "lower tune.jobs or the upper ends of its ranges; or early_stopping=True"
    ]


def test_range_of_a_parameter_that_the_estimator_does_not_have_is_refused(tmp_path: Path) -> None:
    file, _ = tuned(tmp_path, '{"max_dept": Integer(1, 3), "criterion": OneOf("gini", "entropy")}')

    done = CliRunner().invoke(group, ["check", str(file)])

    assert done.exit_code == 1
    assert "which is no parameter of the estimator: it has max_depth" in " ".join(done.output.split())


def test_time_of_a_search_in_a_training_job_is_held_to_that_of_the_job(tmp_path: Path) -> None:
    file, rows = tuned(tmp_path, '{"max_depth": Integer(1, 3)}')
    file.write_text(file.read_text().replace("estimator=estimator,", 'estimator=estimator, engine="sagemaker",'))

    found = [each for each in findings(str(file), rows, settings=StageSettings()) if "tuning it" in each.what]

    assert found[0].what.endswith("of the 3,600 s that there are")


def test_time_of_one_trial_is_held_to_that_of_its_own_job(tmp_path: Path) -> None:
    file, rows = tuned(tmp_path, '{"max_depth": Integer(1, 3)}')
    text = file.read_text().replace("import Integer", "import Integer, SageMaker")
    file.write_text(text.replace("estimator=estimator,", "estimator=estimator, engine=SageMaker(tuner=True),"))

    found = [each for each in findings(str(file), rows, settings=StageSettings()) if "tuning it" in each.what]

    assert "tuning it is 3 fits (1 trial of 3 folds of 40 rows)" in found[0].what
    assert found[0].what.endswith("of the 3,600 s that there are")


def test_trial_that_takes_longer_than_its_job_has_is_noted() -> None:
    recipe = data.recipe(tune=Tune({"logisticregression__C": Continuous(1, 2)}), engine=SageMaker(tuner=True))
    search = Foretold(trials=1, folds=3, rows=40, fit_seconds=1500)

    [found] = _of_search(search, recipe, seconds=3600, where="loans.py")

    assert found.way_out == "raise engine.max_runtime_seconds, or lower the upper ends of tune's ranges"


def test_algorithm_of_sagemakers_is_said_not_to_be_tried(tmp_path: Path) -> None:
    file = tmp_path / "flows.py"
    file.write_text(
        "from lambdas.model.recipe import LinearLearner, Numeric, Recipe, at_least\n"
        "RECIPE = Recipe(model='flows', columns=[Numeric('size')], label='label', classes={'a': 'a', 'b': 'b'},\n"
        "                positive='b', estimator=LinearLearner(epochs=5), engine='sagemaker',\n"
        "    thresholds=[at_least('recall', of='b', bound=0.9), at_least('precision', of='b', bound=0.9)])\n",
        "utf-8",
    )

    said = CliRunner().invoke(group, ["check", str(file)]).output.replace("\n        ", " ")

    assert "its hyperparameters are in their ranges" in said
    assert "LinearLearner is a closed image of SageMaker's: nothing was fitted here" in said
    assert "it can be served" not in said


def test_search_of_sagemakers_own_algorithm_is_not_timed_here(tmp_path: Path) -> None:
    file, rows = tmp_path / "flows.py", tmp_path / "flows.csv"
    file.write_text(
        "from lambdas.model.recipe import Continuous, Numeric, Recipe, SageMaker, Tune, XGBoost, at_least\n"
        "RECIPE = Recipe(model='flows', columns=[Numeric('size')], label='label', classes={'a': 'a', 'b': 'b'},\n"
        "    positive='b', estimator=XGBoost(), engine=SageMaker(tuner=True),\n"
        "    tune=Tune({'eta': Continuous(0.1, 0.5)}, jobs=5),\n"
        "    thresholds=[at_least('recall', of='b', bound=0.9), at_least('precision', of='b', bound=0.9)])\n",
        "utf-8",
    )
    rows.write_text("\n".join(["size,label", *(f"{n},{'ab'[n % 2]}" for n in range(200)), ""]), "utf-8")

    result = CliRunner().invoke(group, ["check", str(file), str(rows)])

    assert result.exit_code == 0, result.output
    assert "flows is trained by SageMaker's xgboost" in result.output.replace("\n        ", " ")
    assert "tuning it is" not in result.output
