"""Ends processes of versions that are no longer asked. The emulator would keep one for every version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

VERSIONS = 4
"""Of a function that keep their processes: the live one, its candidate, and the two that a rollback goes between."""

Pools = Mapping[str, Sequence[Any]]


def install() -> None:
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    acquire, end = lambda_svc.acquire_worker, lambda_runtime.kill_workers
    lambda_svc.acquire_worker = acquiring(acquire, pools=lambda_runtime._workers, end=end, lock=lambda_runtime._lock)


def acquiring(acquire: Callable[..., Any], *, pools: Any, end: Callable[[list[Any]], None], lock: Any) -> Any:
    """`acquire`, which finds or makes a process for an invocation, and ends those that are cold after it."""

    def run(*arguments: Any, **options: Any) -> Any:
        found = acquire(*arguments, **options)
        with lock:
            doomed = [worker for key in cold(pools) for worker in pools.pop(key)]
        end(doomed)
        return found

    return run


def cold(pools: Pools) -> list[str]:
    """The pools that are to lose their processes: of each function all but the last used, and none in use.

    A pool's key is ACCOUNT:REGION:FUNCTION:VERSION.

    >>> from types import SimpleNamespace as Worker
    >>> pools = {f"0:r:serve:{number}": [Worker(in_use=False, last_used=number)] for number in range(1, 7)}
    >>> cold(pools)
    ['0:r:serve:1', '0:r:serve:2']
    """
    by_function: dict[str, list[tuple[float, str]]] = {}
    for key, workers in pools.items():
        function = key.rpartition(":")[0]
        used = max((worker.last_used for worker in workers), default=0.0)
        by_function.setdefault(function, []).append((used, key))
    oldest = [key for used in by_function.values() for _, key in sorted(used)[:-VERSIONS]]
    return [key for key in oldest if not any(worker.in_use for worker in pools[key])]
