from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import NOTHING_NEW, SUPERSEDED, TAKE_UP, TRAIN
from chalicelib.contracts.runs import RunOutcome
from chalicelib.contracts.training import PreprocessTask
from chalicelib.documents import documents
from chalicelib.errors import (
    DatasetEmpty,
    DatasetTooLarge,
    LabelUnknown,
    ObjectUnreadable,
    RecipeUnknown,
    TooFewRows,
    TooManyObjects,
)
from chalicelib.limits import FILE_BYTES, OBJECTS
from chalicelib.promotion.lease import Lease
from chalicelib.runs import dataset, outcomes, retraining
from chalicelib.runs.retraining import Wish
from chalicelib.settings.tasks import TaskSettings
from lambdas import preprocess, recipes
from lambdas.model.recipe import Tolerate
from tests.fakes.edges import FakeOutside
from tests.given.approvals import waits
from tests.given.interference import with_store
from tests.given.nights import MODEL, content, going, outside, promote
from tests.given.sides import rows_at
from tests.http_connections import rows
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, add_data, night_with_data, preprocessing

NEXT = "kdd99-http-nightly-20261122T0300Z"


def fingerprint(night: FakeOutside, *, settings: TaskSettings = SETTINGS) -> str:
    night.store.delete(layout.run_document(RUN, "dataset"))  # as a run that sees the data for the first time
    found = preprocessing(night.edges, force=True, settings=settings).fingerprint
    assert found is not None
    return found


def reject(night: FakeOutside, *, run: str, champion: int | None) -> None:
    """What a rejected model of the present data leaves behind."""
    judged = {"run": run, "fingerprint": fingerprint(night), "champion": champion}
    night.store.put(layout.judged(MODEL), documents.encode(judged))


@pytest.fixture
def night() -> FakeOutside:
    return night_with_data()


def test_list_of_objects_that_another_wrote_and_that_is_lost_before_it_is_read_is_written_again(
    night: FakeOutside,
) -> None:
    key = layout.run_document(RUN, "dataset")
    losing = with_store(
        night.edges,
        "put_if_absent",
        nth=2,  # after the lease
        before=lambda: night.store.put(key, b"[]"),
        after=lambda: night.store.delete(key),
    )

    assert preprocessing(losing).decision == TRAIN
    assert night.store.find(key) is not None


def test_list_of_objects_that_the_run_wrote_itself_is_not_read_again(night: FakeOutside) -> None:
    key = layout.run_document(RUN, "dataset")
    losing = with_store(
        night.edges, "put_if_absent", nth=2, after=lambda: night.store.uncover(key, b"nobody reads this")
    )

    assert preprocessing(losing).decision == TRAIN


def test_documents_with_an_entry_for_every_object_are_not_indented(night: FakeOutside) -> None:
    preprocessing(night.edges)

    keys = [layout.run_document(RUN, "dataset"), layout.run_document(RUN, "profile"), layout.kept_parts(MODEL)]
    assert [b"\n" in night.store.find(key).body for key in keys] == [False] * 3  # type: ignore[union-attr]


def test_new_data_becomes_train_and_holdout(night: FakeOutside) -> None:
    ready = preprocessing(night.edges)

    train = rows_at(night.edges, ready.train_uri)
    holdout = rows_at(night.edges, ready.holdout_uri)
    assert (ready.decision, ready.reason) == (TRAIN, "1,500 rows in 1 object")
    assert (len(train), len(holdout)) == (1200, 300)
    assert Lease(night.edges, MODEL).running_holder() == RUN


def test_lineage_is_kept_with_the_profile(night: FakeOutside) -> None:
    add_data(night, "night-2.csv")

    ready = preprocessing(night.edges)

    kept = documents.find(night.store, layout.run_document(RUN, "profile"))
    assert kept["fingerprint"] == ready.fingerprint
    assert kept["code_sha256"] == "code"
    assert [each["name"] for each in kept["objects"]] == ["night-1.csv", "night-2.csv"]
    assert kept["profile"]["rows"] == 3000
    extent = {"lines": 1501, "blank_lines": 0, "records": 1501, "rows": 1500}
    assert kept["profile"]["objects"] == {"night-1.csv": extent, "night-2.csv": extent}


def test_repeated_task_leaves_the_same(night: FakeOutside) -> None:
    first = preprocessing(night.edges)
    before = content(night)

    assert preprocessing(night.edges) == first
    assert content(night) == before


