"""Only the owner may read the local AWS's files: they hold data, tokens and names."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from workflows.local.state import whole_files
from workflows.local.state.object_files import WholeFiles
from workflows.local.state.state_folder import StateFolder

CLONE = Path(__file__).parents[5]
OWNED = "import sys; from pathlib import Path; from workflows.local.state.state_folder import StateFolder; " + (
    "StateFolder(Path(sys.argv[1])).own()"
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_file_that_is_written_whole_is_private(tmp_path: Path) -> None:
    whole_files.write(tmp_path / "state.json", b"{}")

    assert mode(tmp_path / "state.json") == 0o600


def test_object_is_private(tmp_path: Path) -> None:
    files = WholeFiles(tmp_path)

    with files.all_or_nothing(lambda: None):
        files.write(str(tmp_path / "object"), b"rows")

    assert mode(tmp_path / "object") == 0o600


def test_locks_are_private(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.prepare()

    with folder.starting():
        subprocess.run([sys.executable, "-c", OWNED, tmp_path], cwd=CLONE, timeout=60, check=True)

    assert {name: mode(tmp_path / name) for name in ("start.lock", "server.lock")} == dict.fromkeys(
        ("start.lock", "server.lock"), 0o600
    )
