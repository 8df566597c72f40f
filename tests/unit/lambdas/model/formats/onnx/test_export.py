"""What an export to a graph refuses for want of a library or of room, and what it tells of a large one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chalicelib.errors import EstimatorUnsupported
from chalicelib.limits import GRAPH_BYTES, PACKAGED_BYTES
from lambdas.model.formats.onnx.export import size_warnings
from tests.contract.source.sources import ROOT
from tests.given import graphs

RECIPE = graphs.recipe(graphs.neighbours)


def test_graph_that_fits_into_its_package_is_nothing_to_tell() -> None:
    assert size_warnings(RECIPE, size_bytes=PACKAGED_BYTES) == []


def test_graph_that_is_too_large_for_its_package_is_told_with_what_it_takes() -> None:
    (told,) = size_warnings(RECIPE, size_bytes=PACKAGED_BYTES + 1)

    assert told == (
        "the graph takes 40 MB, more than a package holds: the serving function reads them from the bucket at each"
        " cold start, which takes about 1 s longer with 1,769 MB of memory (an estimate, 3.0 s for each 100 MB),"
        " needs 260 MB or more, and takes 40 of the 512 MB in /tmp"
    )


def test_graph_that_is_too_large_to_serve_is_refused() -> None:
    assert len(size_warnings(RECIPE, size_bytes=GRAPH_BYTES)) == 1
    with pytest.raises(
        EstimatorUnsupported, match="the graph of recipe graphs takes 251 MB, and 250 at most"
    ) as raised:
        size_warnings(RECIPE, size_bytes=GRAPH_BYTES + 1_000_000)

    assert raised.value.details["size_bytes"] == GRAPH_BYTES + 1_000_000


ABSENT = {
    "skl2onnx": "sys.modules['skl2onnx'] = None",
    "onnxruntime": "sys.path[:] = [each for each in sys.path if not os.path.isdir(f'{each}/onnxruntime')]",
}


@pytest.mark.parametrize(
    ("library", "does", "where"),
    [
        ("skl2onnx", "converting.graph(None, columns=1)", "Train"),
        ("onnxruntime", "artifact.load(whole(VERSION_1, GRAPH_1))", "Evaluate"),
    ],
)
def test_library_of_the_layers_that_is_not_here_is_named(library: str, does: str, where: str) -> None:
    tries = (
        "import os, sys\n"
        "from chalicelib.errors import LayersMissing\n"
        "from lambdas.model.formats.onnx import artifact, converting\n"
        "from tests.unit.lambdas.serve.graph import GRAPH_1, VERSION_1, whole\n"
        f"{ABSENT[library]}\n"
        f"try:\n    {does}\nexcept LayersMissing as missing:\n    print(missing.details['layers'], missing.message)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", tries], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )

    assert done.stdout == (
        f"['{library}'] the format onnx needs {library}, which is not here: run make setup-onnx on this machine, or"
        f" nightswap deploy where {where} lacks it\n"
    ), done.stderr
