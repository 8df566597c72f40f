"""Gives the definition's text, freshly rendered or as committed, to everything that runs without the SDK."""

from __future__ import annotations

import subprocess
from pathlib import Path

from chalicelib.errors import RenderingFailed

LAMBDA, SAGEMAKER = "lambda", "sagemaker"
ENGINES = (LAMBDA, SAGEMAKER)
BUILT_INS = "built-ins"
"""In the place of an engine: SageMaker with its own algorithms."""
ALGORITHMS = ("linear-learner", "xgboost")
GOLDENS = {
    engine: Path(__file__).parent / "golden" / f"{name}.asl.json"
    for engine, name in (
        (LAMBDA, "retrain"),
        (SAGEMAKER, "retrain_on_sagemaker"),
        (BUILT_INS, "retrain_with_built_ins"),
    )
}
"""By the engine that recipes of the stage may train on, beside Lambda."""
TIMEOUT_SECONDS = 120
"""A first import of the SDK, nothing compiled, on a slow machine; 2 to 4 seconds is usual."""


def golden(engine: str = LAMBDA) -> str:
    """The committed definition, with `${Function}` placeholders: what is deployed."""
    return GOLDENS[engine].read_text(encoding="utf-8")


def rendered(root: Path, *, engine: str = LAMBDA, timeout_seconds: float = TIMEOUT_SECONDS) -> str:
    """The definition as its source has it now; `root` is the clone.

    Raises RenderingFailed when the environment with the SDK is missing, or the source is wrong.
    """
    python = root / ".venv-definitions" / "bin" / "python"
    if not python.exists():
        raise RenderingFailed("the environment with the stepfunctions SDK is missing: run `make setup-all`")
    command = [str(python), "-m", "workflows.definitions.render", engine]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=timeout_seconds, check=True)
    except subprocess.CalledProcessError as error:
        raise RenderingFailed(f"rendering failed, `make setup-all` renews its environment: {error.stderr}") from error
    except subprocess.TimeoutExpired as error:
        raise RenderingFailed(f"rendering took more than {timeout_seconds} s: try again") from error
    return done.stdout
