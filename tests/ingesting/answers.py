"""What a library answers, seen from below search: rows that the index finds and the catalogue lets answer."""

from __future__ import annotations

from clerestory.library import Library
from clerestory.storing.analysis import terms
from clerestory.storing.index import RowFilter


def found(library: Library, words: str) -> list[str]:
    """Texts of the segments in which any of ``words`` stands, sorted."""
    stores = library._stores
    table = stores.index.words(terms(words, "en"), where=RowFilter(), k=1000)
    may = stores.catalogue.answering(table["reading"].to_pylist())
    rows = zip(table["reading"].to_pylist(), table["row"].to_pylist(), strict=True)
    return sorted(stores.readings.segments(reading, [row])[0].text for reading, row in rows if reading in may)


def rows(library: Library) -> dict[str, int]:
    """Rows of each table, spaces as "vectors"."""
    counts = dict(library._stores.index.counts())
    return {name if name in ("words", "pages") else "vectors": count for name, count in counts.items()}
