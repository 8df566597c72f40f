"""The command starts; Ctrl-C while the others are loaded, half a second, ends without a word as it does later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CLONE = Path(__file__).parents[4]
INTERRUPTED_IMPORT = """
import sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "workflows.cli.prune":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
from workflows.cli import main
main()
"""


def test_started_command_does_what_it_is_asked() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workflows.cli", "retrain", "--help"],
        cwd=CLONE,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "Start a retrain, or find the one that is going." in done.stdout


def test_interruption_of_the_start_shows_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT],
        cwd=CLONE,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
