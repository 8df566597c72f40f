"""python -m workflows.container.assemble VERSION: lays out the image's files, from a version in the registry.

build/package.zip   the version's package as it was published, to be kept
build/image/        its content, the entry points of Lambda and of the inference server, the part of the light core
                    that they need, and uvicorn as this machine has it
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.edges import Edges
from chalicelib.errors import NightswapError, VersionUnfit
from chalicelib.registry import registry
from workflows.cli.options import model, on_stage
from workflows.cli.stage import ROOT, Stage
from workflows.container import unpacking

HERE = Path(__file__).resolve().parent
CORE = (
    *("__init__", "bodies", "cutting", "errors", "limits", "names", "values"),
    *("api/__init__", "api/doors", "api/prediction", "api/responses", "api/starts", "edges/__init__"),
    *(f"edges/{name}" for name in ("executions", "metrics", "notices", "object_store", "serving_functions")),
)
"""The modules of chalicelib that the entry point imports, and that they import."""


FORMATS_ALONE = ("scorecard", "trees")
"""The artifact formats that Python scores alone."""
SERVER = ("uvicorn", "h11", "click")
"""The distributions that the inference server needs: Python alone, so that they run on any processor."""


def assemble(edges: Edges, *, model: str, model_version: int, root: Path, folder: Path) -> None:
    """Rewrite `folder` from a published package and the sources below `root`.

    Raises VersionUnknown, RegistryIncomplete, VersionUnfit for a format that needs libraries, or ArtifactInvalid for
    a package that is none; `folder` then stays.
    """
    kind = registry.manifest(edges, model=model, model_version=model_version).format
    if kind not in FORMATS_ALONE:
        raise VersionUnfit(
            f"version {model_version} is of format {kind}, which needs a library, and the image holds Python alone:"
            f" nightswap serve {model_version} --model {model} serves it"
        )
    package, files = unpacking.published(edges, model=model, model_version=model_version)
    files |= {f"chalicelib/{name}.py": (root / "chalicelib" / f"{name}.py").read_bytes() for name in CORE}
    files["predict.py"] = (root / "workflows/container/predict.py").read_bytes()
    files |= {f"inference/{file.name}": file.read_bytes() for file in (root / "workflows/inference").glob("*.py")}
    files |= {name: content for each in SERVER for name, content in _installed(each)}
    if folder.exists():
        shutil.rmtree(folder)
    unpacking.write(files, folder / "image")
    unpacking.write({"package.zip": package}, folder)


def _installed(name: str) -> Iterator[tuple[str, bytes]]:
    """The files of a distribution with its license, without its commands and what Python compiled."""
    for file in distribution(name).files or ():
        if file.parts[0] != ".." and file.suffix != ".pyc":
            yield file.as_posix(), file.read_binary()


@click.command()
@click.argument("version", type=click.IntRange(min=1))
@model
@on_stage
def main(stage: Stage, model: str, version: int) -> None:
    """Lay out the image of a model VERSION; `nightswap versions` lists them."""
    try:
        assemble(stage.edges, model=model, model_version=version, root=ROOT, folder=HERE / "build")
    except NightswapError as exc:
        raise click.ClickException(exc.message) from exc
    except (ClientError, BotoCoreError) as exc:
        raise click.ClickException(str(exc)) from exc
    click.echo(f"{model} version {version} is laid out in {HERE / 'build'}")


if __name__ == "__main__":
    main()
