from __future__ import annotations

import threading

import pytest

from workflows.local import stopping


def test_what_cannot_be_saved_for_want_of_room_does_not_keep_it_from_stopping(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done: list[str] = []
    frozen = threading.Event()

    def save() -> None:
        done.append("save")
        raise OSError(28, "No space left on device")

    stopping.stop(stopping=frozen, kill=lambda: done.append("kill"), save=save, sweep=lambda: done.append("sweep"))

    assert frozen.is_set()
    assert done == ["kill", "sweep", "save"]
    assert "could not be saved: [Errno 28] No space left on device" in capsys.readouterr().out
