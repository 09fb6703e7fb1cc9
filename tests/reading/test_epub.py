from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.made import archive, assert_quotable, codes, kinds, only, png, reading, text_object

from clerestory.errors import TooLarge, UnreadableFile, UnsupportedFile
from clerestory.types import CharRange

CONTAINER = """<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>"""
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>
<dc:title>Tides</dc:title><dc:creator>Ada</dc:creator><dc:creator>Bob</dc:creator><dc:language>en</dc:language>
<dc:rights>CC BY 4.0</dc:rights><dc:date>2024-05-06</dc:date></metadata><manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="c1" href="text/one%20a.xhtml" media-type="application/xhtml+xml"/>
<item id="c2" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="gone" href="text/gone.xhtml" media-type="application/xhtml+xml"/>
<item id="p" href="img/plan.png" media-type="image/png"/>
<item id="cov" href="img/cover.png" media-type="image/png" properties="cover-image"/>
<item id="extra" href="img/extra.png" media-type="image/png"/>
</manifest><spine><itemref idref="c2"/><itemref idref="c1"/><itemref idref="gone"/></spine></package>"""
NAVIGATION = """<html xmlns="http://www.w3.org/1999/xhtml"><body><nav>
<a href="text/two.xhtml#x">The second file</a></nav></body></html>"""
ONE = """<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>
<link rel="stylesheet" href="../style.css"/></head><body>
<h1>High water</h1><p>The moon pulls.&nbsp;So it rises.</p><p class="gone">SECRET</p>
<figure><img src="../img/plan.png" alt="a gauge"/><figcaption>Figure 1. The gauge.</figcaption></figure>
</body></html>"""
TWO = """<html xmlns="http://www.w3.org/1999/xhtml"><body><p>No heading here.</p></body></html>"""


def members(**changes: bytes | str) -> dict[str, bytes | str]:
    book: dict[str, bytes | str] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": PACKAGE,
        "OPS/nav.xhtml": NAVIGATION,
        "OPS/text/one a.xhtml": ONE,
        "OPS/text/two.xhtml": TWO,
        "OPS/style.css": ".gone { display: none }",
        "OPS/img/plan.png": png(300, 200),
        "OPS/img/cover.png": png(60, 80),
        "OPS/img/extra.png": png(61, 80),
    }
    return book | changes


def test_a_book_is_read_in_its_order(tmp_path: Path):
    read_ = reading(tmp_path, "tides.epub", archive(members()))
    assert read_.title == "Tides"
    assert read_.metadata["author"] == "Ada, Bob"
    assert read_.metadata["licence"] == "CC BY 4.0"
    assert read_.metadata["created"] == "2024-05-06"
    texts = [s.text for s in read_.segments if s.kind == "text"]
    assert texts == ["The second file\n\nNo heading here.", "High water\n\nThe moon pulls.\u00a0So it rises."]
    picture = only(read_, "picture")
    assert (picture.text, picture.caption) == ("a gauge", "Figure 1. The gauge.")
    assert picture.context == ("Tides", "High water")
    assert_quotable(read_, text_object(read_))


def test_every_picture_and_part_is_accounted_for(tmp_path: Path):
    read_ = reading(tmp_path, "tides.epub", archive(members()))
    kept = [item for item in read_.objects if item.role == "embedded"]
    assert len(kept) == 2  # the plan and the cover
    assert only(read_, "picture").objects == (kept[0].digest,)
    assert [request.object for request in read_.ocr_requests] == [kept[0].digest]
    assert sorted(codes(read_)) == [
        *("hidden-text", "missing-part", "not-in-order", "not-shown", "not-shown"),
    ]
    reasons = " ".join(line.reason for line in read_.ledger)
    for name in ("cover.png", "extra.png", "gone.xhtml", "nav.xhtml"):
        assert name in reasons


def test_places_are_ranges_of_the_book_s_text(tmp_path: Path):
    read_ = reading(tmp_path, "tides.epub", archive(members()))
    text = text_object(read_)
    place = only(read_, "picture").locator
    assert isinstance(place, CharRange)
    assert text[place.start : place.end] == "Figure 1. The gauge.\na gauge"
    assert "SECRET" not in text


def test_a_damaged_chapter_does_not_take_the_book_with_it(tmp_path: Path):
    content = bytearray(archive(members(**{"OPS/text/one a.xhtml": ONE + "<!--" + "pad" * 3000 + "-->"})))
    name = b"OPS/text/one a.xhtml"
    start = content.index(name) + len(name)
    content[start + 20 : start + 40] = bytes(20)
    read_ = reading(tmp_path, "tides.epub", bytes(content))
    assert kinds(read_) == ["text"]
    assert "UnreadableFile" in codes(read_)


def test_books_that_cannot_be_read_are_typed_errors(tmp_path: Path):
    protected = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData>'
        '<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></EncryptedData></encryption>'
    )
    scrambled = protected.replace(
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc", "http://www.idpf.org/2008/embedding"
    )
    with pytest.raises(UnsupportedFile, match="rights management"):
        reading(tmp_path, "a.epub", archive(members(**{"META-INF/encryption.xml": protected})))
    assert reading(tmp_path, "b.epub", archive(members(**{"META-INF/encryption.xml": scrambled}))).segments
    with pytest.raises(UnreadableFile, match=r"container\.xml"):
        reading(tmp_path, "c.epub", archive({"mimetype": "application/epub+zip", "a": "b"}))
    with pytest.raises(UnreadableFile, match="package document"):
        reading(
            tmp_path,
            "d.epub",
            archive({"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}),
        )
    with pytest.raises(UnreadableFile, match="entities"):
        bomb = '<!DOCTYPE a [<!ENTITY x "y">]>' + PACKAGE.partition("?>")[2]
        reading(tmp_path, "e.epub", archive(members(**{"OPS/book.opf": bomb})))
    whole = archive(members())
    with pytest.raises(UnreadableFile):
        reading(tmp_path, "f.epub", whole[: len(whole) // 2])


def test_a_bomb_is_refused(tmp_path: Path):
    bomb = archive(members(**{"OPS/text/two.xhtml": TWO + " " * 5_000_000}))
    with pytest.raises(TooLarge, match="max_archive_ratio"):
        reading(tmp_path, "a.epub", bomb)


def test_addresses_cannot_leave_the_book(tmp_path: Path):
    chapter = TWO.replace("</body>", "<img src='../../../etc/passwd'/><img src='file:///etc/passwd'/></body>")
    read_ = reading(tmp_path, "a.epub", archive(members(**{"OPS/text/two.xhtml": chapter})))
    outside = [s for s in read_.segments if s.kind == "picture" and "passwd" in s.attributes["target"]]
    assert len(outside) == 2
    assert all(not segment.objects for segment in outside)
