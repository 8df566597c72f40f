"""The commands of docs/server.md, as they stand there but for the port, which somebody else may have."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.clone import LocalUp
from tests.contract.docs import pages
from tests.e2e.terminal import run

PAGE = pages.PAGES["server.md"]
ASKED, ANSWERED = re.compile(r"^\$ (.*)$", re.MULTILINE), re.compile(r"^(?!\$ )(.+)$", re.MULTILINE)
PORT = "8080"


@pytest.fixture
def port(up: LocalUp, shell: dict[str, str]) -> Iterator[str]:
    """Of the server that the page starts."""
    (line,) = pages.in_blocks(PAGE)
    (said,) = pages.blocks(PAGE, "text")
    process = subprocess.Popen(
        ["bash", "-c", f"exec {line.replace(PORT, '0')}"],
        cwd=up.clone.folder,
        env=shell,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            told = process.stdout.readline() if process.stdout else ""
            shown = re.fullmatch(re.escape(said).replace(PORT, r"(\d+)"), told)
            assert shown, told
            yield shown[1]
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()
    assert process.returncode == 0


def test_each_question_is_answered_as_the_page_shows(port: str, up: LocalUp, shell: dict[str, str]) -> None:
    block = pages.blocks(PAGE, "console")[0].replace("\\\n", "")
    shown = ANSWERED.findall(block)

    for line, answer in zip(ASKED.findall(block), shown, strict=True):
        done = run(up.clone, line.replace(PORT, port) + " -s -f", shell)

        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert form_of(done.stdout) == form_of(answer)


def form_of(answer: str) -> object:
    """The names of the fields, or how many cells; with the model and its version, which do not change."""
    if not answer.startswith("{"):
        return len(answer.split(","))
    said = json.loads(answer.replace("[...]", "[]"))
    return list(said), said["model"], said["model_version"]
