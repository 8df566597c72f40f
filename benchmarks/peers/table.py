"""The peers. Each folder's file tells what its configuration follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import ROOT, Fields, Peer, Said

CONTRACT, BARE = "nightswap serve", "bare uvicorn"
PROJECT = ROOT / ".venv"


def _environment(name: str) -> Path:
    return ROOT / f".venv-peers-{name}"


def _instances(fields: Fields) -> Any:
    return {"instances": [dict(fields)]}


def _first_prediction(answer: Any) -> Said:
    (found,) = answer["predictions"]
    return Said(found["label"], found["probabilities"]["attack"])


def _tensors(fields: Fields) -> Any:
    """Source: the V2 inference protocol, as MLServer's page on content types has it."""
    return {
        "inputs": [
            {"name": name, "datatype": "FP64", "shape": [1], "data": [value]} for name, value in fields.items()
        ]
    }


def _of_tensors(answer: Any) -> Said:
    found = {each["name"]: each["data"] for each in answer["outputs"]}
    return Said(found["label"][0], found["probabilities"][0])


def _dataframe_split(fields: Fields) -> Any:
    return {"dataframe_split": {"columns": [*fields], "data": [[*fields.values()]]}}


def _first_record(answer: Any) -> Said:
    (found,) = answer["predictions"]
    return Said(found["label"], found["attack"])


def _mlserver(name: str, *, workers: int) -> Peer:
    """As it comes it scores in a process beside the one that takes requests; without one it scores in that."""
    return Peer(
        name=name,
        environment=_environment("mlserver"),
        configuration="mlserver",
        command=("mlserver", "start", "{work}"),
        variables={
            "MLSERVER_MODEL_URI": "{model}",
            "MLSERVER_HTTP_PORT": "{port}",
            "MLSERVER_GRPC_PORT": "0",
            "MLSERVER_METRICS_PORT": "0",
            "MLSERVER_PARALLEL_WORKERS": str(workers),
        },
        path="/v2/models/connections/infer",
        body=_tensors,
        said=_of_tensors,
    )


UVICORN = ("uvicorn", "main:app", "--host", "127.0.0.1", "--port", "{port}", "--no-access-log")

PEERS: Sequence[Peer] = (
    Peer(
        name=BARE,
        environment=PROJECT,
        command=("python", "-m", "benchmarks.peers.bare", "{port}"),
        variables={"PYTHONPATH": str(ROOT)},
        path="/invocations",
        body=_instances,
        said=None,
    ),
    Peer(
        name=CONTRACT,
        environment=PROJECT,
        command=("nightswap", "serve", "{package}", "--port", "{port}"),
        path="/invocations",
        body=_instances,
        said=_first_prediction,
    ),
    Peer(
        name="FastAPI + scikit-learn",
        environment=_environment("fastapi"),
        configuration="fastapi",
        command=UVICORN,
        variables={"MODEL": "{model}"},
        path="/predict",
        body=_instances,
        said=_first_prediction,
    ),
    Peer(
        name="FastAPI + ONNX",
        environment=_environment("fastapi-onnx"),
        configuration="fastapi-onnx",
        command=UVICORN,
        variables={"MODEL": "{graph}"},
        path="/predict",
        body=_instances,
        said=_first_prediction,
        tolerance=1e-5,
    ),
    Peer(
        name="BentoML",
        environment=_environment("bentoml"),
        configuration="bentoml",
        command=("bentoml", "serve", "service:Connections", "--host", "127.0.0.1", "--port", "{port}"),
        variables={"MODEL": "{model}", "BENTOML_HOME": "{work}/home", "BENTOML_DO_NOT_TRACK": "True"},
        path="/predict",
        body=_instances,
        said=_first_prediction,
    ),
    _mlserver("MLServer", workers=1),
    _mlserver("MLServer, no worker", workers=0),
    Peer(
        name="mlflow models serve",
        environment=_environment("mlflow"),
        configuration="mlflow",
        prepare=("python", "save.py", "{model}", "{work}/saved"),
        command=(
            *("mlflow", "models", "serve", "--model-uri", "{work}/saved", "--env-manager", "local"),
            *("--host", "127.0.0.1", "--port", "{port}"),
        ),
        variables={"UVICORN_ACCESS_LOG": "false", "MLFLOW_TRACKING_URI": "{work}/tracking"},
        path="/invocations",
        body=_dataframe_split,
        said=_first_record,
    ),
)