def test_repeated_task_prepares_the_rows_that_it_first_saw(night: FakeOutside) -> None:
    first = preprocessing(night.edges)
    add_data(night, "night-2.csv")

    assert preprocessing(night.edges) == first


def test_run_that_had_ended_is_not_carried_out_again(night: FakeOutside) -> None:
    outcomes.record(
        night.edges, RunOutcome(run=RUN, model=MODEL, outcome="RetrainFailed", reason="lost", error="Lost")
    )

    told = preprocessing(night.edges)

    assert (told.decision, told.reason) == (SUPERSEDED, "the run had ended RetrainFailed when it was started again")


def test_object_that_is_replaced_before_it_is_read_is_named(night: FakeOutside) -> None:
    key = layout.dataset(MODEL, "night-1.csv")
    raced = with_store(night.edges, "list", after=lambda: night.store.put(key, b"other content"))

    with pytest.raises(ObjectUnreadable, match=r"night-1\.csv was removed or replaced"):
        preprocessing(raced)


def test_object_that_was_read_before_it_was_replaced_is_prepared_as_it_was(night: FakeOutside) -> None:
    first = preprocessing(night.edges)
    night.store.put(layout.dataset(MODEL, "night-1.csv"), b"other content")

    assert preprocessing(night.edges) == first


@pytest.mark.parametrize("force", [False, True])
def test_task_is_superseded_while_another_run_holds_the_lease(night: FakeOutside, force: bool) -> None:
    Lease(night.edges, MODEL).take(going(night, "winner"))

    ended = preprocessing(night.edges, force=force)

    assert (ended.decision, ended.reason) == (SUPERSEDED, "run winner of the same model is going")
    assert (ended.fingerprint, ended.train_uri, ended.holdout_uri) == (None, None, None)
    assert night.store.list(layout.WORK) == []


def test_data_of_the_live_model_is_nothing_new(night: FakeOutside) -> None:
    promote(night.edges, run="earlier", fingerprint=fingerprint(night))

    told = preprocessing(night.edges)

    assert (told.decision, told.train_uri, told.holdout_uri) == (NOTHING_NEW, None, None)
    assert told.reason == "data, recipe and code are those of the live model version 1"


def test_data_of_an_older_version_than_the_live_one_is_new(night: FakeOutside) -> None:
    promote(night.edges, run="earlier", fingerprint=fingerprint(night))
    promote(night.edges, run="later", fingerprint="other data")

    assert preprocessing(night.edges).decision == TRAIN


@pytest.mark.parametrize("champion", [None, 1])
def test_data_of_the_model_that_was_rejected_last_is_nothing_new(night: FakeOutside, champion: int | None) -> None:
    if champion:
        promote(night.edges, run="earlier", fingerprint="other data")
    reject(night, run="rejected", champion=champion)

    told = preprocessing(night.edges)

    assert told.decision == NOTHING_NEW
    assert told.reason == "data, recipe and code are those of the model that run rejected rejected"


def test_data_that_was_rejected_against_another_champion_is_judged_again(night: FakeOutside) -> None:
    reject(night, run="rejected", champion=None)
    promote(night.edges, run="earlier", fingerprint="other data")

    assert preprocessing(night.edges).decision == TRAIN


@pytest.mark.parametrize(("anchor", "decision"), [(1, NOTHING_NEW), (2, NOTHING_NEW), (None, TRAIN)])
def test_data_that_was_rejected_against_another_anchor_is_judged_again(
    night: FakeOutside, anchor: int | None, decision: str
) -> None:
    """`anchor` is the one by the ledger, where that is still the one of the judging."""
    promote(night.edges, run="earlier", fingerprint="other data")
    promote(night.edges, run="later", fingerprint="more data", is_anchor=anchor == 2)
    judged = {"run": "rejected", "fingerprint": fingerprint(night), "champion": 2, "anchor": anchor or 2}
    night.store.put(layout.judged(MODEL), documents.encode(judged))

    assert preprocessing(night.edges).decision == decision


def test_forced_run_trains_though_nothing_is_new(night: FakeOutside) -> None:
    promote(night.edges, run="earlier", fingerprint=fingerprint(night))

    assert preprocessing(night.edges, force=True).decision == TRAIN


def test_live_version_of_other_hands_is_no_reason_not_to_train(night: FakeOutside) -> None:
    night.functions.publish(MODEL, b"by hand")
    night.functions.create_alias(MODEL, function_version="1", description="by hand")

    assert preprocessing(night.edges).decision == TRAIN


