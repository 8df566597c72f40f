"""The image's entry point: `docker run IMAGE serve`, as SageMaker calls it.

It serves the package that lies in its own folder; where SageMaker has put another one beside it, that.
"""

from __future__ import annotations

from pathlib import Path

import click

from chalicelib.errors import NightswapError

from .package import open_package
from .running import listening, run

ANY_ADDRESS, PORT = "0.0.0.0", 8080
"""Where SageMaker asks."""
MANIFEST = "manifest.json"
OWN, MODEL_DATA = Path(__file__).resolve().parents[1], Path("/opt/ml/model")
"""Where a package lies: the image's own, and the one that SageMaker unpacks.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html"""


def not_in_the_image(library: str, made: str) -> str:
    """What the log of a container tells whose model is of a format that its image was not assembled for."""
    return f"this image has no {library}: assemble it with --format {made}"


@click.command()
@click.argument("what", type=click.Choice(["serve"]))
@click.option("--host", default=ANY_ADDRESS, show_default=True, help="The address to listen on.")
@click.option("--port", envvar="SAGEMAKER_BIND_TO_PORT", default=PORT, show_default=True, help="The port.")
@click.option("--package", type=click.Path(path_type=Path), help="The folder of another package.")
@click.option("--token", envvar="NIGHTSWAP_SERVE_TOKEN", help="Answer those alone who send it, but for /ping.")
def main(what: str, *, host: str, port: int, package: Path | None, token: str | None) -> None:  # noqa: ARG001
    """Answer GET /ping and POST /invocations with the model in the image."""
    try:
        brought = MODEL_DATA if (MODEL_DATA / MANIFEST).is_file() else OWN
        service = open_package(package or brought, lacking=not_in_the_image)
        run(service, listener=listening(host, port), token=token, say=click.echo)
    except NightswapError as exc:
        raise click.ClickException(exc.message) from exc


if __name__ == "__main__":
    main(prog_name="serve")
