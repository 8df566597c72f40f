"""A server that stands still while it starts, as it does on a machine that has no time for it."""

from __future__ import annotations

import os
import signal
import threading
import time

from workflows.local.state.state_folder import StateFolder


class Held:
    """Stops the server that is about to start, by SIGSTOP, some time after it has taken its folder, for a while.

    With `then` it has another signal waiting when it goes on.
    """

    def __init__(
        self, folder: StateFolder, *, after_seconds: float, for_seconds: float, then: signal.Signals | None = None
    ) -> None:
        self._folder, self._after, self._for, self._then = folder, after_seconds, for_seconds, then
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def __enter__(self) -> Held:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()  # a server that did not come up is not waited for: its own error is the one to see
        self._thread.join()

    def _hold(self) -> None:
        while not (pid := self._folder.owner()):
            if self._over.wait(0.005):
                return
        time.sleep(self._after)
        os.kill(pid, signal.SIGSTOP)
        if self._then is not None:
            time.sleep(0.2)  # of two signals that wait the kernel delivers SIGTERM before SIGSTOP
            os.kill(pid, self._then)
        time.sleep(self._for)
        os.kill(pid, signal.SIGCONT)
