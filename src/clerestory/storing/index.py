"""The index: what every implementation takes, finds and forgets.

Rows go in as Arrow tables under a batch id; searches give Arrow tables of candidates with
one score each. Fusion, thresholds and the text itself are other modules' work. The index
is derived: what the catalogue does not call indexed and current must not count, and all
of it can be built again from the readings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from clerestory.types import Space

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# One row per segment. ``row`` is its position in the reading; ``place`` the page, slide or
# sheet it stands on; ``terms`` what ``analysis.terms`` made of it, joined by spaces;
# ``vector`` and ``tokens`` may be null (then only its words are found).
SEGMENT_ROWS = (
    *("segment_id", "reading", "row", "asset", "place", "kind", "language"),
    *("terms", "vector", "tokens"),
)
# One row per page, slide or sheet, or per stretch of a document that has none.
PAGE_ROWS = ("reading", "asset", "place", "terms")


def segment_schema(dimension: int) -> pa.Schema:
    """Arrow types of ``SEGMENT_ROWS``; ``tokens`` are int8 rows, flattened."""
    import pyarrow as pa

    types = {"row": pa.int32(), "vector": pa.list_(pa.float32(), dimension), "tokens": pa.binary()}
    return pa.schema([(name, types.get(name, pa.string())) for name in SEGMENT_ROWS])


def page_schema() -> pa.Schema:
    """Arrow types of ``PAGE_ROWS``."""
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in PAGE_ROWS])


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows may be found. Empty tuples do not restrict; ``assets=()`` admits nothing.

    Pages have neither kind nor language: there only the assets count.
    """

    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    assets: tuple[str, ...] | None = None
    without_assets: tuple[str, ...] = ()


EVERYTHING = RowFilter()


class Index(Protocol):
    """One writer at a time (the holder of the library's lease), any number of readers."""

    def append(self, rows: pa.Table, *, space: Space, batch: str) -> None:
        """Add segments (``segment_schema``). Found at once, before any maintenance."""
        ...

    def append_vectors(self, rows: pa.Table, *, space: Space, batch: str) -> None:
        """Add only the vectors of segments whose words are there: fills a new space.

        ``terms`` may be left out. A segment may have several rows in a space, as with pictures.
        """
        ...

    def append_pages(self, rows: pa.Table, *, batch: str) -> None:
        """Add pages (``page_schema``)."""
        ...

    def words(self, terms: Sequence[str], *, where: RowFilter, k: int) -> pa.Table:
        """The ``k`` best segments by BM25 over terms: segment_id, reading, row, asset, place, kind, score."""
        ...

    def pages(self, terms: Sequence[str], *, where: RowFilter, k: int) -> pa.Table:
        """The ``k`` best pages by BM25 over terms: reading, asset, place, score."""
        ...

    def near(self, space: Space, vector: np.ndarray, *, where: RowFilter, k: int) -> pa.Table:
        """The ``k`` nearest segments, columns as ``words``; score = cosine."""
        ...

    def places(self, asset_places: Sequence[tuple[str, str]]) -> pa.Table:
        """All segments on these (asset, place): segment_id, reading, row, asset, place, kind, language."""
        ...

    def vectors(self, space: Space, segment_ids: Sequence[str], *, tokens: bool) -> pa.Table:
        """segment_id, vector and, if asked for, tokens; ids without a vector are left out."""
        ...

    def tokens(self, space: Space, segment_ids: Sequence[str]) -> pa.Table:
        """segment_id and tokens alone, which is half the work."""
        ...

    def pictures(self, space: Space, segment_ids: Sequence[str]) -> pa.Table:
        """All rows of these segments, of which there may be several each: segment_id, reading, row,
        vector and tokens."""
        ...

    def rows_of(self, space: Space, readings: Sequence[str]) -> pa.Table:
        """All rows of these readings as they were appended, without their terms."""
        ...

    def remove_readings(self, readings: Sequence[str], *, space: Space | None = None) -> None:
        """Their rows, or only those in ``space``, are not found any more; the bytes go with maintenance."""
        ...

    def batches(self) -> set[str]:
        """Every batch id of any row."""
        ...

    def remove_batches(self, batches: Sequence[str]) -> None:
        """Rows that were written but never acknowledged."""
        ...

    def readings(self, space: Space | None = None) -> dict[str, int]:
        """Reading -> number of its segments, in the words or in one space."""
        ...

    def readings_of_pages(self) -> dict[str, int]:
        """Reading -> number of its pages, slides, sheets and stretches."""
        ...

    def languages(self) -> Mapping[str, int]:
        """Language -> number of segments in it; cheap after the first time."""
        ...

    def drop_space(self, space: Space) -> None:
        """Forget a space with all its vectors."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def maintain(self, *, budget_s: float = 60.0) -> None:
        """Make searches fast and the folder small again; stops between steps after ``budget_s``."""
        ...

    def purge(self, readings: Sequence[str]) -> None:
        """Remove readings so that no file of the index holds their words any more. Slow."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Number of rows: ``words``, ``pages`` and one entry per space, by its name."""
        ...
