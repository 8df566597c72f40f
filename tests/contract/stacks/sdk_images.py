"""Asks SageMaker's SDK, in its own environment, for its images in each region."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
RETRIEVE = """
import json, sys
from sagemaker import image_uris
regions, asked = json.loads(sys.argv[1])
print(json.dumps({each: [image_uris.retrieve(region=each, **one) for one in asked] for each in regions}))
"""


def retrieved(regions: Iterable[str], *asked: Mapping[str, str]) -> dict[str, list[str]]:
    """By region, one image for each that is `asked`: the arguments of the SDK's image_uris.retrieve."""
    python = ROOT / ".venv-definitions/bin/python"
    done = subprocess.run(
        [python, "-W", "ignore", "-c", RETRIEVE, json.dumps([[*regions], asked])],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    images: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return images


def registry(account: str, region: str) -> str:
    """The host of a registry of images.

    >>> registry("141502667606", "cn-north-1")
    '141502667606.dkr.ecr.cn-north-1.amazonaws.com.cn'
    """
    return f"{account}.dkr.ecr.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
