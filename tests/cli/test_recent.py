"""Numbers of the last search are remembered per library, without any words."""

import pytest

from clerestory.cli.recent import Place, keep, recall
from clerestory.errors import UnknownAsset
from clerestory.types import Box, Hit, PageBox, Region, Segment

ASSET = "ab12" * 16


def hit(identity: str, locator, text: str = "") -> Hit:
    return Hit(Segment(identity, "text", text, locator, 0), ASSET, "", "application/pdf", 1.0, {}, ())


def test_a_number_means_the_place_that_was_printed_under_it(tmp_path):
    page = PageBox(2, Box(0.25, 0.25, 0.5, 0.5))
    keep(tmp_path / "one", [(hit("a", Region()), Region()), (hit("b", page), PageBox(2))], cache=tmp_path)
    assert recall(tmp_path / "one", 1, cache=tmp_path) == Place(ASSET, Region(), "a")
    assert recall(tmp_path / "one", 2, cache=tmp_path) == Place(ASSET, PageBox(2), "b")


def test_libraries_do_not_share_numbers(tmp_path):
    keep(tmp_path / "one", [(hit("a", Region()), Region())], cache=tmp_path)
    with pytest.raises(UnknownAsset, match="no search was made yet"):
        recall(tmp_path / "two", 1, cache=tmp_path)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_number_that_was_not_printed_is_refused(tmp_path, number):
    keep(tmp_path / "one", [(hit("a", Region()), Region())], cache=tmp_path)
    with pytest.raises(UnknownAsset, match="the last search had 1 hits"):
        recall(tmp_path / "one", number, cache=tmp_path)


def test_what_is_kept_holds_no_words_of_documents(tmp_path):
    keep(tmp_path / "one", [(hit("a", Region(), "a secret sentence"), Region())], cache=tmp_path)
    written = "".join(file.read_text() for file in (tmp_path / "recent").iterdir())
    assert "secret" not in written


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(tmp_path):
    (tmp_path / "file").write_text("in the way")
    keep(tmp_path / "one", [(hit("a", Region()), Region())], cache=tmp_path / "file")
