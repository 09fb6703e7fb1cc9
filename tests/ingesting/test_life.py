"""Any life of a folder: whatever is written, moved, deleted, removed and restored, the library agrees.

A model keeps what should answer: content by path as of the last ``sync``, minus what was
removed on purpose. Files are read in this process, so that many lives fit into seconds.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.conftest import FAKES, OneWorker
from tests.ingesting.answers import found, rows

from clerestory.errors import UnknownAsset
from clerestory.ingesting import workers
from clerestory.ingesting.workers import Done
from clerestory.library import Library

NAMES = st.sampled_from(["a.txt", "b.txt", "c.txt", "sub/d.txt"])
STONES = st.sampled_from(["granite", "basalt", "marble", "slate"])


class InThisProcess:
    """The pool's interface without processes."""

    def __init__(self, limits):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def prepare(self):
        pass

    def run(self, function, tasks):
        for key, arguments in tasks:
            yield Done(key, function(*arguments), None)


class Life(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.pool, workers.WorkerPool = workers.WorkerPool, InThisProcess
        self.top = Path(tempfile.mkdtemp())
        self.files = self.top / "files"
        (self.files / "sub").mkdir(parents=True)
        (self.files / "keeps-the-folder.txt").write_text("pebble")
        self.library = Library.open(self.top / "library", settings=OneWorker, engines=FAKES)
        self.known: dict[str, str] = {}  # path -> content as of the last look
        self.held: dict[str, str] = {}  # the same, with paths that are gone since
        self.out: set[str] = set()  # contents in the trash on purpose
        self.clock = 1

    def teardown(self):
        if hasattr(self, "library"):
            self.library.close()
            shutil.rmtree(self.top)
            workers.WorkerPool = self.pool

    def on_disk(self) -> dict[str, str]:
        paths = (path for path in self.files.rglob("*") if path.is_file())
        return {str(path): path.read_text() for path in paths}

    @rule(name=NAMES, stone=STONES)
    def write(self, name, stone):
        self.clock += 1
        path = self.files / name
        path.write_text(f"A wall of {stone}")
        import os

        os.utime(path, ns=(self.clock * 10**9,) * 2)

    @rule(name=NAMES, to=NAMES)
    def move(self, name, to):
        if (self.files / name).exists():
            (self.files / name).rename(self.files / to)

    @rule(name=NAMES)
    def delete(self, name):
        (self.files / name).unlink(missing_ok=True)

    @rule()
    def sync(self):
        self.library.sync(self.files, prune=True)
        now = self.on_disk()
        # Removed content stays out while its path is only walked; under a new path it comes back.
        self.out -= {text for path, text in now.items() if self.held.get(path) != text}
        self.known = now
        self.held |= now

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def remove(self, data):
        path = data.draw(st.sampled_from(sorted(self.known)))
        try:
            self.library.remove(path)
        except UnknownAsset:
            assert self.known[path] in self.out
        self.out.add(self.known[path])

    @precondition(lambda self: self.out & set(self.known.values()))
    @rule(data=st.data())
    def restore(self, data):
        path = data.draw(st.sampled_from(sorted(p for p, text in self.known.items() if text in self.out)))
        self.library.restore(path)
        self.out.discard(self.known[path])

    @rule()
    def reopen(self):
        self.library.close()
        self.library = Library.open(self.top / "library", settings=OneWorker, engines=FAKES)

    @invariant()
    def answers_are_what_the_model_says(self):
        if not hasattr(self, "library"):
            return
        wanted = sorted({text for text in self.known.values() if text not in self.out and "wall" in text})
        assert found(self.library, "wall") == wanted

    @invariant()
    def nothing_is_doubled_or_lost(self):
        if not hasattr(self, "library"):
            return
        live = {text for text in self.known.values() if text not in self.out}
        assert rows(self.library).get("words", 0) == len(live)
        assert self.library.verify().problems == ()


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
