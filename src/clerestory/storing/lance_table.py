"""One Lance table with its indexes: append, search, delete, and upkeep.

In: Arrow rows and conditions (``predicates.py``). Out: Arrow rows with a ``score``. A table
that was never written to is empty. Knows nothing of segments or spaces, only of columns
named ``terms`` (searched by BM25) and ``vector`` (searched by cosine).
"""

from __future__ import annotations

import contextlib
import datetime
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerestory.errors import DiskFull, StoreCorrupt
from clerestory.storing import predicates

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Below this a scan of all vectors costs about 10 ms and is exact.
_FLAT_ROWS = 5_000
_PROBES = 20
# Candidates whose distance is computed exactly: this many, and at least twice those asked for.
# Without it recall@10 drops to 0.93; five times 200 cost twice the time and gain nothing.
_REFINED = 100
# Rows in no index yet are searched one by one; taking them in costs time by the size of all.
_TAIL_SHARE = 0.02
_SMALL_FRAGMENTS = 20  # each costs every query a little
_FULL_FRAGMENT_ROWS = 65_536  # larger files are not written again when small ones are merged
_DELETED_SHARE = 0.1
# The number of partitions is fixed when the vector index is trained, for the rows of then.
_OUTGROWN = 3
_TRAINED_ROWS = "clerestory.trained_rows"
_MERGED_PARTS = 64
# Readers pin a version only for the length of a query; token vectors make old ones large.
_KEEP_VERSIONS = datetime.timedelta(minutes=2)
_CLOCK_TICK_NS = 50_000_000

_FULL_TEXT = {
    "base_tokenizer": "whitespace",
    "lower_case": False,
    "stem": False,
    "remove_stop_words": False,
    "ascii_folding": False,
    "max_token_length": None,
    "with_position": False,
}


