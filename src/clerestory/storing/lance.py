"""The index on disk, in Lance tables: ``words``, ``pages``, and one per vector space.

In and out as ``index.Index`` says. Full text is BM25 over our own terms (``analysis.py``):
Lance only splits them at spaces. Vectors are searched one by one while they are few, then
through an inverted file with RaBitQ codes whose best candidates are compared exactly.
Settings and their measurements: docs/how-it-works.md.

Uses ``lance`` itself and not ``lancedb``, whose import costs seconds; even so it is
imported inside functions, since it costs a third of a second.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerestory.storing import predicates
from clerestory.storing.index import RowFilter
from clerestory.storing.lance_table import LanceTable
from clerestory.types import Space

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Per process and library, so that a query process stays small (docs/measured.md).
_INDEX_CACHE_BYTES = 192_000_000
_METADATA_CACHE_BYTES = 64_000_000

_FILTERED = {"asset": "BTREE", "reading": "BTREE", "batch": "BTREE"}
# No index of places: few names stand for very many rows ("p1"), and combining it with that of
# assets costs more than looking at the places of the assets' rows (14 CPU ms against 6).
_OF_SEGMENTS = {**_FILTERED, "kind": "BITMAP", "language": "BITMAP"}
_FOUND = ["segment_id", "reading", "row", "asset", "place", "kind"]
_OF_VECTORS = [*_FOUND, "language", "vector", "tokens"]
_VECTOR_PREFIX = "space-"
# About 50 CPU ns a term: a segment has some 80, a page some 600.
_TAIL_OF_WORDS = 2_000
_TAIL_OF_PAGES = 300
_TAIL_OF_VECTORS = 5_000


class LanceIndex:
    """An open index folder. Safe to use from several threads; one writer at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._session: Any = None
        self._spaces: dict[str, LanceTable] = {}
        self._lock = threading.Lock()
        self._languages: tuple[int, Mapping[str, int]] = (0, {})  # of which version of the words
        words = {**_OF_SEGMENTS, "terms": "INVERTED"}
        self._words = self._table("words", words, tail_rows=_TAIL_OF_WORDS)
        pages = {**_FILTERED, "terms": "INVERTED"}
        self._pages = self._table("pages", pages, tail_rows=_TAIL_OF_PAGES)

    # Writing

    def append(self, rows: pa.Table, *, space: Space, batch: str) -> None:
        self.append_vectors(rows, space=space, batch=batch)
        self._words.append(rows.drop_columns(["vector", "tokens"]), batch=batch)

    def append_vectors(self, rows: pa.Table, *, space: Space, batch: str) -> None:
        import pyarrow.compute as pc

        if rows.schema.field("vector").type.list_size != space.dimension:
            raise ValueError(f"vectors are not of the space {space.name}")
        words = [name for name in ("terms",) if name in rows.column_names]
        embedded = rows.drop_columns(words).filter(pc.is_valid(rows["vector"]))
        self._of(space).append(embedded, batch=batch)

    def append_pages(self, rows: pa.Table, *, batch: str) -> None:
        self._pages.append(rows, batch=batch)

    def remove_readings(self, readings: Sequence[str], *, space: Space | None = None) -> None:
        for table in self._tables() if space is None else [self._of(space)]:
            table.delete("reading", readings)

    def remove_batches(self, batches: Sequence[str]) -> None:
        for table in self._tables():
            table.delete("batch", batches)

    def drop_space(self, space: Space) -> None:
        with self._lock:
            table = self._spaces.pop(space.name, None)
        path = table.path if table else self.folder / f"{_VECTOR_PREFIX}{space.name}.lance"
        shutil.rmtree(path, ignore_errors=True)

    def clear(self) -> None:
        for table in self._tables():
            table.drop()

    # Searching

    def words(self, terms: Sequence[str], *, where: RowFilter, k: int) -> pa.Table:
        return self._words.match(terms, columns=_FOUND, condition=predicates.of_rows(where), k=k)

    def pages(self, terms: Sequence[str], *, where: RowFilter, k: int) -> pa.Table:
        columns = ["reading", "asset", "place"]
        return self._pages.match(terms, columns=columns, condition=predicates.of_pages(where), k=k)

    def near(self, space: Space, vector: np.ndarray, *, where: RowFilter, k: int) -> pa.Table:
        return self._of(space).nearest(vector, columns=_FOUND, condition=predicates.of_rows(where), k=k)

    def places(self, asset_places: Sequence[tuple[str, str]]) -> pa.Table:
        import pyarrow as pa

        condition = predicates.on_places(asset_places)
        found = self._words.rows(condition, columns=[*_FOUND, "language"])
        wanted = set(asset_places)
        pairs = zip(found["asset"].to_pylist(), found["place"].to_pylist(), strict=True)
        kept = found.filter(pa.array([pair in wanted for pair in pairs], pa.bool_()))
        return kept.sort_by([("asset", "ascending"), ("reading", "ascending"), ("row", "ascending")])

    def vectors(self, space: Space, segment_ids: Sequence[str], *, tokens: bool) -> pa.Table:
        return self._by_id(space, segment_ids, ["segment_id", "vector", *(["tokens"] if tokens else [])])

    def tokens(self, space: Space, segment_ids: Sequence[str]) -> pa.Table:
        return self._by_id(space, segment_ids, ["segment_id", "tokens"])

    def pictures(self, space: Space, segment_ids: Sequence[str]) -> pa.Table:
        condition = predicates.one_of("segment_id", segment_ids)
        return self._of(space).large_rows(
            condition, columns=["segment_id", "reading", "row", "vector", "tokens"]
        )

    def rows_of(self, space: Space, readings: Sequence[str]) -> pa.Table:
        return self._of(space).large_rows(predicates.one_of("reading", readings), columns=_OF_VECTORS)

    def _by_id(self, space: Space, segment_ids: Sequence[str], columns: list[str]) -> pa.Table:
        found = self._of(space).large_rows(predicates.one_of("segment_id", segment_ids), columns=columns)
        # While a reading replaces another, equal segments are there twice.
        first = {identity: row for row, identity in reversed([*enumerate(found["segment_id"].to_pylist())])}
        return found if len(first) == len(found) else found.take(sorted(first.values()))

    # Looking after

    def batches(self) -> set[str]:
        return {batch for table in self._tables() for batch in table.tally("batch")}

    def readings(self, space: Space | None = None) -> dict[str, int]:
        return (self._words if space is None else self._of(space)).tally("reading")

    def readings_of_pages(self) -> dict[str, int]:
        return self._pages.tally("reading")

    def languages(self) -> Mapping[str, int]:
        version = self._words.version()
        if self._languages[0] != version:
            self._languages = (version, self._words.tally("language"))
        return self._languages[1]

    def counts(self) -> Mapping[str, int]:
        return {table.name.removeprefix(_VECTOR_PREFIX): table.count() for table in self._tables()}

    def maintain(self, *, budget_s: float = 60.0) -> None:
        deadline = time.monotonic() + budget_s
        for table in self._tables():
            table.maintain(deadline=deadline)

    def purge(self, readings: Sequence[str]) -> None:
        for table in self._tables():
            table.delete("reading", readings)
            table.rewrite()

    # Tables

    def _tables(self) -> Iterable[LanceTable]:
        known = [path.stem for path in sorted(self.folder.glob(f"{_VECTOR_PREFIX}*.lance"))]
        with self._lock:
            for name in known:
                self._add_space(name)
            spaces = list(self._spaces.values())
        return [self._words, self._pages, *spaces]

    def _of(self, space: Space) -> LanceTable:
        with self._lock:
            return self._add_space(f"{_VECTOR_PREFIX}{space.name}")

    def _add_space(self, name: str) -> LanceTable:
        key = name.removeprefix(_VECTOR_PREFIX)
        if key not in self._spaces:
            indexed = {**_OF_SEGMENTS, "segment_id": "BTREE", "vector": "IVF_RQ"}
            self._spaces[key] = self._table(name, indexed, tail_rows=_TAIL_OF_VECTORS)
        return self._spaces[key]

    def _table(self, name: str, indexed: Mapping[str, str], *, tail_rows: int) -> LanceTable:
        path = self.folder / f"{name}.lance"
        return LanceTable(path, indexed, tail_rows=tail_rows, session=self._shared_session)

    def _shared_session(self) -> Any:
        if self._session is None:
            import lance

            self._session = lance.Session(
                index_cache_size_bytes=_INDEX_CACHE_BYTES, metadata_cache_size_bytes=_METADATA_CACHE_BYTES
            )
        return self._session
