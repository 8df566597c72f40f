"""Gives the definition's text, freshly rendered or as committed, to everything that runs without the SDK."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from chalicelib.contracts.decisions import (
    TRAIN_LINEAR_LEARNER,
    TRAIN_ON_SAGEMAKER,
    TRAIN_XGBOOST,
    TUNE_LINEAR_LEARNER,
    TUNE_ON_SAGEMAKER,
    TUNE_XGBOOST,
)
from chalicelib.errors import RenderingFailed

LAMBDA, SAGEMAKER = "lambda", "sagemaker"
ENGINES = (LAMBDA, SAGEMAKER)
"""What recipes of the stage may train on: Lambda alone, or SageMaker too."""
BUILT_INS, TUNER, BOTH = "built-ins", "tuner", "tuner-and-built-ins"
"""In the place of an engine: SageMaker with its own algorithms, with its tuner, with both."""
TRANSFORM = "transform"
"""The same: the stage's other machine, by which a batch is transformed where versions have endpoints."""
ALGORITHMS = ("linear-learner", "xgboost")
STEMS = {
    LAMBDA: "retrain",
    SAGEMAKER: "retrain_on_sagemaker",
    BUILT_INS: "retrain_with_built_ins",
    TUNER: "retrain_with_tuner",
    BOTH: "retrain_with_tuner_and_built_ins",
    TRANSFORM: "transform",
}
OWN = (TRAIN_LINEAR_LEARNER, TRAIN_XGBOOST)
JOBS: Mapping[str, Sequence[str]] = {
    LAMBDA: (),
    SAGEMAKER: (TRAIN_ON_SAGEMAKER,),
    BUILT_INS: (TRAIN_ON_SAGEMAKER, *OWN),
    TUNER: (TRAIN_ON_SAGEMAKER, TUNE_ON_SAGEMAKER),
    BOTH: (TRAIN_ON_SAGEMAKER, TUNE_ON_SAGEMAKER, *OWN, TUNE_LINEAR_LEARNER, TUNE_XGBOOST),
}
"""The decisions of Preprocess by which SageMaker fits."""
FUNCTION, ENDPOINT = "lambda", "endpoint"
TARGETS = (FUNCTION, ENDPOINT)
"""What answers for their versions: the serving functions alone, or endpoints too."""


def file(engine: str, target: str) -> str:
    """The name of the definition with this engine and target.

    >>> file("sagemaker", "endpoint"), file("lambda", "lambda")
    ('retrain_on_sagemaker_with_endpoints.asl.json', 'retrain.asl.json')
    """
    return f"{STEMS[engine]}{'_with_endpoints' if target == ENDPOINT else ''}.asl.json"


def engine_of(*, on_sagemaker: bool, by_built_ins: bool, by_tuner: bool) -> str:
    """Of a stage that has such recipes.

    >>> engine_of(on_sagemaker=True, by_built_ins=True, by_tuner=True)
    'tuner-and-built-ins'
    """
    if by_tuner:
        return BOTH if by_built_ins else TUNER
    return BUILT_INS if by_built_ins else SAGEMAKER if on_sagemaker else LAMBDA


def golden_file(engine: str = LAMBDA, target: str = FUNCTION) -> Path:
    return Path(__file__).parents[2] / GOLDEN / file(engine, target)


GOLDEN = "workflows/definitions/golden"
"""The folder of the committed definitions, in a clone."""
TIMEOUT_SECONDS = 120
"""A first import of the SDK, nothing compiled, on a slow machine; 2 to 4 seconds is usual."""


def golden(engine: str = LAMBDA, target: str = FUNCTION) -> str:
    """The committed definition, with `${Function}` placeholders: what is deployed."""
    return golden_file(engine, target).read_text(encoding="utf-8")


def rendered(
    root: Path, *, engine: str = LAMBDA, target: str = FUNCTION, timeout_seconds: float = TIMEOUT_SECONDS
) -> str:
    """The definition as its source has it now; `root` is the clone.

    Raises RenderingFailed when the environment with the SDK is missing, or the source is wrong.
    """
    python = root / ".venv-definitions" / "bin" / "python"
    if not python.exists():
        raise RenderingFailed("the environment with the stepfunctions SDK is missing: run `make setup-all`")
    command = [str(python), "-m", "workflows.definitions.render", engine, target]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=timeout_seconds, check=True)
    except subprocess.CalledProcessError as error:
        raise RenderingFailed(f"rendering failed, `make setup-all` renews its environment: {error.stderr}") from error
    except subprocess.TimeoutExpired as error:
        raise RenderingFailed(f"rendering took more than {timeout_seconds} s: try again") from error
    return done.stdout
