"""Functions in a pool of processes, with a limit on memory and on time for each.

In: a module-level function and tuples of small arguments (addresses, never contents).
Out: results in the order in which they end, each a value or a typed error: what the
function raised, ``WorkerDied`` or ``WorkerTimeout``. A worker that dies takes only its
own task with it. Knows nothing of documents.

Workers do not import the program's main module, so a script that adds files needs no
``if __name__ == "__main__"`` guard (the functions come from importable modules).
"""

from __future__ import annotations

import contextlib
import copy
import gc
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver, get_context, spawn
from typing import Any, Generic, TypeVar

from clerestory.errors import ClerestoryError, WorkerDied, WorkerTimeout
from clerestory.settings import ENVIRONMENT_PREFIX

T = TypeVar("T")
K = TypeVar("K")

# Results are small, so workers may run far ahead while the caller is busy with a batch;
# tasks are not all handed over at once, since an interrupted run should stop soon.
AHEAD_PER_WORKER = 32


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

    def prepare(self) -> None:
        """Begin to load what workers need, while the caller does other things. ``run`` does it otherwise."""
        if _METHOD == "forkserver":
            with _LAUNCHING:
                _context().set_forkserver_preload([_PRELOADED])
                forkserver.ensure_running()

    def run(
        self, function: Callable[..., T], tasks: Iterable[tuple[K, tuple[Any, ...]]]
    ) -> Iterator[Done[K, T]]:
        """Run ``function(*arguments)`` for each ``(key, arguments)``; yields ends as they come.

        Tasks are taken from the iterable only as workers become free, so it may be long.
        """
        ended: queue.SimpleQueue[tuple[K, tuple[Any, ...], bool, Any]] = queue.SimpleQueue()
        waiting = iter(tasks)
        running = 0
        exhausted = False

        def start(key: K, arguments: tuple[Any, ...], *, again: bool = False) -> None:
            future = self._started().schedule(function, args=arguments, timeout=self.limits.seconds)
            future.add_done_callback(lambda future: ended.put((key, arguments, again, future)))

        while True:
            while not exhausted and running < AHEAD_PER_WORKER * self.limits.processes:
                task = next(waiting, None)
                if task is None:
                    exhausted = True
                    break
                start(*task)
                running += 1
            if not running:
                return
            key, arguments, again, future = ended.get()
            if isinstance(future.exception(), BrokenProcessPool) and not again:
                # An idle worker was killed from outside, and pebble gave up all tasks: once more.
                start(key, arguments, again=True)
                continue
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
        if self._pool is not None and not self._pool.active:
            self.close(at_once=True)  # it broke: see ``run``
        if self._pool is None:
            from pebble import ProcessPool

            self.prepare()
            self._pool = ProcessPool(
                max_workers=self.limits.processes,
                max_tasks=1000,  # native libraries leak a little; a new process costs two seconds
                initializer=_prepare_worker,
                initargs=(self.limits.memory_mb, own_variables()),
                context=_context(),
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


# Forked children of a process with threads (the encoder's, the store's) may hang.
_METHOD = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"
_Process: Any = getattr(get_context(_METHOD), "Process")  # noqa: B009 - the stubs do not know it
_LAUNCHING = threading.Lock()
_PRELOADED = "clerestory.ingesting.preloading"


def _without_main(prepare: Callable[[str], dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    def prepared(name: str) -> dict[str, Any]:
        data = prepare(name)
        return {key: value for key, value in data.items() if not key.startswith(("init_main", "main_"))}

    return prepared


class _WorkerProcess(_Process):
    """A process of ``_METHOD`` that does not import ``__main__`` as it starts."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _LAUNCHING:
            prepare = spawn.get_preparation_data
            setattr(spawn, "get_preparation_data", _without_main(prepare))  # noqa: B010
            try:
                return _Process._Popen(process_obj)
            finally:
                setattr(spawn, "get_preparation_data", prepare)  # noqa: B010


def _context() -> Any:
    context: Any = copy.copy(get_context(_METHOD))
    context.Process = _WorkerProcess
    return context


# Reading makes objects by the million and few circles of them.
_COLLECT = (100_000, 20, 50)


def own_variables() -> dict[str, str]:
    """This program's environment variables as they are now."""
    return {name: value for name, value in os.environ.items() if name.startswith(ENVIRONMENT_PREFIX)}


def _prepare_worker(memory_mb: int, variables: dict[str, str]) -> None:
    """Quiet, polite, and within bounds. ``variables`` are those of the program (``own_variables``)."""
    # The fork server keeps the environment of its own start, however long ago that was.
    for name in own_variables().keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)
    # Libraries in C chatter about damaged files, in words that the files choose; what matters
    # comes back as an error.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    gc.set_threshold(*_COLLECT)
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
