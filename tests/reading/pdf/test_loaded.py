"""Pages that stay loaded between the two passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pypdfium2
import pytest

from clerestory.reading.pdf.loaded import LoadedPages


@pytest.fixture
def document() -> Iterator[pypdfium2.PdfDocument]:
    with closing(pypdfium2.PdfDocument.new()) as made:
        for _ in range(3):
            made.new_page(100, 100).close()
        yield made


def is_open(page: pypdfium2.PdfPage) -> bool:
    return page.raw is not None


def test_a_page_closes_unless_it_is_kept(document: pypdfium2.PdfDocument) -> None:
    with closing(LoadedPages(document)) as loaded:
        with loaded.page(0) as first:
            assert is_open(first)
        assert not is_open(first)
        with loaded.page(1) as second:
            loaded.keep(1, second, objects=10, pixels=100)
        assert is_open(second)
        with loaded.page(1) as again:
            assert again is second
        assert is_open(second)
        loaded.drop(1)
        assert not is_open(second)
        with loaded.page(1) as anew:
            assert anew is not second


def test_a_page_for_which_there_is_no_room_closes(document: pypdfium2.PdfDocument) -> None:
    with closing(LoadedPages(document)) as loaded:
        with loaded.page(0) as large:
            loaded.keep(0, large, objects=0, pixels=30_000_000)
        with loaded.page(1) as other:
            loaded.keep(1, other, objects=0, pixels=30_000_000)
        assert is_open(large)
        assert not is_open(other)
    assert not is_open(large)


def test_a_page_that_is_not_there_cannot_be_loaded(document: pypdfium2.PdfDocument) -> None:
    with (
        closing(LoadedPages(document)) as loaded,
        pytest.raises(pypdfium2.PdfiumError),
        loaded.page(7),
    ):
        pass
    loaded.drop(7)
