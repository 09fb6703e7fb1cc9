"""What workers share with the process that they are forked from."""

import subprocess
import sys

import pytest

from clerestory.ingesting.workers import Limits, WorkerPool


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_thread_is_left_running_that_a_fork_would_lose():
    look = "import os, clerestory.ingesting.preloading; print(len(os.listdir('/proc/self/task')))"
    run = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["1"]


def test_workers_run_after_they_were_prepared_for():
    with WorkerPool(Limits(workers=1)) as pool:
        pool.prepare()
        (end,) = pool.run(len, [("key", ("four",))])
    assert (end.key, end.value, end.error) == ("key", 4, None)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="workers are not forked there")
def test_a_worker_begins_with_the_readers_loaded():
    with WorkerPool(Limits(workers=1)) as pool:
        (end,) = pool.run(eval, [("key", ("'clerestory.reading.pdf' in __import__('sys').modules",))])
    assert end.value is True
