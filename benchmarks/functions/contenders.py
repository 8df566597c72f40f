"""The packages that are compared: one model, the recipe kdd99-http, but for the forest, which is of its rows too.

scikit-learn and its numpy are the layers of this project. Without bytecode they are what `sam build` makes of a
requirements file, and so what most people deploy.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import joblib

from benchmarks.cold_start import EMPTY, forest
from benchmarks.functions import of_the_app
from benchmarks.functions.folders import Folders
from benchmarks.functions.objects import BUCKET, KEY
from benchmarks.scoring import EVENT, rows
from lambdas import recipes
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.package import build_package
from lambdas.model.recipe import Columns
from lambdas.model.training.estimator import fit
from workflows.packaging.archive import Package, pack

BARE = "empty handler"
SCORECARD, TREES, ONNX = "scorecard", "trees, a forest of 100", "onnx"
JOBLIB, COMPILED = "scikit-learn + joblib", "scikit-learn + joblib, with bytecode"
PANDAS = "scikit-learn + joblib + pandas"
FROM_S3, FROM_FOLDER, STORED = (
    f"{JOBLIB}, model from S3",
    f"{JOBLIB}, model in a mounted folder",
    "onnx, model from S3",
)
THEIRS = (JOBLIB, COMPILED, PANDAS, FROM_S3, FROM_FOLDER)
SERVING, MAIN = "serve.handler.handler", "main.handler"
HANDLERS = Path(__file__).with_name("handlers")


@dataclass(frozen=True, kw_only=True)
class Contender:
    """`path` as in Lambda: code, layers, runtime."""

    name: str
    handler: str
    path: tuple[Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    event: Mapping[str, Any] = field(default_factory=lambda: EVENT)
    is_right: Callable[[Any], bool] = lambda answer: answer["body"]["predictions"][0]["label"] == "attack"
    """Whether the answer is the model's."""


@dataclass(frozen=True, kw_only=True)
class Models:
    """The one model, fitted once, in each form."""

    scorecard: bytes
    trees: bytes
    onnx: bytes
    joblib: bytes

    @classmethod
    def fitted(cls) -> Models:
        recipe, train = recipes.load("kdd99-http"), rows()
        whole = fit(recipe, train=train)
        kept = io.BytesIO()
        joblib.dump(whole.estimator, kept)
        return cls(
            scorecard=format_of("scorecard").code().export(whole).content,
            trees=_exported("trees", forest),
            onnx=_exported("onnx", recipe.estimator),
            joblib=kept.getvalue(),
        )


def contenders(folders: Folders, models: Models) -> list[Contender]:
    """The empty handler first, then all whose model lies in the package."""
    runtime = folders.runtime()
    numpy, sklearn, pandas = (
        {compiled: folders.layer(name, compiled=compiled) for compiled in (False, True)}
        for name in ("numpy", "sklearn", "pandas")
    )
    bare = folders.code("bare", pack({"main.py": EMPTY}), compiled=False)
    found = [
        Contender(name=BARE, handler=MAIN, path=(bare, runtime), is_right=lambda answer: bool(answer == EVENT)),
    ]
    for name, form, content in (
        (SCORECARD, "scorecard", models.scorecard),
        (TREES, "trees", models.trees),
        (ONNX, "onnx", models.onnx),
    ):
        code = folders.code(form, served(content, form), compiled=True)
        layers = [folders.layer(layer, compiled=True) for layer in format_of(form).layers]
        found.append(Contender(name=name, handler=SERVING, path=(code, *layers, runtime)))
    own = folders.code("joblib", _packed("with_joblib", models.joblib), compiled=False)
    with_pandas = folders.code("pandas", _packed("with_pandas", models.joblib), compiled=False)
    paths = {
        JOBLIB: (own, numpy[False], sklearn[False], runtime),
        COMPILED: (own, numpy[True], sklearn[True], runtime),
        PANDAS: (with_pandas, numpy[False], sklearn[False], pandas[False], runtime),
    }
    return [*found, *(Contender(name=name, handler=MAIN, path=path) for name, path in paths.items())]


def elsewhere(folders: Folders, models: Models, *, like: Contender, graph: Contender, s3: str) -> list[Contender]:
    """`like`, which has scikit-learn, and `graph` again with the model from S3, and `like` with a mounted folder.

    `s3` is the address of the stand-in.
    """
    mounted, temporary = folders.folder / "mounted", folders.folder / "tmp"
    for folder in (mounted, temporary):
        folder.mkdir(exist_ok=True)
    (mounted / "model.joblib").write_bytes(models.joblib)
    code = folders.code("joblib-alone", pack({"main.py": _source("with_joblib")}), compiled=False)
    path = (code, *like.path[1:])
    stored = folders.code("stored", served(models.onnx, "onnx", stored=True), compiled=True)
    asked = {"AWS_ENDPOINT_URL": s3}
    bucket = {"MODEL_IN_BUCKET": BUCKET, "MODEL_INTO": str(temporary / "model.joblib"), **asked}
    return [
        replace(like, name=FROM_S3, path=path, environment=bucket),
        replace(like, name=FROM_FOLDER, path=path, environment={"MODEL_IN_FOLDER": str(mounted)}),
        replace(graph, name=STORED, path=(stored, *graph.path[1:]), environment=asked),
    ]


def of_app(folders: Folders, *, endpoints: Mapping[str, Mapping[str, str]]) -> list[Contender]:
    """What a cold GET /predict meets before the model, with bytecode, as it is deployed."""
    runtime = folders.runtime()
    return [
        Contender(
            name=each.name,
            handler=each.handler,
            path=(each.code, runtime),
            environment=each.environment,
            event=each.event,
            is_right=each.is_right,
        )
        for each in of_the_app.functions(folders, compiled=True, endpoints=endpoints)
    ]


def spinner(folders: Folders) -> Contender:
    """Tells the share of a core that it gets."""
    code = folders.code("spinning", pack({"main.py": _source("spinning")}), compiled=False)
    return Contender(
        name="spinning",
        handler=MAIN,
        path=(code, folders.runtime()),
        event={"seconds": 1.0},
        is_right=lambda answer: bool(answer["share"] > 0),
    )


def served(content: bytes, form: str, *, stored: bool = False) -> Package:
    """A version as VersionModel builds it, with its model or with where it is stored."""
    manifest: dict[str, object] = {
        "model": "kdd99-http",
        "model_version": 1,
        "artifact_sha256": hashlib.sha256(content).hexdigest(),
        "format": form,
    }
    if stored:
        manifest["stored"] = {"bucket": BUCKET, "key": KEY, "version_id": "1", "bytes": len(content)}
    return Package(build_package(artifact=content, manifest=manifest), sha256="")


def _exported(form: str, estimator: Callable[[Columns], object]) -> bytes:
    recipe = replace(recipes.load("kdd99-http"), estimator=estimator, format=form)
    return format_of(form).code().export(fit(recipe, train=rows())).content


def _packed(handler: str, model: bytes) -> Package:
    return pack({"main.py": _source(handler), "model.joblib": model})


def _source(handler: str) -> bytes:
    return (HANDLERS / f"{handler}.py").read_bytes()