class LanceTable:
    """A table at ``path``; ``indexed`` maps columns to the kind of their index.

    ``tail_rows`` are so few that searching them one by one takes no more than 10 ms.
    """

    def __init__(
        self, path: Path, indexed: Mapping[str, str], *, tail_rows: int, session: Callable[[], Any]
    ) -> None:
        self.path = path
        self.indexed = indexed
        self.tail_rows = tail_rows
        self._session = session
        self._dataset: Any = None
        self._seen: tuple[int, int] = (0, 0)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self.path.stem

    # Rows

    def append(self, rows: pa.Table, *, batch: str) -> None:
        """Add ``rows``, each marked with ``batch``, in one commit."""
        import lance
        import pyarrow as pa

        if not rows.num_rows:
            return
        marked = rows.append_column("batch", pa.array([batch] * rows.num_rows, pa.string()))
        with self._our_errors():
            mode = "append" if self._exists() else "create"
            lance.write_dataset(marked, str(self.path), mode=mode, session=self._session())

    def delete(self, column: str, values: Sequence[str]) -> None:
        """Rows with one of ``values`` are not found any more; their bytes stay until ``rewrite``."""
        with self._our_errors():
            for condition in predicates.deletions(column, values):
                # A commit without rows would still grow the history.
                if self._exists() and self._for_writing().count_rows(condition):
                    self._for_writing().delete(condition)

    def drop(self) -> None:
        """Forget the table."""
        with self._lock:
            self._dataset = None
            if self.path.exists():
                shutil.rmtree(self.path)

    def rows(self, condition: str, *, columns: list[str]) -> pa.Table:
        """The rows that fit, in no order."""
        return self._scan(columns, filter=condition)

    def large_rows(self, condition: str, *, columns: list[str]) -> pa.Table:
        """``rows`` for columns of many bytes: first which rows fit, then those alone.

        In one step Lance (14.0) reads rows that no index covers yet whole: 118 CPU ms against
        8 for 150 of 5,400 rows, most of them not in the index.
        """
        with self._our_errors():
            dataset = self._opened()
            if dataset is None:
                return self._nothing(columns)
            fitting = dataset.scanner(columns=[], filter=condition, with_row_id=True).to_table()["_rowid"]
            chosen = ",".join(map(str, fitting.to_pylist()))
            condition = f"_rowid IN ({chosen})" if chosen else "FALSE"
            return dataset.scanner(columns=columns, filter=condition).to_table()

    def count(self) -> int:
        with self._our_errors():
            dataset = self._opened()
            return 0 if dataset is None else int(dataset.count_rows())

    def version(self) -> int:
        """The number of the newest commit; 0 before the first."""
        with self._our_errors():
            dataset = self._opened()
            return 0 if dataset is None else int(dataset.version)

    def tally(self, column: str) -> dict[str, int]:
        """Value -> number of rows."""
        values = self._scan([column])[column].value_counts()
        return {entry["values"]: entry["counts"] for entry in values.to_pylist()}

    # Searching

    def match(self, terms: Sequence[str], *, columns: list[str], condition: str | None, k: int) -> pa.Table:
        """The ``k`` rows with the highest BM25 score for any of ``terms``; equal terms count once."""
        wanted = " ".join(dict.fromkeys(terms))
        if not wanted:
            return self._nothing([*columns, "score"])
        from lance.query import MatchQuery

        query = MatchQuery(wanted, "terms")
        found = self._scan(
            [*columns, "_score"], filter=condition, prefilter=True, full_text_query=query, limit=k
        )
        return _ranked(found.rename_columns([*columns, "score"]))

    def nearest(self, vector: np.ndarray, *, columns: list[str], condition: str | None, k: int) -> pa.Table:
        """The ``k`` rows with the highest cosine to ``vector``."""
        import pyarrow as pa
        import pyarrow.compute as pc

        nearest = {
            "column": "vector",
            "q": vector,
            "k": k,
            "metric": "cosine",
            "nprobes": _PROBES,
            "refine_factor": max(2, -(-_REFINED // k)),
        }
        found = self._scan([*columns, "_distance"], filter=condition, prefilter=True, nearest=nearest)
        cosine = pc.subtract(pa.scalar(1, pa.float32()), found["_distance"])
        return _ranked(found.drop_columns(["_distance"]).append_column("score", cosine))

    # Upkeep

    def maintain(self, *, deadline: float) -> None:
        """Merge small files, take new rows into the indexes, delete old versions."""
        with self._our_errors():
            if not self._exists():
                return
            # Index first: files whose rows are in different indexes are not merged.
            self._index_new_rows(deadline)
            if time.monotonic() < deadline and self._needs_compaction(self._for_writing()):
                self._for_writing().optimize.compact_files(target_rows_per_fragment=_FULL_FRAGMENT_ROWS)
            if time.monotonic() < deadline:
                self._for_writing().cleanup_old_versions(_KEEP_VERSIONS, delete_unverified=True)

    def rewrite(self) -> None:
        """Write all files anew without deleted rows, and delete every older one."""
        with self._our_errors():
            if not self._exists():
                return
            self._for_writing().optimize.compact_files(
                materialize_deletions=True, materialize_deletions_threshold=0.0
            )
            for column in _covered(self._for_writing()):
                self._build(column)
            self._for_writing().cleanup_old_versions(datetime.timedelta(0), delete_unverified=True)

    def _needs_compaction(self, dataset: Any) -> bool:
        fragments = [(one.physical_rows, one.num_deletions) for one in dataset.get_fragments()]
        small = sum(rows < _FULL_FRAGMENT_ROWS for rows, _ in fragments)
        deleted = sum(deletions for _, deletions in fragments)
        return small >= _SMALL_FRAGMENTS or deleted > _DELETED_SHARE * sum(rows for rows, _ in fragments)

    def _index_new_rows(self, deadline: float) -> None:
        """Build the indexes that are missing or outgrown, and take new rows into the others."""
        dataset = self._for_writing()
        rows = dataset.count_rows()
        covered = _covered(dataset)
        built = set()
        for column in self.indexed:
            wanted = rows >= _FLAT_ROWS if column == "vector" else True
            outgrown = column == "vector" and rows > _OUTGROWN * _trained_rows(dataset)
            if wanted and (column not in covered or outgrown):
                if time.monotonic() > deadline:
                    return
                self._build(column)
                built.add(column)
        tail = max(self.tail_rows, int(_TAIL_SHARE * rows))
        behind = {column for column, count in covered.items() if rows - count >= tail} - built
        if behind:
            # Without a number to merge, each call would leave one more part of the vector index.
            self._for_writing().optimize.optimize_indices(num_indices_to_merge=_MERGED_PARTS)

    def _build(self, column: str) -> None:
        dataset, kind = self._for_writing(), self.indexed[column]
        if kind == "IVF_RQ":
            dataset.create_index(column, kind, metric="cosine", replace=True)
            self._for_writing().update_config({_TRAINED_ROWS: str(dataset.count_rows())})
        elif kind == "INVERTED":
            dataset.create_scalar_index(column, kind, replace=True, **_FULL_TEXT)
        else:
            dataset.create_scalar_index(column, kind, replace=True)

    # The open table

    def _scan(self, columns: list[str], **search: Any) -> pa.Table:
        with self._our_errors():
            dataset = self._opened()
            if dataset is None:
                return self._nothing(columns)
            return dataset.scanner(columns=columns, **search).to_table()

    def _exists(self) -> bool:
        return (self.path / "_versions").is_dir()

    def _for_writing(self) -> Any:
        """A handle of one's own: writing moves it on, under the hands of threads that read."""
        import lance

        return lance.dataset(str(self.path), session=self._session())

    def _opened(self) -> Any:
        """The newest version, or None when the table does not exist yet."""
        import lance

        with self._lock:
            try:
                # Every commit of any process adds a file here, which a stat tells for microseconds.
                seen = (self.path / "_versions").stat()
            except FileNotFoundError:
                self._dataset = None
                return None
            now = (seen.st_ino, seen.st_mtime_ns)
            if self._dataset is None or self._seen != now:
                self._dataset = lance.dataset(str(self.path), session=self._session())
                # Within one tick of the file system's clock another commit leaves the same time.
                settled = time.time_ns() - seen.st_mtime_ns > _CLOCK_TICK_NS
                self._seen = now if settled else (0, 0)
            return self._dataset

    def _nothing(self, columns: list[str]) -> pa.Table:
        import pyarrow as pa

        types = {"row": pa.int32(), "score": pa.float32(), "_score": pa.float32(), "_distance": pa.float32()}
        types |= {"vector": pa.list_(pa.float32()), "tokens": pa.binary()}
        return pa.table({name: pa.array([], types.get(name, pa.string())) for name in columns})

    @contextlib.contextmanager
    def _our_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            where = str(self.path)
            if "No space left" in str(error):
                raise DiskFull("no space left on the disk", where=where, fix="Free some space.") from error
            what = f"the index cannot be used ({str(error).splitlines()[0]})"
            raise StoreCorrupt(what, where=where, fix="Run `clerestory reindex`.") from error


def _covered(dataset: Any) -> dict[str, int]:
    """Indexed column -> number of rows in its index."""
    return {
        column: index.num_rows_indexed for index in dataset.describe_indices() for column in index.field_names
    }


def _trained_rows(dataset: Any) -> int:
    return int(dataset.config().get(_TRAINED_ROWS, 0)) or dataset.count_rows()


def _ranked(found: pa.Table) -> pa.Table:
    """Best first; equal scores in an order that does not depend on how the files were written."""
    return found.sort_by([("score", "descending"), ("reading", "ascending"), *_tie(found)])


def _tie(found: pa.Table) -> list[tuple[str, str]]:
    return [(name, "ascending") for name in ("row", "place") if name in found.column_names]
