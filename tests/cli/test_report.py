"""The report shows the place beside each quote, and nothing of a document becomes markup."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import FAKES, OneWorker
from tests.searching.pictures import paint

from clerestory.cli.evidence import pieces_of
from clerestory.cli.report import write_report
from clerestory.library import Library

NASTY = "<script>alert('relay')</script> relay {{ 7 * 7 }} relay"


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def written(filled, tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    with Library.open(filled / "library", settings=OneWorker, engines=FAKES) as library:
        answers = [
            library.ask("Which relay was exchanged on 12 March 2025?"),
            library.ask("What does the crimson ledger of harbour dues total?"),
            library.ask("Who painted the ceiling of the chapel?"),
        ]
        searches = [
            (library.search("relay"), "About relays."),
            (library.search("harbour"), "About harbours."),
        ]
        page = write_report(
            library, out, title=NASTY, answers=answers, searches=searches, made=[("Made by", NASTY)]
        )
    return out, page.read_text(encoding="utf-8")


def test_every_picture_it_shows_lies_beside_it_and_has_words(written):
    out, text = written
    shown = [image for image in Page(text).all("img") if image.get("src")]
    assert shown
    for image in shown:
        assert (out / image["src"]).is_file()
        assert image["alt"]
        assert int(image["width"]) > 0 and int(image["height"]) > 0


def test_it_needs_nothing_from_elsewhere(written):
    _, text = written
    assert not re.search(r"https?://|//cdn|@import|url\(", text)


def test_words_of_documents_stay_words(written):
    _, text = written
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "{{ 7 * 7 }}" in text
    assert len(Page(text).all("script")) == 1


def test_answers_stand_with_their_places_and_a_refusal_is_a_sentence(written):
    _, text = written
    assert "Which relay was exchanged" in text
    assert "note.md" in text and "<mark>" in text
    assert "Not found in this library." in text


def test_what_was_not_read_is_listed_with_the_reason(written):
    _, text = written
    ledger = text[text.index('id="ledger"') :]
    assert "broken.png" in ledger and "UnreadableFile" in ledger


def test_boxes_lie_on_the_pictures(written):
    _, text = written
    boxes = [span["style"] for span in Page(text).all("span") if "region" in (span.get("class") or "")]
    assert boxes
    for style in boxes:
        left, top, width, height = (float(number) for number in re.findall(r":([\d.]+)%", style))
        assert left >= 0 and left + width <= 100.1 and top >= 0 and top + height <= 100.1


def test_pieces_join_to_the_text_and_light_up_what_matched():
    text = "The relay and the fuse."
    pieces = pieces_of(text, "relay fuse", "en", words=0)
    assert "".join(words for words, _ in pieces) == text
    assert [words for words, lit in pieces if lit] == ["relay", "fuse"]


def test_a_found_picture_is_framed_and_said_to_be_likely(library, files, tmp_path):
    paint(files, flag=("white", "white", "blue", "blue"))
    library.add(files, ocr="off")
    searches = [(library.search("blue"), "About colours."), (library.search("green"), "About another.")]
    page = write_report(library, tmp_path, title="Colours", answers=(), searches=searches, made=())
    text = page.read_text(encoding="utf-8")
    assert "% likely" in text
    assert "Nothing here matches. These pictures come nearest." in text
    first = next(image for image in Page(text).all("img") if "flag" in (image["alt"] or ""))
    with Image.open(tmp_path / first["src"]) as image:
        line = np.asarray(image.convert("RGB"), int)[image.height // 2 - 2]
    assert (np.abs(line - (255, 176, 0)).sum(axis=1) < 60).mean() > 0.5  # the upper side of the frame
