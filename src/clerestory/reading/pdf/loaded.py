"""Pages of an open document, kept loaded between the two passes over it where they are small enough.

In: an open pypdfium2 document. Out: loaded pages. Loading one anew takes it apart and decodes its pictures
once more. Knows nothing of what stands on a page but how much it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MOST_KEPT = 150_000_000  # bytes of pages that are kept, estimated
_PER_PAGE, _PER_OBJECT = 50_000, 1_000  # bytes


class LoadedPages:
    """Pages by index. ``close`` before the document."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._kept: dict[int, Any] = {}
        self._bytes = 0

    @contextmanager
    def page(self, index: int) -> Iterator[Any]:
        """The page, loaded. Raises pypdfium2.PdfiumError when it cannot be."""
        kept = self._kept.get(index)
        page = kept or self.document[index]
        try:
            yield page
        finally:
            if index not in self._kept:
                page.close()

    def keep(self, index: int, page: Any, *, objects: int, pixels: int) -> None:
        """Leave the page loaded, if there is room: it has so many objects, and pixels in its pictures."""
        size = _PER_PAGE + _PER_OBJECT * objects + 4 * pixels
        if self._bytes + size <= _MOST_KEPT:
            self._bytes += size
            self._kept[index] = page

    def drop(self, index: int) -> None:
        """The page is not needed any more."""
        page = self._kept.pop(index, None)
        if page is not None:
            page.close()

    def close(self) -> None:
        for index in list(self._kept):
            self.drop(index)
