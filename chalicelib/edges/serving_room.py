"""Tells what a serving function needs to open an artifact that it reads from the bucket, and refuses one with less;
and an artifact that no endpoint takes.

All of it is estimated, and called so. A graph of 240 MB took 0.98 GB of memory while it was opened, and 1.9 s of a
whole core with its checksum (onnxruntime 1.32 on x86_64). A Lambda function took 3.07 s to read an object of 165 MB
from S3, 54 MB a second. Source:
https://www.csmonk.com/blog/2024/09/08/Large-S3-file-handling-for-lambdas-no-one-size-to-rule-them-all
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.errors import EstimatorUnsupported, ServingTooSmall
from chalicelib.limits import PACKAGED_BYTES

MB = 1_000_000
READ_MB_A_SECOND = 50.0
OPEN_MB_A_SECOND = 100.0
"""Of a whole core, which a function of CORE_MB has."""
CORE_MB = 1769
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
BASE_MB, COPIES = 100, 4
"""The memory with libraries and without an artifact, and how many times it is held while it is opened."""
TMP_MB = 512
"""The room in /tmp of a function that asks for no more."""


def memory_mb(size_bytes: int) -> int:
    """The least memory for an artifact of so many bytes.

    >>> memory_mb(240_000_000)
    1060
    """
    return BASE_MB + COPIES * size_bytes // MB


def seconds(size_bytes: int, *, memory_mb: int = CORE_MB) -> float:
    """What a cold start takes longer with an artifact of so many bytes, in a function of so much memory.

    >>> [round(each, 1) for each in (seconds(240_000_000), seconds(100_000_000), seconds(100_000_000, memory_mb=512))]
    [7.2, 3.0, 5.5]
    """
    size_mb = size_bytes / MB
    return size_mb / READ_MB_A_SECOND + size_mb / OPEN_MB_A_SECOND * max(1.0, CORE_MB / memory_mb)


def in_words(size_bytes: int) -> str:
    """What to expect of it.

    >>> print(in_words(240_000_000))
    240 MB, more than a package holds: the serving function reads them from the bucket at each cold start, which\
 takes about 7 s longer with 1,769 MB of memory (an estimate, 3.0 s for each 100 MB), needs 1,060 MB or more, and\
 takes 240 of the 512 MB in /tmp
    """
    size_mb = f"{size_bytes / MB:.0f}"
    return (
        f"{size_mb} MB, more than a package holds: the serving function reads them from the bucket at each cold"
        f" start, which takes about {seconds(size_bytes):.0f} s longer with {CORE_MB:,} MB of memory (an estimate,"
        f" {seconds(100 * MB):.1f} s for each 100 MB), needs {memory_mb(size_bytes):,} MB or more, and takes"
        f" {size_mb} of the {TMP_MB} MB in /tmp"
    )


def foretold(given_mb: int) -> str:
    """What a function of so much memory would make of such an artifact.

    >>> print(foretold(512))
    An artifact of more than 40 MB is read from the bucket at each cold start, in about 3.0 s for each 100 MB (an\
 estimate), and takes as much of the 512 MB in /tmp; one of up to 103 MB can be opened in 512 MB of memory
    """
    return (
        f"An artifact of more than {PACKAGED_BYTES // MB} MB is read from the bucket at each cold start, in about"
        f" {seconds(100 * MB):.1f} s for each 100 MB (an estimate), and takes as much of the {TMP_MB} MB in /tmp; one"
        f" of up to {max(0, given_mb - BASE_MB) // COPIES} MB can be opened in {given_mb:,} MB of memory"
    )


def check(size_bytes: int, *, configuration: Mapping[str, Any], model: str) -> None:
    """Raises ServingTooSmall when the function has too little memory or time for an artifact of so many bytes that it
    reads from the bucket; 0 for one that the package holds."""
    if not size_bytes:
        return
    given_mb, given_seconds = configuration["MemorySize"], configuration["Timeout"]
    needed_mb = memory_mb(size_bytes)
    needed_seconds = seconds(size_bytes, memory_mb=max(given_mb, needed_mb))
    if given_mb >= needed_mb and given_seconds >= needed_seconds:
        return
    raise ServingTooSmall(
        f"the artifact of {model} has {size_bytes / MB:.0f} MB, which its serving function reads from the bucket:"
        f" it needs about {needed_mb:,} MB of memory and {needed_seconds:.0f} s for a cold start, and has"
        f" {given_mb:,} MB and {given_seconds} s. Set serving=Serving(memory_mb=..., timeout_seconds=...) of the"
        f" recipe, then nightswap deploy and nightswap retrain --model {model}",
        model=model,
        size_bytes=size_bytes,
        memory_mb=needed_mb,
        seconds=round(needed_seconds, 1),
    )


def check_endpoint(size_bytes: int, *, model: str, most: int = PACKAGED_BYTES) -> None:
    """Raises EstimatorUnsupported for an artifact that the data of an endpoint's model cannot hold: the container
    reads nothing but what SageMaker unpacks for it."""
    if size_bytes > most:
        raise EstimatorUnsupported(
            f"the artifact of {model} has {size_bytes / MB:.0f} MB, and one behind an endpoint has {most / MB:.0f} at"
            " most: train on fewer rows (window of the recipe), take an estimator that keeps none, or leave target"
            " out of the recipe",
            model=model,
            size_bytes=size_bytes,
        )
