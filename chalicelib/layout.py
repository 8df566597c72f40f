"""Where everything lies in the stage's bucket: the only place that writes an S3 key.

datasets/MODEL/...                      the data set: CSV(.gz) objects; it only grows
removed/MODEL/...                       objects taken out with `nightswap data remove`
runs/RUN/request.json                   what was asked for, written once by whoever started the run
runs/RUN/STATE.json                     each task's own document
runs/RUN/report.json                    the evaluation, whole
runs/RUN/decision_WHAT_JUDGING.json     a point of no return: the run's first shift of traffic, its swap
runs/RUN/waiting.json                   its version, if a person has to approve it
runs/RUN/replayed.json                  what the published version answered, and how fast
runs/RUN/health_N.json                  how the canary's nth share fared
runs/RUN/data_left_out.json             what it left out of its data
runs/RUN/outcome.json                   how the run ended
runs/RUN/told.json                      that its outcome was announced
runs/RUN/told_stale.json                that what it left live is old
runs/RUN/told_quarantined.json          that it left out what no run had left out before
runs/RUN/told_quality.json              that what it found live is worse than when that was judged
work/RUN/...                            intermediates, deleted at the run's end
parts/MODEL/SHA256.zip                  rows of the data set as Preprocess read and split them, and their sums
parts/MODEL/kept.json                   which of them hold which objects, so that no later run reads these again
parts/MODEL/dates.json                  of which dates the rows of each object are, where the recipe asks for a column
imports/MODEL/SHA256                    a model's file that was imported; it stays, and a rebuild reads it
row-answers/MODEL/RUN.zip               what each version answered for each row of a run's holdout
work/plan/SHA256.template.json          what a plan asks CloudFormation about, where it is too long for a call
models/MODEL/versions/000007/...        a numbered model version; `manifest.json` marks it complete
models/MODEL/rejected/RUN/...           a model that failed its gate
models/MODEL/judged.json                the fingerprint of the last model that failed its gate
models/MODEL/waiting.json               the version that waits for approval, and what was decided about it
models/MODEL/quarantine/FINGERPRINT.json what was rolled back, so that no run tries it again
models/MODEL/quarantined.json           the files, and how many rows of files, that are left out because they are bad
models/MODEL/contents.json              the SHA-256 of the rows in each object of the data set, by its entity tag
models/MODEL/pin.json                   the version that stays live until it is unpinned
models/MODEL/quality/0000000042.json    what the live version made of a night's new rows
models/MODEL/untold/RUN-KIND.json       a notice that could not be sent, for the next run to send
moves/NAME.json                         a move that an operator asked for, as it was decided
moves/NAME/told.json                    that it was announced
locks/MODEL                             the lease
ledger/MODEL/0000000042.json            every move of the alias, append-only
ledger/MODEL.rejected/0000000002.json   a version that was rejected while it waited for approval, written once

evidence/MODEL/000007.json              the manifest of a version as it was judged, written once
evidence-erased/MODEL/000001.json       what `nightswap data erase` took, and what it left; written once
evidence-erased/MODEL/looked-up/N.json  the runs whose documents it went through; written once

batches/in/...                          a file of instances to score
batches/out/BATCH/request.json          which file, on which version; beside it estimate.json, of a larger file
batches/out/BATCH/predictions/000007.jsonl  of a chunk, in the order of the file
batches/out/BATCH/errors/000007.jsonl   the refused records of a chunk, if there are any
batches/out/BATCH/chunks/000007.json    how far the batch came: written when the other files of the chunk are whole
batches/out/BATCH/ended.json            how the batch ended
batches/transform/BATCH/request.json    which file, on which version, of a batch that SageMaker transforms
batches/transform/BATCH/in/000007-SHA.jsonl  the instances of a chunk; what SageMaker wrote of it is in out/, and the
                                        lists of the chunks that its jobs took are in jobs/

tokens/SHA256.json                      an access token, under the SHA-256 of its secret; written once, then removed
deploy/SHA256...                        packages and definitions, named by their SHA-256
deploy/chalice.json                     Chalice's record of what it deployed, with the ID of its REST API
deploy/lock.json                        who is deploying
deploy/release.json                     which format of documents the deployed release writes
deploy/models.json                      the models that the stage serves
"""

from __future__ import annotations

from chalicelib.values import Value

DATASETS, REMOVED, IMPORTS = "datasets/", "removed/", "imports/"
RUNS, WORK = "runs/", "work/"
PARTS, ROW_ANSWERS = "parts/", "row-answers/"
BATCHES, BATCH_FILES, BATCH_RESULTS, TRANSFORMS = "batches/", "batches/in/", "batches/out/", "batches/transform/"
MODELS, TOKENS = "models/", "tokens/"
DEPLOY = "deploy/"
LOCKS, MOVES = "locks/", "moves/"
LEDGER = "ledger/"
EVIDENCE, ERASED = "evidence/", "evidence-erased/"


def dataset(model: str, name: str = "") -> str:
    return f"{DATASETS}{model}/{name}"


def removed(model: str, name: str = "") -> str:
    return f"{REMOVED}{model}/{name}"


def run_document(run: str, document: str) -> str:
    """One of a run's lasting documents: `request`, `report`, `outcome` or a task's name in snake case."""
    return f"{RUNS}{run}/{document}.json"


def work(run: str, name: str = "") -> str:
    return f"{WORK}{run}/{name}"


def side(run: str, name: str) -> str:
    """The record of the parts that are a run's training part, or its holdout."""
    return work(run, f"sides/{name}.json")