def test_fingerprint_is_of_data_code_and_serving_and_of_nothing_else(night: FakeOutside) -> None:
    plain = fingerprint(night)
    later = preprocess_later(night)
    other_code = fingerprint(night, settings=replace(SETTINGS, code_sha256="new"))
    other_serving = fingerprint(night, settings=replace(SETTINGS, serving_sha256="new"))
    add_data(night, "night-2.csv")
    more_data = fingerprint(night)

    assert later == plain
    assert len({plain, other_code, other_serving, more_data}) == 4


def preprocess_later(night: FakeOutside) -> str:
    night.clock.sleep(3600)
    add_data(night, "night-1.csv")  # the same content, put there again
    return fingerprint(night)


@pytest.mark.parametrize("markers", [(), ("",), ("folder/",)], ids=["none", "the prefix", "a folder"])
def test_empty_data_set_says_how_to_add_to_it(markers: tuple[str, ...]) -> None:
    night = outside()
    going(night, RUN)
    for name in markers:
        night.store.put(layout.dataset(MODEL, name), b"")

    with pytest.raises(DatasetEmpty, match=r"s3://test-bucket/datasets/kdd99-http/.*nightswap data add FILE --model"):
        preprocessing(night.edges)


def test_data_set_has_as_many_files_as_one_run_reads() -> None:
    night = outside()
    going(night, RUN)
    for number in range(OBJECTS):
        night.store.put(layout.dataset(MODEL, f"{number:05}.csv"), b"")
    assert len(dataset.take(night.edges, run="another-run", model=MODEL)) == OBJECTS

    night.store.put(layout.dataset(MODEL, "one-more.csv"), b"")
    with pytest.raises(TooManyObjects, match=f"{OBJECTS + 1:,} objects lie below .*: {OBJECTS:,} are the most"):
        preprocessing(night.edges)


def test_object_that_does_not_fit_into_memory_is_refused_in_words_before_it_is_read(night: FakeOutside) -> None:
    add_data(night, "night-2.csv", lines=["no row at all"] * 3_000)

    with pytest.raises(DatasetTooLarge, match=r"^night-1\.csv has 1,500 rows .* about 190 MB in Preprocess") as no:
        preprocessing(night.edges, settings=replace(SETTINGS, memory_mb=189))
    night.store.delete(layout.dataset(MODEL, "night-1.csv"))
    night.store.delete(layout.run_document(RUN, "dataset"))
    with pytest.raises(DatasetTooLarge, match=r"^night-2\.csv has 3,000 rows"):
        preprocessing(night.edges, settings=replace(SETTINGS, memory_mb=189))

    assert no.value.message.endswith("or take it out: nightswap data remove night-1.csv --model kdd99-http")
    assert {"rows", "table_bytes", "expected_mb", "memory_mb"} <= no.value.details.keys()


def test_memory_is_for_one_object_however_many_there_are() -> None:
    night = night_with_data(lines=rows(normal=9_000, attacks=1_000))
    for number in range(2, 5):
        add_data(night, f"night-{number}.csv", lines=rows(normal=9_000, attacks=1_000, seed=number))

    assert preprocessing(night.edges, settings=replace(SETTINGS, memory_mb=192)).decision == TRAIN


def test_object_of_more_bytes_than_a_run_reads_is_refused_before_it_is_fetched(night: FakeOutside) -> None:
    listed = {"key": layout.dataset(MODEL, "huge.csv"), "etag": '"1"', "size_bytes": FILE_BYTES + 1}
    night.store.put(layout.run_document(RUN, "dataset"), documents.encode([listed]))

    with pytest.raises(match=r"^huge\.csv has .* bytes: .*nightswap data remove huge\.csv"):
        preprocessing(night.edges)


def test_object_that_is_taken_away_meanwhile_is_named(night: FakeOutside) -> None:
    key = layout.dataset(MODEL, "night-1.csv")
    raced = with_store(night.edges, "list", after=lambda: night.store.delete(key))

    with pytest.raises(ObjectUnreadable, match=r"datasets/kdd99-http/night-1.csv was removed or replaced"):
        preprocessing(raced)


def test_bad_row_is_a_typed_error_that_names_its_object(night: FakeOutside) -> None:
    add_data(night, "night-2.csv", lines=["0,1,2,normal.", "0,1,2,marmalade."])

    with pytest.raises(LabelUnknown, match=r"night-2\.csv"):
        preprocessing(night.edges)


