"""Which paragraphs are headings, and of what level.

In: the paragraphs of all pages and the outline of the document. Out: a level from 1 for each heading,
0 for text. Larger or bolder type than the body, short, and standing alone; an outline entry on that
page with the same words is proof. Knows nothing of segments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clerestory.reading.pdf.paragraphs import Paragraph

_MOST_WORDS = 22
_LEVELS = 6
_NUMBER = re.compile(
    r"^(?:(?:appendix|chapter|section|part|kapitel|annex)\s+)?(\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})+|[IVX]{1,5}\.)[.)]?\s+\S",
    re.I,
)
_PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    title: str
    page: int  # from 1; 0 when it leads nowhere
    level: int  # from 1


@dataclass(frozen=True, slots=True)
class Styles:
    """The size of body text, and the larger or bolder styles used for headings, largest first."""

    body: float
    ranks: Mapping[tuple[float, bool], int]


def styles_of(pages: Sequence[Sequence[Paragraph]], body: float) -> Styles:
    """``body`` is the size of most text."""
    styles = {
        _style(paragraph) for paragraphs in pages for paragraph in paragraphs if _could_be(paragraph, body)
    }
    ordered = sorted(styles, reverse=True)
    sizes = sorted({size for size, _ in ordered}, reverse=True)
    # Many sizes (posters, slides) share levels: only steps of a tenth count.
    ranks: dict[tuple[float, bool], int] = {}
    level, last = 0, 1e9
    for size in sizes:
        if size < 0.92 * last:
            level, last = level + 1, size
        for bold in (True, False):
            ranks[(size, bold)] = min(level, _LEVELS)
    return Styles(body, ranks)


def levels_of(paragraphs: Sequence[Paragraph], styles: Styles, outline: Sequence[OutlineEntry]) -> list[int]:
    """A level for each paragraph of one page; ``outline`` are the entries that lead to it."""
    titles = {plain(entry.title): entry.level for entry in outline}
    levels = []
    for paragraph in paragraphs:
        words = plain(paragraph.text)
        level = 0
        if words in titles and len(paragraph.text) < 250:
            level = titles[words]
        elif _could_be(paragraph, styles.body):
            level = styles.ranks.get(_style(paragraph), _LEVELS)
            number = _NUMBER.match(paragraph.text)
            if number and "." in number.group(1).rstrip("."):
                level = max(level, number.group(1).rstrip(".").count(".") + 1)
        levels.append(min(level, _LEVELS))
    return levels


def plain(text: str) -> str:
    """Letters and digits only, without case, for comparing."""
    return _PLAIN.sub("", text).casefold()


def _style(paragraph: Paragraph) -> tuple[float, bool]:
    return (round(2 * paragraph.size) / 2, paragraph.bold)


def _could_be(paragraph: Paragraph, body: float) -> bool:
    text = paragraph.text.strip()
    words = text.split()
    if not words or len(words) > _MOST_WORDS or paragraph.rows > 3 or len(text) > 200 or paragraph.mono:
        return False
    letters = sum(character.isalpha() for character in text)
    if letters < 2 or letters < 0.4 * len(text.replace(" ", "")):
        return False
    larger = paragraph.size > 1.12 * body
    if not larger and not (paragraph.bold and paragraph.size > 0.93 * body):
        return False
    if paragraph.marked and not _NUMBER.match(text):
        return False
    if text[-1] in ".,;" and not _NUMBER.match(text) and not (larger and len(words) < 6):
        return False
    return not (text[0].islower() and not larger)