def parts(model: str) -> str:
    return f"{PARTS}{model}/"


def part(model: str, sha256: str) -> str:
    return f"{parts(model)}{sha256}.zip"


def kept_parts(model: str) -> str:
    return f"{parts(model)}kept.json"


def kept_dates(model: str) -> str:
    return f"{parts(model)}dates.json"


def imported(model: str, sha256: str = "") -> str:
    """A file that was imported, or the prefix of all."""
    return f"{IMPORTS}{model}/{sha256}"


def row_answers(model: str, run: str = "") -> str:
    """Those of one run, or the prefix of all."""
    return f"{ROW_ANSWERS}{model}/{run}{run and '.zip'}"


def versions(model: str) -> str:
    return f"models/{model}/versions/"


def version(model: str, model_version: int, name: str = "") -> str:
    return f"{versions(model)}{model_version:06d}/{name}"


def rejected(model: str, run: str, name: str = "") -> str:
    return f"models/{model}/rejected/{run}/{name}"


def judged(model: str) -> str:
    return f"models/{model}/judged.json"


def waiting(model: str) -> str:
    return f"models/{model}/waiting.json"


def quarantined(model: str, fingerprint: str = "") -> str:
    """The quarantine of one fingerprint, or the prefix of all."""
    return f"models/{model}/quarantine/{fingerprint}{fingerprint and '.json'}"


def quarantined_data(model: str) -> str:
    return f"models/{model}/quarantined.json"


def contents(model: str) -> str:
    return f"models/{model}/contents.json"


def pin(model: str) -> str:
    return f"models/{model}/pin.json"


def quality(model: str) -> str:
    return f"models/{model}/quality/"


def quality_night(model: str, number: int) -> str:
    return f"{quality(model)}{number:010d}.json"


def untold(model: str, name: str = "") -> str:
    """A notice that could not be sent, or the prefix of all."""
    return f"models/{model}/untold/{name}{name and '.json'}"


def requested_move(name: str) -> str:
    return f"{MOVES}{name}.json"


def move_told(name: str) -> str:
    return f"{MOVES}{name}/told.json"


def lease(model: str) -> str:
    return f"{LOCKS}{model}"


def ledger(model: str) -> str:
    return f"{LEDGER}{model}/"


def ledger_entry(model: str, index: int) -> str:
    return f"{ledger(model)}{index:010d}.json"


def rejections(model: str) -> str:
    """Beside the moves of the alias: the name of a model has no dot."""
    return f"{LEDGER}{model}.rejected/"


def rejection(model: str, model_version: int) -> str:
    return f"{rejections(model)}{model_version:010d}.json"


def all_evidence(model: str) -> str:
    return f"{EVIDENCE}{model}/"


def evidence(model: str, model_version: int) -> str:
    return f"{all_evidence(model)}{model_version:06d}.json"


def erasures(model: str) -> str:
    return f"{ERASED}{model}/"


def erasure(model: str, number: int) -> str:
    return f"{erasures(model)}{number:06d}.json"


def looked_up(model: str) -> str:
    return f"{erasures(model)}looked-up/"


def of_model(model: str) -> tuple[str, ...]:
    """The prefixes that hold what is of one model alone; not its runs and moves, which lie among those of others."""
    files = (dataset(model), removed(model), parts(model), row_answers(model), imported(model))
    return (*files, f"models/{model}/", ledger(model), rejections(model), all_evidence(model), erasures(model))


def batch(name: str, part: str = "") -> str:
    """A document of a batch, `request`, `estimate` or `ended`; or the prefix of all that it wrote."""
    return f"{BATCH_RESULTS}{name}/{part}{part and '.json'}"


def batch_chunk(name: str, number: int | None = None, *, of: str = "chunks") -> str:
    """How far the nth chunk came, or its lines of `predictions` or `errors`; without a number the prefix of all."""
    ending = ".json" if of == "chunks" else ".jsonl"
    return f"{batch(name)}{of}/" + ("" if number is None else f"{number:06d}{ending}")


def transform(name: str, part: str = "", *, of: str = "") -> str:
    """A part of a batch transform, `of` its `in`, `jobs` or `out` or its request; or the prefix of what is there."""
    return f"{TRANSFORMS}{name}/{of}{of and '/'}{part}"


def token(sha256: str = "") -> str:
    """One token, or the prefix of all."""
    return f"{TOKENS}{sha256}{sha256 and '.json'}"


def deployed(sha256: str, suffix: str) -> str:
    return f"{DEPLOY}{sha256}{suffix}"


def planned(sha256: str, suffix: str) -> str:
    """Apart from what is deployed: who may only plan writes here, and no deployment reads it."""
    return f"{WORK}plan/{sha256}{suffix}"


def chalice_record() -> str:
    return f"{DEPLOY}chalice.json"


def deploy_lock() -> str:
    return f"{DEPLOY}lock.json"


def release() -> str:
    return f"{DEPLOY}release.json"


def catalog() -> str:
    return f"{DEPLOY}models.json"


class Place(Value):
    """An object, or everything below a prefix, as an S3 URI: what the states of the machine hand to one another.

    >>> Place.parse("s3://a-bucket/work/a-run/train/")
    Place(bucket='a-bucket', key='work/a-run/train/')
    >>> str(Place("a-bucket", "work/a-run/train/"))
    's3://a-bucket/work/a-run/train/'
    """

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> Place:
        scheme, _, rest = uri.partition("://")
        bucket, _, key = rest.partition("/")
        if scheme != "s3" or not bucket:
            raise ValueError(f"not an S3 URI: {uri!r}")
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"
