"""Fetches the wheels of a lock for Lambda's platform, whatever Python and system this machine has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from chalicelib.errors import PackagingFailed

PYTHON = "3.13"
"""Of Lambda's runtime python3.13, which is Amazon Linux 2023 with glibc 2.34: wheels for glibc 2.28 load there.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
"""
PLATFORMS = {"x86_64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}
"""uv's name for each of Lambda's architectures."""

NO_INDEX, HASH_MISMATCH, WHEEL_MISSING, DISK_FULL = "no_index", "hash_mismatch", "wheel_missing", "disk_full"
DISK, UNKNOWN = "disk", "unknown"

_SIGNS = {
    "No space left on device": DISK_FULL,
    "Hash mismatch": HASH_MISMATCH,
    "no wheels with a matching": WHEEL_MISSING,
    "no usable wheels": WHEEL_MISSING,
    "no matching": WHEEL_MISSING,
    "was not found in the package registry": WHEEL_MISSING,
    "there is no version of": WHEEL_MISSING,
    "error sending request": NO_INDEX,
    "Could not connect": NO_INDEX,
    "Failed to fetch": NO_INDEX,
    "Network connectivity is disabled": NO_INDEX,
}
"""Parts of uv's messages, the most specific first."""

_WAYS_OUT = {
    NO_INDEX: "the package index is not reachable: check network and proxy, or set UV_DEFAULT_INDEX to your own",
    HASH_MISMATCH: "the index serves another file than the one that was locked: do not use it; check the index",
    WHEEL_MISSING: "the index has no such wheel for Lambda's platform: pin another version and run make locks",
    DISK_FULL: "the disk is full: free 1 GB, for instance with make clean, and try again",
    UNKNOWN: "run it again, or run make setup to renew uv",
}


def fetch(lock: Path, *, into: Path, root: Path, architecture: str, python: str = PYTHON) -> None:
    """Unpack the lock's wheels, and nothing that they depend on, into the folder `into`; `root` is the project's.

    Raises PackagingFailed, with NO_INDEX, HASH_MISMATCH, WHEEL_MISSING, DISK_FULL or UNKNOWN as `problem`.
    """
    if architecture not in PLATFORMS:
        raise PackagingFailed(
            f"{architecture!r} is no architecture of Lambda: expected one of {', '.join(PLATFORMS)}",
            problem=WHEEL_MISSING,
        )
    uv = root / ".venv-uv" / "bin" / "uv"
    if not uv.exists():
        raise PackagingFailed(f"{uv} is missing, which fetches the wheels: run make setup", problem=UNKNOWN)
    command = [uv, "pip", "install", "--target", into, "--python", sys.executable, "--python-version", python]
    command += ["--python-platform", PLATFORMS[architecture], "--only-binary", ":all:", "--require-hashes"]
    command += ["--no-deps", "--no-compile-bytecode", "--quiet", "--requirements", lock]
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
    if done.returncode:
        problem = next((problem for sign, problem in _SIGNS.items() if sign in done.stderr), UNKNOWN)
        raise PackagingFailed(
            f"the wheels of {lock.name} for {architecture}: {_WAYS_OUT[problem]}. uv says:\n{done.stderr.strip()}",
            problem=problem,
        )
