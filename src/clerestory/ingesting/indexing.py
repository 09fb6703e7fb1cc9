"""From readings on the disk to rows that answer: embed in large batches, append, tell the catalogue.

In: digests of readings. Out: rows in the index under a batch id, then one catalogue
transaction that lets the batch answer and retires what it replaces, then the old rows
leave. Whatever the moment of a crash, the catalogue knows which rows count.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clerestory.ingesting.carrying import carried, carry
from clerestory.ingesting.passages import page_marks, passage, place_words, places, words
from clerestory.ingesting.stores import Stores
from clerestory.settings import IngestingSettings
from clerestory.types import Occurrence, Reading, Segment

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from clerestory.models.text import TextEncoder

# Enough passages for the encoder to find some of like length; few enough that embedding
# begins while the first files are read.
EMBED_BATCHES = 8

ROLE = "text"  # of the vector space in the catalogue
# Rows that are in no index yet are searched one by one: a long `add` tidies up as it goes.
BATCHES_BETWEEN_UPKEEP = 20


@dataclass(frozen=True, slots=True)
class ToIndex:
    """A reading whose rows are wanted.

    ``file_name`` is what people call the asset. ``previous`` is the reading that it grew
    out of, if any: segments that did not change keep their vectors. ``occurrences`` are
    paths that switch to this asset in the moment in which it answers.
    """

    reading: str
    asset: str
    segments: int
    file_name: str
    previous: str = ""
    occurrences: tuple[Occurrence, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    segment: Segment
    reading: str
    row: int
    asset: str
    place: str
    file_name: str
    terms: str
    vector: np.ndarray | None = None
    tokens: bytes | None = None


class Indexer:
    """Gathers readings to batches of ``settings.batch_rows`` rows. ``flush`` ends the last one.

    Passages are embedded as soon as there are enough of them to fill the encoder, while
    workers read on; rows are appended in large batches, since each append costs a file.
    """

    def __init__(
        self,
        stores: Stores,
        encoder: TextEncoder,
        settings: IngestingSettings,
        *,
        told: Callable[[int], None] = lambda rows: None,
    ) -> None:
        self.stores = stores
        self.encoder = encoder
        self.settings = settings
        self.told = told  # is called with the number of rows embedded since the last call
        self._batch = uuid.uuid4().hex
        self._items: dict[str, ToIndex] = {}  # by asset
        self._pages: dict[str, pa.Table] = {}  # by reading
        self._fresh: list[_Row] = []  # to be embedded
        self._ready: list[_Row] = []  # to be appended
        self._gathered = 0  # rows since the last flush
        self._overtaken: list[str] = []  # readings of the batch that newer ones of it replace
        self._batches = 0
        stores.catalogue.spaces.record(encoder.space, role=ROLE)

    def add(self, item: ToIndex) -> None:
        """Index this reading with the next batch; of one asset only the newest is indexed."""
        older = self._items.pop(item.asset, None)
        if older is not None:
            item = replace(
                item,
                previous=item.previous or older.previous,
                occurrences=older.occurrences + item.occurrences,
            )
            self._overtaken.append(older.reading)
            del self._pages[older.reading]
            self._fresh = [row for row in self._fresh if row.reading != older.reading]
            self._ready = [row for row in self._ready if row.reading != older.reading]
        self._items[item.asset] = item
        reading = self.stores.readings.load(item.reading)
        names = places(reading.segments)
        terms = _Terms()
        self._pages[item.reading] = _page_rows(item, reading, names, terms)
        self._fresh += self._rows(item, reading, names, terms)
        self._gathered += len(reading.segments)
        if len(self._fresh) >= EMBED_BATCHES * self.settings.embed_batch:
            self._embed()
        if self._gathered >= self.settings.batch_rows:
            self.flush()

    def flush(self) -> None:
        """Make everything that was added answer."""
        if not self._items:
            return
        import pyarrow as pa

        self._embed()
        self._append()
        grown = {item.previous: item.reading for item in self._items.values() if item.previous}
        carry(self.stores, grown, batch=self._batch)
        # One append: every commit to a table costs a file that names all of its files.
        self.stores.index.append_pages(pa.concat_tables(self._pages.values()), batch=self._batch)
        leaving = self.stores.catalogue.mark_indexed(
            [item.reading for item in self._items.values()],
            self._batch,
            occurrences=[place for item in self._items.values() for place in item.occurrences],
        )
        carried(self.stores, list(grown.values()), batch=self._batch)
        leaving += self._overtaken
        if leaving:
            self.stores.index.remove_readings(leaving)
        self._batch = uuid.uuid4().hex
        self._items, self._pages, self._overtaken, self._gathered = {}, {}, [], 0
        self._batches += 1
        if self._batches % BATCHES_BETWEEN_UPKEEP == 0:
            self.stores.index.maintain()

    def _embed(self) -> None:
        """Embed what was gathered; a long document is not held in memory with all of its vectors."""
        size = self.settings.batch_rows
        while self._fresh:
            part, self._fresh = self._fresh[:size], self._fresh[size:]
            self._ready += self._embedded(part)
            if len(self._ready) >= size:
                self._append()

    def _append(self) -> None:
        if self._ready:
            rows, self._ready = self._table(self._ready), []
            self.stores.index.append(rows, space=self.encoder.space, batch=self._batch)

    def _rows(self, item: ToIndex, reading: Reading, names: Sequence[str], terms: _Terms) -> list[_Row]:
        known = self._known_vectors(item, reading)
        return [
            _Row(
                segment,
                item.reading,
                row,
                item.asset,
                name,
                item.file_name,
                " ".join(
                    terms.of((text, segment.language) for text in words(segment, file_name=item.file_name))
                ),
                *known.get(segment.id, (None, None)),
            )
            for row, (segment, name) in enumerate(zip(reading.segments, names, strict=True))
        ]

    def _known_vectors(self, item: ToIndex, reading: Reading) -> dict[str, tuple[np.ndarray, bytes | None]]:
        """Segment id -> vector and tokens, for segments whose passage the previous reading had too."""
        if not item.previous:
            return {}
        before = {
            segment.id: passage(segment, file_name=item.file_name)
            for segment in self.stores.readings.load(item.previous).segments
        }
        same = [
            segment.id
            for segment in reading.segments
            if before.get(segment.id) == passage(segment, file_name=item.file_name)
        ]
        if not same:
            return {}
        import numpy as np

        table = self.stores.index.vectors(self.encoder.space, same, tokens=True)
        vectors = [np.asarray(vector, np.float32) for vector in table.column("vector").to_pylist()]
        tokens = table.column("tokens").to_pylist()
        return dict(
            zip(table.column("segment_id").to_pylist(), zip(vectors, tokens, strict=True), strict=True)
        )

    def _embedded(self, rows: Sequence[_Row]) -> list[_Row]:
        """The rows with vectors, in the same order."""
        done = list(rows)
        passages = {
            number: passage(row.segment, file_name=row.file_name)
            for number, row in enumerate(rows)
            if row.vector is None
        }
        # Sorted over all, so that little is padded; in slices, so that progress shows.
        order = sorted(passages, key=lambda number: len(passages[number]))
        # ... of about one size: in a small one most threads wait for the last of its batches.
        slice_size = -(-len(order) // max(1, round(len(order) / (8 * self.settings.embed_batch))))
        wants_tokens = self.encoder.token_dimension > 0
        for start in range(0, len(order), slice_size or 1):
            part = order[start : start + slice_size]
            encoded = self.encoder.encode_passages([passages[n] for n in part], tokens=wants_tokens)
            for position, number in enumerate(part):
                tokens = encoded.tokens[position].tobytes() if wants_tokens else None
                done[number] = replace(rows[number], vector=encoded.vectors[position], tokens=tokens)
            self.told(len(part))
        self.told(len(rows) - len(order))
        return done

    def _table(self, rows: Sequence[_Row]) -> pa.Table:
        import numpy as np
        import pyarrow as pa

        dimension = self.encoder.space.dimension
        flat = np.concatenate([np.asarray(row.vector, np.float32) for row in rows])
        return pa.table(
            {
                "segment_id": [row.segment.id for row in rows],
                "reading": [row.reading for row in rows],
                "row": pa.array([row.row for row in rows], pa.int32()),
                "asset": [row.asset for row in rows],
                "place": [row.place for row in rows],
                "kind": [row.segment.kind for row in rows],
                "language": [row.segment.language for row in rows],
                "terms": [row.terms for row in rows],
                "vector": pa.FixedSizeListArray.from_arrays(pa.array(flat, pa.float32()), dimension),
                "tokens": pa.array([row.tokens for row in rows], pa.binary()),
            }
        )


class _Terms:
    """The terms of texts, each text of a reading taken apart once for its segment and its page."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[str]] = {}

    def of(self, parts: Iterable[tuple[str, str]]) -> list[str]:
        """Of texts with their languages, in order."""
        from clerestory.storing.analysis import terms

        found: list[str] = []
        for part in parts:
            if part not in self._known:
                self._known[part] = terms(*part)
            found += self._known[part]
        return found


def _page_rows(item: ToIndex, reading: Reading, names: Sequence[str], terms: _Terms) -> pa.Table:
    import pyarrow as pa

    from clerestory.storing.analysis import pairs
    from clerestory.storing.index import page_schema

    found = place_words(reading, names, file_name=item.file_name)
    marks = page_marks(reading)

    def page_terms(place: str) -> str:
        """Terms, neighbouring terms joined, and the names that people call the page by."""
        own = terms.of(found[place])
        return " ".join((*own, *pairs(own), *marks.get(place, ())))

    rows = {
        "reading": [item.reading] * len(found),
        "asset": [item.asset] * len(found),
        "place": list(found),
        "terms": [page_terms(place) for place in found],
    }
    return pa.table(rows, schema=page_schema())
