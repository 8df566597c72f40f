"""python -m workflows.container.assemble VERSION: lays out the image's files, from a version in the registry.

build/package.zip   the version's package as it was published, to be kept
build/image/        its content, the entry points of Lambda and of the inference server, the part of the light core
                    that they need, uvicorn as this machine has it, and the library of a format that needs one:
                    of the version's, and of those that are named beside it, for the endpoints of other versions
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.edges import Edges
from chalicelib.errors import NightswapError
from chalicelib.registry import registry
from workflows.checking.formats import layers_of, with_layers
from workflows.cli.options import model, on_stage
from workflows.cli.stage import ROOT, Stage
from workflows.container import version_package
from workflows.packaging import layers
from workflows.packaging.archive import Package
from workflows.packaging.layers import FOLDER, LAYERS
from workflows.packaging.wheels import PLATFORMS

HERE = Path(__file__).resolve().parent
CORE = (
    *("__init__", "bodies", "cutting", "errors", "limits", "names", "one_by_one", "values"),
    *("api/__init__", "api/doors", "api/prediction", "api/responses", "api/starts", "edges/__init__"),
    *(f"edges/{name}" for name in ("executions", "metrics", "notices", "object_store", "serving_functions")),
)
"""The modules of chalicelib that the entry point imports, and that they import."""
SERVER = ("uvicorn", "h11", "click")
"""The distributions that the inference server needs: Python alone, so that they run on any processor."""
Libraries = Callable[[str], Package]
"""The layer of this name, as a serving function has it."""


def assemble(
    edges: Edges,
    *,
    model: str,
    model_version: int,
    root: Path,
    folder: Path,
    libraries: Libraries,
    formats: Collection[str] = (),
) -> None:
    """Rewrite `folder` from a published package and the sources below `root`; with the libraries of its format, and
    of these.

    Raises VersionUnknown, RegistryIncomplete, PackagingFailed for a library that cannot be had, or ArtifactInvalid
    for a package that is none, or of a format that this release does not know; `folder` then stays.
    """
    kind = registry.manifest(edges, model=model, model_version=model_version).format
    package, files = version_package.published(edges, model=model, model_version=model_version)
    files |= {f"chalicelib/{name}.py": (root / "chalicelib" / f"{name}.py").read_bytes() for name in CORE}
    files["predict.py"] = (root / "workflows/container/predict.py").read_bytes()
    files |= {f"inference/{file.name}": file.read_bytes() for file in (root / "workflows/inference").glob("*.py")}
    files |= {name: content for each in SERVER for name, content in _installed(each)}
    needed = dict.fromkeys(layer for each in (kind, *formats) for layer in layers_of(each))
    files |= _libraries(needed, libraries=libraries)
    if folder.exists():
        shutil.rmtree(folder)
    version_package.write(files, folder / "image")
    version_package.write({"package.zip": package}, folder)


def _installed(name: str) -> Iterator[tuple[str, bytes]]:
    """The files of a distribution with its license, without its commands and what Python compiled."""
    for file in distribution(name).files or ():
        if file.parts[0] != ".." and file.suffix != ".pyc":
            yield file.as_posix(), file.read_binary()


def _libraries(names: Iterable[str], *, libraries: Libraries) -> Mapping[str, bytes]:
    """The files of the layers where the image's Python finds them, which is in its own folder."""
    found = {}
    for name in names:
        with zipfile.ZipFile(io.BytesIO(libraries(name).body)) as archive:
            inside = [path for path in archive.namelist() if path.startswith(f"{FOLDER}/")]
            found.update({path.removeprefix(f"{FOLDER}/"): archive.read(path) for path in inside})
    return found


def built_for(architecture: str) -> Libraries:
    """Builds layers for this processor, as `nightswap deploy` does."""
    return lambda name: layers.build(LAYERS[name], root=ROOT, architecture=architecture, report=click.echo)


@click.command()
@click.argument("version", type=click.IntRange(min=1))
@model
@click.option(
    "--architecture",
    type=click.Choice(sorted(PLATFORMS)),
    default="x86_64",
    show_default=True,
    help="The image's processor, which the library of a format such as onnx is for; of others any will do.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(with_layers()),
    help="Hold the library of this format too, for the endpoints of models that are served in it; may be repeated.",
)
@on_stage
def main(stage: Stage, model: str, version: int, architecture: str, formats: Sequence[str]) -> None:
    """Lay out the image of a model VERSION; `nightswap versions` lists them."""
    folder = HERE / "build"
    try:
        assemble(
            stage.edges,
            model=model,
            model_version=version,
            root=ROOT,
            folder=folder,
            libraries=built_for(architecture),
            formats=formats,
        )
    except NightswapError as exc:
        raise click.ClickException(exc.message) from exc
    except (ClientError, BotoCoreError) as exc:
        raise click.ClickException(str(exc)) from exc
    click.echo(f"{model} version {version} is laid out in {folder}")


if __name__ == "__main__":
    main()
