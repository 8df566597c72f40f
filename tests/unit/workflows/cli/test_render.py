"""nightswap render: what it writes, what it checks, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workflows.cli.deploy import show_rendered
from workflows.definitions import rendering

TEXT = rendering.golden_file().read_text(encoding="utf-8")


def test_definition_is_written_to_the_committed_file_alone_when_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed = tmp_path / "retrain.asl.json"
    committed.write_text("before")

    show_rendered(TEXT, check=False, write=False, committed=committed)
    assert (committed.read_text(), capsys.readouterr().out) == ("before", TEXT)

    show_rendered(TEXT, check=False, write=True, committed=committed)
    assert committed.read_text(encoding="utf-8") == TEXT
    assert "wrote " in capsys.readouterr().out


@pytest.mark.parametrize(("committed_text", "exit_code"), [(TEXT, 0), ("before", 1)])
def test_check_fails_when_another_definition_is_committed(
    committed_text: str, exit_code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed = tmp_path / "retrain.asl.json"
    committed.write_text(committed_text, encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        show_rendered(TEXT, check=True, write=False, committed=committed)

    assert ended.value.code == exit_code
    assert ("differs from its source" in capsys.readouterr().out) is bool(exit_code)


def test_definition_that_is_not_sound_fails_the_check_though_it_is_committed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(TEXT)
    text = json.dumps({**document, "StartAt": "Nowhere"})
    committed = tmp_path / "retrain.asl.json"
    committed.write_text(text)

    with pytest.raises(SystemExit) as ended:
        show_rendered(text, check=True, write=False, committed=committed)

    assert ended.value.code == 1
    assert "Nowhere" in capsys.readouterr().out
