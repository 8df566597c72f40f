"""nightswap serve: answers as an endpoint of SageMaker does, with one model version."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from chalicelib.errors import ArtifactInvalid, CommandFailed
from chalicelib.registry import models
from workflows.cli.options import PORTS, model, on_stage
from workflows.cli.screen import say
from workflows.cli.stage import Stage
from workflows.container import version_package


@click.command()
@click.argument("version")
@model
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 is any.")
@click.option("--port", default=8080, show_default=True, type=PORTS, help="0 takes a free one.")
@click.option(
    "--token", envvar="NIGHTSWAP_SERVE_TOKEN", show_envvar=True, help="Answer those alone who send it, but for /ping."
)
@on_stage
def serve(stage: Stage, *, version: str, model: str, host: str, port: int, token: str | None) -> None:
    """Serve a model VERSION here by SageMaker's container contract, until Ctrl-C: GET /ping, POST /invocations.

    VERSION is a number, or the path of a package (package.zip) or of the folder that one was unpacked into.
    """
    from workflows.inference.package import open_package
    from workflows.inference.running import listening, run

    with tempfile.TemporaryDirectory(prefix="nightswap-serve-") as made:
        folder = _folder(stage, version, model=model, made=Path(made))
        run(open_package(folder), listener=listening(host, port), token=token or None, say=say)


def _folder(stage: Stage, version: str, *, model: str, made: Path) -> Path:
    """Where the package lies; raises CommandFailed, ArtifactInvalid, and as `version_package.published` does."""
    if version.isdecimal():
        models.check(stage.edges, model=model)
        version_package.write(
            version_package.published(stage.edges, model=model, model_version=int(version))[1], made
        )
        return made
    path = Path(version)
    if path.is_file():
        version_package.write(version_package.unpacked(path.read_bytes(), named=version, needed=set()), made)
        return made
    if not path.is_dir():
        raise CommandFailed(
            f"{version} is no number of a version, and no file or folder: nightswap versions {model} lists them"
        )
    missing = [name for name in (version_package.CODE, version_package.MANIFEST) if not (path / name).is_file()]
    if missing:
        raise ArtifactInvalid(f"{version} lacks {', '.join(missing)}: name a folder that a package was unpacked into")
    return path.resolve()


COMMANDS = (serve,)