def test_rows_that_are_left_out_are_told_in_the_reason_and_counted_in_the_profile(night: FakeOutside) -> None:
    add_data(night, "night-2.csv", lines=[*rows(normal=97, attacks=0), *["0,x,2,normal."] * 3])
    recipe = replace(recipes.load(MODEL), tolerate=Tolerate(rows=0.03))
    task = PreprocessTask(run=RUN, model=MODEL, force=False)

    done = preprocess.run(task, night.edges, SETTINGS, load=lambda _: recipe)

    assert done.reason == (
        "1,597 rows in 2 objects; left out as bad: 3 of 100 rows of night-2.csv (column src_bytes not a number (3))"
    )
    profile = documents.find(night.store, layout.run_document(RUN, "profile"))["profile"]
    assert profile["left_out"]["night-2.csv"]["rows"] == 3


def test_two_attacks_a_night_reach_the_holdout_in_proportion() -> None:
    """A share that is rounded down in every file would leave none."""
    night = night_with_data(lines=rows(normal=200, attacks=2, seed=0))
    for number in range(1, 20):
        add_data(night, f"night-{number + 1}.csv", lines=rows(normal=200, attacks=2, seed=number))

    preprocessing(night.edges)

    profile = documents.find(night.store, layout.run_document(RUN, "profile"))["profile"]
    assert profile["classes"]["attack"]["rows"] == 40
    assert 4 <= profile["classes"]["attack"]["holdout"] <= 12
    assert 800 <= profile["classes"]["normal"]["holdout"] <= 810


def test_attacks_that_none_of_the_draws_held_out_are_told_before_training() -> None:
    night = night_with_data(lines=rows(normal=200, attacks=0))
    add_data(night, "night-2.csv", lines=["0,54540,8314,back."])

    with pytest.raises(TooFewRows, match=r"no row of attack, .* nightswap data add FILE --model kdd99-http"):
        preprocessing(night.edges)


def test_model_without_a_recipe_is_a_typed_error() -> None:
    night = FakeOutside("other")
    going(night, RUN)
    night.store.put(layout.dataset("other", "night-1.csv"), b"a,b\n1,2\n")

    with pytest.raises(RecipeUnknown):
        preprocess.run(PreprocessTask(run=RUN, model="other", force=False), night.edges, SETTINGS)


def test_next_run_goes_on_after_one_that_failed() -> None:
    night = night_with_data(lines=["0,1,2,marmalade."])
    with pytest.raises(LabelUnknown):
        preprocessing(night.edges)
    night.executions.finish(RUN, "FAILED")
    night.store.delete(layout.dataset(MODEL, "night-1.csv"))
    add_data(night, "night-2.csv")
    going(night, NEXT)

    assert preprocessing(night.edges, run=NEXT).decision == TRAIN


def test_data_of_a_version_that_waits_for_approval_is_nothing_new(night: FakeOutside) -> None:
    waits(night.edges, "earlier", fingerprint=fingerprint(night), champion=None)

    told = preprocessing(night.edges)

    assert told.decision == NOTHING_NEW
    assert "which waits for approval until" in told.reason
    assert told.reason.endswith("nightswap explain earlier")


def test_data_of_a_version_that_waits_is_judged_anew_when_another_is_live(night: FakeOutside) -> None:
    promote(night.edges, run="another", fingerprint="data-0")
    waits(night.edges, "earlier", fingerprint=fingerprint(night), champion=None)

    assert preprocessing(night.edges).decision == TRAIN


def test_forced_run_trains_the_data_of_a_version_that_waits(night: FakeOutside) -> None:
    waits(night.edges, "earlier", fingerprint=fingerprint(night), champion=None)

    assert preprocessing(night.edges, force=True).decision == TRAIN


def test_run_of_an_approval_takes_the_version_up_and_reads_no_data(night: FakeOutside) -> None:
    promote(night.edges, run="live")
    waits(night.edges, "earlier")
    wish = Wish(model=MODEL, force=False, reason="good", approves="earlier", who="ada")
    retraining.start(night.edges, run="kdd99-http-approve-1", wish=wish)

    told = preprocessing(night.edges, run="kdd99-http-approve-1")

    assert (told.decision, told.model_version, told.who) == (TAKE_UP, 2, "ada")
    assert Lease(night.edges, MODEL).running_holder() == "kdd99-http-approve-1"
    assert night.store.list(layout.WORK) == []
