"""A program that runs pytest in a child for each line it is given: the libraries are loaded once, the project never.

It is started in a copy of the project. A line is JSON: pytest's arguments, the file for what it says, and perhaps the
file for what it reached; the answer is a line with pytest's exit code, negative when a signal ended it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

LIBRARIES = (
    "boto3",
    "botocore.session",
    "chalice.app",
    "click",
    "hypothesis",
    "pandas",
    "rich.console",
    "sklearn.compose",
    "sklearn.linear_model",
    "sklearn.pipeline",
    "sklearn.preprocessing",
)


PASSED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
LOADED_BEFORE = ("-W", "ignore::pytest.PytestAssertRewriteWarning")


def serve() -> int:
    """Until its input ends; in a child, the exit code of the child's pytest."""
    sys.path[0] = str(Path.cwd())
    for library in LIBRARIES:
        importlib.import_module(library)
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            return _child(order["arguments"], said=order["said"], reached=order["reached"])
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    return 0


def _child(arguments: list[str], *, said: str, reached: str | None) -> int:
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, output), (2, output)):
        os.dup2(file, stream)
    if reached is None:
        return pytest.main([*LOADED_BEFORE, *arguments])
    return recorded(lambda: pytest.main([*LOADED_BEFORE, *arguments]), root=Path.cwd(), into=Path(reached))


def recorded(run: Callable[[], int], *, root: Path, into: Path) -> int:
    """Writes the lines of files below `root` that `run` executes, the files it opens, and whether it starts programs.

    A program that it starts is not looked into. An import opens no file that has its bytecode.
    """
    import coverage

    opened: set[str] = set()
    started: set[str] = set()

    def heard(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith(".py") and not _by_hypothesis():
            opened.add(str(Path(str(arguments[0])).absolute()))
        elif event == "subprocess.Popen":
            started.add(event)

    sys.addaudithook(heard)
    omitted = [f"{root}/tests/*", f"{root}/.*"]
    measured = coverage.Coverage(data_file=None, config_file=False, include=[f"{root}/*"], omit=omitted)
    begun = time.monotonic()
    measured.start()
    try:
        code = run()
    finally:
        measured.stop()
    data = measured.get_data()
    ours = {file: os.path.relpath(file, root) for file in (*data.measured_files(), *opened)}
    ours = {file: path for file, path in ours.items() if not path.startswith((".", "tests/"))}
    record = {
        "seconds": round(time.monotonic() - begun, 2),
        "lines": {ours[file]: sorted(data.lines(file) or ()) for file in sorted(data.measured_files())},
        "opened": sorted(ours[file] for file in opened if file in ours),
        "starts": bool(started),
        "passed": code in PASSED,
    }
    into.write_text(json.dumps(record))
    return code


def _by_hypothesis() -> bool:
    """It reads the constants of every module that is loaded, to draw them too."""
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        if frame.f_code.co_filename.endswith("constants_ast.py"):
            return True
    return False


if __name__ == "__main__":
    sys.exit(serve())
