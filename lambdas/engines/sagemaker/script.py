"""What the training job runs: the code of Train, on what SageMaker downloaded. It is the job's entry point.

SageMaker's training toolkit starts it in the folder of the project's sources, in the image's own Python. An error of
ours ends it with its name and its words on the last line, which becomes the job's reason of failure.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from os import sysconf
from pathlib import Path
from typing import Any, cast

from lambdas.engines.sagemaker import older_python

older_python.complete()

from chalicelib import layout  # noqa: E402
from chalicelib.contracts.training import OBJECTIVE_LINE, TrainTask  # noqa: E402
from chalicelib.edges import Edges  # noqa: E402
from chalicelib.edges.object_store import ObjectStore  # noqa: E402
from chalicelib.errors import EstimatorUnsupported, NightswapError  # noqa: E402
from chalicelib.layout import Place  # noqa: E402
from chalicelib.settings.tasks import TaskSettings  # noqa: E402
from lambdas import recipes, train  # noqa: E402
from lambdas.engines.sagemaker import job, tuner  # noqa: E402
from lambdas.engines.sagemaker.job_folder import FolderStore  # noqa: E402
from lambdas.model.formats.all_formats import format_of  # noqa: E402
from lambdas.model.recipe import Recipe  # noqa: E402
from lambdas.model.training.estimator import format_for  # noqa: E402
from lambdas.model.training.search.searching import FOLD_ENDED, Around  # noqa: E402

CHANNEL, MODEL = Path("input/data/bucket"), Path("model")
HYPERPARAMETERS = Path("input/config/hyperparameters.json")
"""Below the folder that SageMaker prepares.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"""
ERROR = "error.json"
"""What is uploaded in the place of a model where training ends with an error of ours: its name and its words."""
BYTES_OF_A_MB = 1024 * 1024


def main(base: Path) -> None:
    """`base` holds what SageMaker prepares: /opt/ml on AWS. An error that is not ours ends the job as failed; so does
    every error of a trial, whose value until then would count else."""
    channel, model = base / CHANNEL, base / MODEL
    is_trial = False
    try:
        [document] = channel.glob(layout.side("*", job.JOB))
        task = job.task_of(json.loads(document.read_bytes()))
        recipe = recipes.load(task.model)
        is_trial = recipe.tuned_by_jobs is not None
        _train(task, recipe, channel, model, around=_around(base, recipe))
    except NightswapError as exc:
        for each in model.iterdir():
            shutil.rmtree(each)
        said = {"error": type(exc).__name__, "reason": exc.message}
        (model / ERROR).write_text(json.dumps(said), encoding="utf-8")
        print(f"{said['error']}: {said['reason']}", file=sys.stderr)  # noqa: T201 - for the log of the job
        if is_trial:
            raise SystemExit(1) from exc


def _around(base: Path, recipe: Recipe) -> Around:
    """Where SageMaker's tuner drew the parameters, they are the only trial, and the log tells what it comes to."""
    if recipe.tuned_by_jobs is None:
        return train.AROUND
    told = json.loads((base / HYPERPARAMETERS).read_bytes())
    return Around(_tell, time.monotonic, only=tuner.drawn(recipe.tuned_by_jobs, told))


def _tell(event: str, **facts: Any) -> None:
    if event == FOLD_ENDED:
        print(f"{OBJECTIVE_LINE}{facts['mean']!r}", flush=True)  # noqa: T201 - SageMaker reads it in the log


def _train(task: TrainTask, recipe: Recipe, channel: Path, model: Path, *, around: Around) -> None:
    needed = format_of(format_for(recipe)).layers
    if needed:
        raise EstimatorUnsupported(
            f"the format of recipe {task.model} needs {', '.join(needed)}, which SageMaker's image of scikit-learn"
            " does not have: leave engine out of it"
        )
    bucket = Place.parse(task.train_uri).bucket
    store = cast(ObjectStore, FolderStore(bucket, reads=channel, writes=model))
    nowhere: Any = None  # Train reads and writes, and asks nothing else of AWS
    edges = Edges(
        store=store,
        functions=nowhere,
        executions=nowhere,
        metrics=nowhere,
        notices=nowhere,
        jobs=nowhere,
        endpoints=nowhere,
        clock=nowhere,
        sleep=nowhere,
    )
    memory_mb = sysconf("SC_PAGE_SIZE") * sysconf("SC_PHYS_PAGES") // BYTES_OF_A_MB
    settings = TaskSettings(stage="", code_sha256="", serving_sha256="", memory_mb=memory_mb)
    train.run(task, edges, settings, is_of_a_job=True, around=around)
