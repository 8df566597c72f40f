"""python -m workflows.container.assemble VERSION: lays out the image's files, from a version in the registry.

build/package.zip   the version's package as it was published, to be kept
build/image/        its content, the entry point, and the part of the light core that the entry point needs
"""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid, NightswapError
from chalicelib.registry import registry
from workflows.cli.options import model, on_stage
from workflows.cli.stage import ROOT, Stage

HERE = Path(__file__).resolve().parent
CORE = (
    *("__init__", "bodies", "cutting", "errors", "limits", "names", "values"),
    *("api/__init__", "api/doors", "api/prediction", "api/responses", "edges/__init__"),
    *(f"edges/{name}" for name in ("executions", "metrics", "notices", "object_store", "serving_functions")),
)
"""The modules of chalicelib that the entry point imports, and that they import."""


def assemble(edges: Edges, *, model: str, model_version: int, root: Path, folder: Path) -> None:
    """Rewrite `folder` from a published package and the sources below `root`.

    Raises VersionUnknown, RegistryIncomplete, or ArtifactInvalid for a package that is none; `folder` then stays.
    """
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    package = registry.part(edges, model=model, model_version=model_version, name=registry.PACKAGE)
    files = _unpacked(package, needed={"serve/handler.py", manifest.artifact_file, "manifest.json"})
    files |= {f"chalicelib/{name}.py": (root / "chalicelib" / f"{name}.py").read_bytes() for name in CORE}
    files["predict.py"] = (root / "workflows/container/predict.py").read_bytes()
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in files.items():
        _write(folder / "image" / name, content)
    _write(folder / "package.zip", package)


def _unpacked(package: bytes, *, needed: set[str]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as exc:
        raise ArtifactInvalid(f"the version's package cannot be unpacked ({exc}): retrain the model") from exc
    if missing := needed - files.keys():
        raise ArtifactInvalid(f"the version's package lacks {', '.join(sorted(missing))}: retrain the model")
    return files


def _write(path: Path, content: bytes) -> None:
    """Readable by all, whatever this machine's umask: the image keeps the mode, and Lambda reads as another user."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o755)
    path.write_bytes(content)
    path.chmod(0o644)


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
