"""Conditions on rows of the index, in the SQL that Lance understands: the one place that quotes.

Conditions end up in the table's history, so those that delete name readings and batches
(opaque digests), never words or file names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clerestory.storing.index import RowFilter

_VALUES_PER_DELETION = 500


def one_of(column: str, values: Iterable[str]) -> str:
    """``column`` has one of ``values``; false when there are none."""
    quoted = ",".join(_quote(value) for value in sorted(set(values)))
    return f"{column} IN ({quoted})" if quoted else "FALSE"


def of_rows(where: RowFilter) -> str | None:
    """What ``where`` asks of a segment's row; None when it admits all."""
    parts = [one_of("kind", where.kinds)] if where.kinds else []
    if where.languages:
        parts.append(one_of("language", where.languages))
    return _all_of([*parts, *_of_assets(where)])


def of_pages(where: RowFilter) -> str | None:
    """What ``where`` asks of a page's row."""
    return _all_of(_of_assets(where))


def on_places(asset_places: Sequence[tuple[str, str]]) -> str:
    """Rows of these assets on these places. Admits other pairs of the same values too."""
    assets = one_of("asset", (asset for asset, _ in asset_places))
    return f"{assets} AND {one_of('place', (place for _, place in asset_places))}"


def deletions(column: str, values: Iterable[str]) -> Iterator[str]:
    """Conditions that together cover ``values``, each short enough for one commit."""
    listed = sorted(set(values))
    for start in range(0, len(listed), _VALUES_PER_DELETION):
        yield one_of(column, listed[start : start + _VALUES_PER_DELETION])


def _of_assets(where: RowFilter) -> list[str]:
    parts = [] if where.assets is None else [one_of("asset", where.assets)]
    if where.without_assets:
        parts.append(f"NOT ({one_of('asset', where.without_assets)})")
    return parts


def _all_of(parts: list[str]) -> str | None:
    return " AND ".join(parts) if parts else None


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
