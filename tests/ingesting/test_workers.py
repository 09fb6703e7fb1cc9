"""A pool of processes: results, typed errors, deaths, time limits, memory limits, and no ``__main__``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from clerestory.errors import ClerestoryError, UnreadableFile, WorkerDied, WorkerTimeout
from clerestory.ingesting.workers import Done, Limits, WorkerPool, usable_cores

TWO = Limits(workers=2, memory_mb=0, seconds=60)


def double(number: int) -> int:
    return 2 * number


def raise_typed(name: str) -> int:
    raise UnreadableFile("damaged", where=name, fix="Repair it.")


def raise_untyped(name: str) -> int:
    raise KeyError(name)


def die(_: str) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def take(megabytes: int) -> int:
    return len(bytearray(megabytes * 1_000_000))


def chatter(text: str) -> int:
    os.write(1, text.encode())
    os.write(2, text.encode())
    print(text, file=sys.stderr)
    return 0


def kinds(ends: list[Done[str, int]]) -> dict[str, type | None]:
    return {end.key: type(end.error) if end.error else None for end in ends}


def test_every_task_ends_once_with_its_value():
    with WorkerPool(TWO) as pool:
        ends = list(pool.run(double, ((n, (n,)) for n in range(300))))
    assert {end.key: end.value for end in ends} == {n: 2 * n for n in range(300)}
    assert len(ends) == 300


def test_no_tasks_start_no_process():
    with WorkerPool(TWO) as pool:
        assert list(pool.run(double, ())) == []
        assert pool._pool is None


def test_typed_errors_keep_their_parts():
    with WorkerPool(TWO) as pool:
        (end,) = pool.run(raise_typed, [("a", ("a.pdf",))])
    assert isinstance(end.error, UnreadableFile)
    assert (end.error.what, end.error.where, end.error.fix) == ("damaged", "a.pdf", "Repair it.")


def test_a_defect_is_recorded_and_not_raised():
    with WorkerPool(TWO) as pool:
        (end,) = pool.run(raise_untyped, [("a", ("a",))])
    assert isinstance(end.error, WorkerDied)
    assert "KeyError" in end.error.what


def test_a_dead_worker_takes_only_its_own_task():
    with WorkerPool(TWO) as pool:
        ends = list(pool.run(die, [("dead", ("x",))]))
        ends += list(pool.run(double, [(str(n), (n,)) for n in range(20)]))
    assert kinds(ends) == {"dead": WorkerDied} | {str(n): None for n in range(20)}


def test_a_slow_task_is_stopped_and_the_rest_goes_on():
    with WorkerPool(Limits(workers=2, memory_mb=0, seconds=1.5)) as pool:
        ends = list(pool.run(sleep, [("slow", (60,))] + [(f"quick{n}", (0,)) for n in range(6)]))
    assert kinds(ends)["slow"] is WorkerTimeout
    assert sum(end.error is None for end in ends) == 6


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_memory_is_bounded_per_worker():
    with WorkerPool(Limits(workers=1, memory_mb=600, seconds=60)) as pool:
        ends = list(pool.run(take, [("much", (2_000,)), ("little", (1,))]))
    assert kinds(ends) == {"much": WorkerDied, "little": None}
    error = next(end.error for end in ends if end.error)
    assert "600 MB" in error.what
    assert "worker_memory_mb" in error.fix


def test_tasks_are_taken_as_workers_become_free():
    taken = []

    def tasks():
        for n in range(1_000):
            taken.append(n)
            yield n, (n,)

    with WorkerPool(Limits(workers=1, memory_mb=0)) as pool:
        run = pool.run(double, tasks())
        next(run)
        assert len(taken) < 100


def test_the_pool_survives_workers_killed_while_idle():
    with WorkerPool(TWO) as pool:
        assert [end.value for end in pool.run(os.getpid, [("a", ())])]
        for pid in list(pool._pool._pool_manager.worker_manager.workers):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        ends = list(pool.run(double, [(str(n), (n,)) for n in range(10)]))
    assert {end.key: end.value for end in ends} == {str(n): 2 * n for n in range(10)}


def variable(name: str) -> str | None:
    return os.environ.get(name)


def test_workers_see_the_variables_of_the_program_as_they_are_now(monkeypatch):
    seen = []
    for cache in ("here", "there", None):
        if cache is None:
            monkeypatch.delenv("CLERESTORY_CACHE")
        else:
            monkeypatch.setenv("CLERESTORY_CACHE", cache)
        with WorkerPool(TWO) as pool:
            seen += [end.value for end in pool.run(variable, [("key", ("CLERESTORY_CACHE",))])]
    assert seen == ["here", "there", None]


def test_a_script_needs_no_main_guard(tmp_path):
    # A person's script without `if __name__ == "__main__"` used to start itself again in each worker.
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            import math
            from clerestory.ingesting.workers import Limits, WorkerPool
            print("started")
            with WorkerPool(Limits(workers=2, memory_mb=0)) as pool:
                print(sorted(end.value for end in pool.run(math.factorial, [(n, (n,)) for n in range(4)])))
            """
        )
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert done.stdout == "started\n[1, 1, 2, 6]\n", done.stderr


def test_workers_say_nothing_on_the_terminal(capfd):
    with WorkerPool(TWO) as pool:
        assert [end.value for end in pool.run(chatter, [("a", ("a damaged file's own words",))])] == [0]
    assert capfd.readouterr() == ("", "")


def test_an_interrupted_run_leaves_no_process():
    with pytest.raises(KeyboardInterrupt), WorkerPool(TWO) as pool:
        run = pool.run(sleep, [(n, (60,)) for n in range(4)])
        pool._started().schedule(double, args=(1,)).result()
        pids = list(pool._pool._pool_manager.worker_manager.workers)
        del run
        raise KeyboardInterrupt
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_usable_cores_are_at_least_one():
    assert usable_cores() >= 1
    assert Limits(workers=3).processes == 3
    assert Limits().processes == usable_cores()


def test_errors_travel():
    assert issubclass(WorkerDied, ClerestoryError)
