"""Functions in a pool of processes, with a limit on memory and on time for each.

In: a module-level function and tuples of small arguments (addresses, never contents).
Out: results in the order in which they end, each a value or a typed error: what the
function raised, ``WorkerDied`` or ``WorkerTimeout``. A worker that dies takes only its
own task with it. Knows nothing of documents.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, TimeoutError
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

from clerestory.errors import ClerestoryError, WorkerDied, WorkerTimeout

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Limits:
    """``memory_mb`` is address space of one worker; 0 sets no limit. ``seconds`` are wall time per task."""

    workers: int = 0  # 0 = the number of usable cores
    memory_mb: int = 4096
    seconds: float = 600.0

    @property
    def processes(self) -> int:
        return self.workers or usable_cores()


@dataclass(frozen=True, slots=True)
class Done(Generic[K, T]):
    """One task's end: its key, and either a value or the error."""

    key: K
    value: T | None
    error: ClerestoryError | None


def usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class WorkerPool:
    """A pool of processes, started with the first task and stopped by ``close``."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._pool: Any = None

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        self.close(at_once=kind is not None)

    def run(
        self, function: Callable[..., T], tasks: Iterable[tuple[K, tuple[Any, ...]]]
    ) -> Iterator[Done[K, T]]:
        """Run ``function(*arguments)`` for each ``(key, arguments)``; yields ends as they come.

        Tasks are taken from the iterable only as workers become free, so it may be long.
        """
        pool = self._started()
        ended: queue.SimpleQueue[tuple[K, Any]] = queue.SimpleQueue()
        waiting = iter(tasks)
        running = 0
        exhausted = False
        while True:
            # Two tasks per worker: the next is there when one ends, and little waits unstarted.
            while not exhausted and running < 2 * self.limits.processes:
                task = next(waiting, None)
                if task is None:
                    exhausted = True
                    break
                key, arguments = task
                future = pool.schedule(function, args=arguments, timeout=self.limits.seconds)
                future.add_done_callback(lambda future, key=key: ended.put((key, future)))
                running += 1
            if not running:
                return
            key, future = ended.get()
            running -= 1
            yield self._end(key, future)

    def close(self, *, at_once: bool = False) -> None:
        """Stop the workers; ``at_once`` does not wait for running tasks."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        if at_once:
            pool.stop()
        else:
            pool.close()
        pool.join()

    def _started(self) -> Any:
        if self._pool is None:
            from pebble import ProcessPool

            # Forked children of a process with threads (the encoder's, the store's) may hang.
            method = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"
            self._pool = ProcessPool(
                max_workers=self.limits.processes,
                max_tasks=200,  # readers' native libraries leak a little; a fresh process does not
                initializer=_limit_memory,
                initargs=(self.limits.memory_mb,),
                context=get_context(method),
            )
        return self._pool

    def _end(self, key: K, future: Any) -> Done[K, T]:
        from pebble import ProcessExpired

        try:
            return Done(key, future.result(), None)
        except ClerestoryError as error:
            return Done(key, None, error)
        except TimeoutError:
            seconds = self.limits.seconds
            return Done(
                key,
                None,
                WorkerTimeout(
                    f"stopped after {seconds:.0f} s",
                    where=str(key),
                    fix="Raise ingesting.worker_seconds to give it longer.",
                ),
            )
        except (ProcessExpired, MemoryError, CancelledError) as error:
            what = (
                f"needs more than the {self.limits.memory_mb:,} MB that a worker may use"
                if isinstance(error, MemoryError)
                else f"the reading process was killed ({error})"
            )
            return Done(
                key,
                None,
                WorkerDied(what, where=str(key), fix="Raise ingesting.worker_memory_mb to give it more."),
            )
        except Exception as error:  # the edge: a defect in a reader is recorded with its file, not raised
            what = f"the reader failed ({type(error).__name__}: {error})"
            return Done(key, None, WorkerDied(what, where=str(key), fix="Please report this as a defect."))


def _limit_memory(memory_mb: int) -> None:
    with contextlib.suppress(OSError):
        os.nice(5)  # people keep working while files are read
    if not memory_mb:
        return
    try:
        import resource
    except ImportError:  # not on Windows: no limit there, and docs say so
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_mb * 1_000_000
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
