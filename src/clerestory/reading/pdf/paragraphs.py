"""Lines put together to paragraphs, with hyphens at line ends joined.

In: fragments and their rows in reading order. Out: paragraphs: text, where each line of it stands,
and the type it is set in. Knows nothing of headings, figures and tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clerestory.reading.pdf.geometry import Rect, View, span, union
from clerestory.reading.pdf.words import Fragment, usual_type
from clerestory.types import Line

MARKER = re.compile(
    r"^(?:[•▪●◦‣⁃∙○■□◆◇►▶➢➤✓✔·–—*\uf0a7\uf0b7\uf0d8]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])(?:\s|$)"
)
_COMPOUND = re.compile(r"([^\W\d_]+-[^\W\d_]+)")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_HYPHENS = "-\u2010"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line as it stands in a column; ``size`` and ``bold`` are those of most of it."""

    text: str
    rect: Rect
    size: float
    bold: bool
    mono: bool
    turn: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``lines`` are the stretches of ``text`` with their places."""

    text: str
    rect: Rect
    size: float
    bold: bool
    mono: bool
    marked: bool  # begins with a bullet or a number
    lines: tuple[Line, ...]
    rows: int


def line_of(fragments: Sequence[Fragment]) -> TextLine:
    """One row of fragments as a line."""
    (size, bold), letters, mono = usual_type(word for fragment in fragments for word in fragment.words)
    return TextLine(
        " ".join(fragment.text for fragment in fragments),
        union(fragment.rect for fragment in fragments),
        size,
        bold,
        2 * mono > letters,
        fragments[0].turn,
    )


def compounds_of(words: Iterable[str]) -> frozenset[str]:
    """Words that the document writes with a hyphen inside a line: at a line end they keep it."""
    found = (match.group(1).casefold() for word in words if "-" in word and (match := _COMPOUND.search(word)))
    return frozenset(found)


def paragraphs_of(
    lines: Sequence[TextLine], view: View, compounds: frozenset[str] = frozenset()
) -> list[Paragraph]:
    """Paragraphs of lines that are in reading order."""
    groups: list[list[TextLine]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [paragraph_of(group, view, compounds) for group in groups]


def paragraph_of(lines: Sequence[TextLine], view: View, compounds: frozenset[str] = frozenset()) -> Paragraph:
    """One paragraph of these lines; line ends become spaces, hyphenated words whole again."""
    parts: list[str] = []
    places: list[Line] = []
    length = 0
    for index, line in enumerate(lines):
        text = line.text
        following = lines[index + 1].text if index + 1 < len(lines) else ""
        joined, keeps = _hyphenated(text, following, compounds)
        if joined and not keeps:
            text = text[:-1]
        places.append(Line(length, length + len(text), view.locator(line.rect)))
        end = "" if joined or not following else " "
        parts.append(text + end)
        length += len(text) + len(end)
    letters = max(1, sum(len(line.text) for line in lines))
    bold = sum(len(line.text) for line in lines if line.bold) > 0.6 * letters
    mono = sum(len(line.text) for line in lines if line.mono) > 0.6 * letters
    return Paragraph(
        "".join(parts),
        union(line.rect for line in lines),
        max(lines, key=lambda line: len(line.text)).size,
        bold,
        mono,
        bool(MARKER.match(lines[0].text)),
        tuple(places),
        len(lines),
    )


def _hyphenated(text: str, following: str, compounds: frozenset[str]) -> tuple[bool, bool]:
    """Whether the hyphen at the end of a line divides a word, and whether the word keeps it."""
    if len(text) < 3 or text[-1] not in _HYPHENS or not text[-2].isalpha() or not following:
        return False, False
    before = _LAST_WORD.search(text[:-1])
    after = _FIRST_WORD.match(following)
    if before is None or after is None:
        return False, False
    if f"{before.group(0)}-{after.group(0)}".casefold() in compounds:
        return True, True
    # A capital on either side ("X-", "-Based") speaks for a hyphen of the word.
    divides = text[-2].islower() and following[0].islower()
    capitals = text[-2].isupper() and following[0].isupper() and before.group(0).isupper()
    return (True, False) if divides or capitals else (following[0].isalpha(), True)


def _goes_on(group: list[TextLine], line: TextLine) -> bool:
    last = group[-1]
    if line.turn != last.turn:
        return False
    if line.turn:  # lines of turned text: only what touches
        return span(last.rect[0], last.rect[2], line.rect[0], line.rect[2]) > -0.6 * line.size and (
            span(last.rect[1], last.rect[3], line.rect[1], line.rect[3]) > 0
        )
    if abs(line.size - last.size) > 0.12 * max(line.size, last.size) or line.mono != last.mono:
        return False
    # From centre to centre, because fonts differ in the room they keep above and below.
    lead = (line.rect[1] + line.rect[3] - last.rect[1] - last.rect[3]) / 2
    if lead < 0.3 * line.size or lead > 1.9 * line.size:
        return False
    if len(group) > 1:
        before = group[-2]
        usual = (last.rect[1] + last.rect[3] - before.rect[1] - before.rect[3]) / 2
        if lead > 1.25 * usual + 0.5:
            return False
    if span(last.rect[0], last.rect[2], line.rect[0], line.rect[2]) <= 0:
        return False
    if MARKER.match(line.text):
        return False
    if line.bold != last.bold and (line.bold or len(group) <= 2) and not last.text.endswith(("-", ",")):
        return False
    if line.mono:
        return True
    # An indented line after an unindented one begins a paragraph (not below a marker's hanging indent).
    left = min(other.rect[0] for other in group)
    right = max(other.rect[2] for other in group)
    marked = bool(MARKER.match(group[0].text))
    indented = line.rect[0] - last.rect[0] > 0.9 * line.size and line.rect[0] - left > 0.9 * line.size
    if indented and not (marked and len(group) == 1) and len(group) > 1:
        return False
    ended = last.text.endswith((".", ":", "!", "?", ";")) and len(group) > 1
    short = last.rect[2] < right - 0.25 * (right - left)
    return not (ended and short)
