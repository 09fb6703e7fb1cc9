import pytest
from tests.storing.makers import digest, reading

from clerestory.storing.catalogue import Catalogue
from clerestory.storing.matching import path_pattern
from clerestory.types import Filter, Occurrence

SUMMER_2024 = 1_720_000_000_000_000_000  # 3 July 2024


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    files = {
        "a": ("/docs/reports/2024/a.pdf", "application/pdf", {"author": "Ada", "created": "2020-05-06"}),
        "b": ("/docs/b.png", "image/png", {"author": "Bea", "taken": "2021"}),
        "c": ("/other/reports/c.jpg", "image/jpeg", {"author": "Ada"}),
    }
    for name, (path, media_type, metadata) in files.items():
        made = reading(name, media_type=media_type, metadata=metadata)
        seen = Occurrence(digest(name), path, 1, SUMMER_2024)
        opened.record_reading(digest(f"reading {name}"), made, occurrences=[seen])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        (Filter(media_types=("image/*",)), "bc"),
        (Filter(media_types=("application/pdf", "image/png")), "ab"),
        (Filter(media_types=("image",)), ""),
        (Filter(path="reports/*"), "ac"),
        (Filter(path="/docs/*"), "ab"),
        (Filter(path="*.PDF"), ""),
        (Filter(path="a.pdf"), "a"),
        (Filter(path="docs/"), "ab"),
        (Filter(after="2020-05-06", before="2020-05-06"), "a"),
        (Filter(after="2020", before="2021"), "ab"),
        (Filter(after="2021-03"), "bc"),
        (Filter(after="2024-07-03", before="2024-07"), "c"),
        (Filter(before="2019"), ""),
        (Filter(metadata={"author": "Ada"}), "ac"),
        (Filter(metadata={"author": "Ada", "created": "2020-05-06"}), "a"),
        (Filter(metadata={"author": "Eve"}), ""),
        (Filter(assets=(digest("a"), digest("b")), media_types=("image/*",)), "b"),
        (Filter(assets=(digest("a"),)), "a"),
    ],
)
def test_assets_that_fit(catalogue, filter, names):
    assert catalogue.assets_matching(filter) == {digest(name) for name in names}


def test_no_restriction_is_told_from_nothing(catalogue):
    assert catalogue.assets_matching(Filter(kinds=("table",), languages=("en",))) is None


def test_globs_of_other_systems():
    assert path_pattern("C:\\docs\\*").match("C:/docs/a.pdf")
    assert path_pattern("docs\\*.pdf").match("D:/my/docs/a.pdf")
