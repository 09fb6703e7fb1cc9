"""Words and the stretches of a line that they form.

In: the characters of a page. Out: words, and fragments: words on one baseline with no more than a
word's space between them. A line of two columns, or a row of a table, is several fragments.
Both are built in the order of the content stream, then joined by their places, so that neither a
shuffled stream nor wide word spaces break them. Knows nothing of columns and paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.reading.pdf.characters import OBLIQUE, SOFT_HYPHEN, Characters, Ints, Run
from clerestory.reading.pdf.geometry import Floats, Rect, union

_WORD_GAP = 0.28  # of the size: PDFium adds spaces itself; this catches what it leaves together
_FRAGMENT_GAP = 0.95  # of the size: justified lines have wider spaces, tables and gutters too
_NUMBER_GAP = 0.5  # of the size: numbers further apart than a space are cells
_NUMBER = re.compile(r"^[$€£¥(]?[-–−]?\d[\d.,]*[%)]*$")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SPACE_CODES = np.array([9, 10, 13, 32, 0xA0, 0x2002, 0x2003, 0x2009, 0x200A, 0x202F, 0x3000])
_DROPPED_CODES = np.array([0, 0x200B, 0x200C, 0x200D, 0xFEFF, 0xAD])


@dataclass(frozen=True, slots=True)
class Word:
    """``rect`` in points as seen; ``spaced`` when white space of the file itself comes before it."""

    text: str
    rect: Rect
    run: Run
    spaced: bool

    @property
    def size(self) -> float:
        return self.run.size


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words of one line in reading direction. ``size`` and ``bold`` are those of most characters."""

    words: tuple[Word, ...]
    rect: Rect
    size: float
    bold: bool
    turn: int

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def words_of(characters: Characters) -> list[Word]:
    """Words in the order of the content stream."""
    code, box, run = characters.code, characters.box, characters.run
    if not len(code):
        return []
    space = np.isin(code, _SPACE_CODES)
    kept = np.flatnonzero(~space & (run >= 0) & ~np.isin(code, _DROPPED_CODES))
    if not len(kept):
        return []
    sizes = np.array([r.size for r in characters.runs])
    turns = np.array([r.turn for r in characters.runs])
    size = np.maximum(sizes[run[kept]], 0.01)
    turn = turns[run[kept]]
    along, across = _axes(box[kept], turn)
    # White space before each kept character, and whether it is the file's own.
    spaces = np.cumsum(space)
    own_spaces = np.cumsum(space & (run >= 0))
    before = np.r_[1, np.diff(spaces[kept])] > 0
    own_before = np.r_[0, np.diff(own_spaces[kept])] > 0
    gap = np.r_[0.0, along[1:, 0] - along[:-1, 1]]
    back = np.r_[0.0, along[:-1, 0] - along[1:, 1]]  # the same for text that runs backwards
    shift = np.abs(np.r_[0.0, np.diff(across.mean(axis=1))])
    larger = np.maximum(size, np.r_[size[0], size[:-1]])
    breaks = before | (np.r_[1, np.diff(turn)] != 0) | (shift > 0.6 * larger)
    breaks |= (turn != OBLIQUE) & (np.maximum(gap, back) > _WORD_GAP * larger)
    breaks[0] = True
    starts = np.flatnonzero(breaks)
    ends = np.r_[starts[1:], len(kept)]
    chars = box[kept]
    low = np.minimum.reduceat(chars[:, :2], starts, axis=0).tolist()
    high = np.maximum.reduceat(chars[:, 2:], starts, axis=0).tolist()
    text = _text(code[kept])
    first_run = run[kept][starts].tolist()
    own = own_before[starts].tolist()
    return [
        Word(
            _plain(text[start:end]),
            (low[index][0], low[index][1], high[index][0], high[index][1]),
            characters.runs[first_run[index]],
            own[index],
        )
        for index, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True))
    ]


def fragments_of(words: Sequence[Word]) -> list[Fragment]:
    """Stretches of words on one baseline, by turn, top to bottom and left to right within a turn."""
    pieces: list[list[Word]] = []
    for word in words:
        if pieces and _follows(pieces[-1][-1], word):
            pieces[-1].append(word)
        else:
            pieces.append([word])
    fragments = [_fragment(piece) for piece in pieces]
    return sorted(_joined(fragments), key=lambda f: (f.turn, round(f.rect[1], 1), f.rect[0]))


def _axes(box: Floats, turn: Ints) -> tuple[Floats, Floats]:
    """Intervals along and across the reading direction, both growing as one reads."""
    x0, y0, x1, y1 = box.T
    along = np.column_stack([x0, x1])
    across = np.column_stack([y0, y1])
    for value, (a0, a1, c0, c1) in {
        1: (y0, y1, -x1, -x0),
        2: (-x1, -x0, -y1, -y0),
        3: (-y1, -y0, x0, x1),
    }.items():
        rows = turn == value
        if rows.any():
            along[rows] = np.column_stack([a0, a1])[rows]
            across[rows] = np.column_stack([c0, c1])[rows]
    return along, across


def axes(rect: Rect, turn: int) -> Rect:
    """``rect`` as (along start, across start, along end, across end) of its reading direction."""
    x0, y0, x1, y1 = rect
    if turn == 1:
        return (y0, -x1, y1, -x0)
    if turn == 2:
        return (-x1, -y1, -x0, -y0)
    if turn == 3:
        return (-y1, x0, -y0, x1)
    return rect


def _follows(last: Word, word: Word) -> bool:
    """Whether ``word`` goes on where ``last`` ends, on the same baseline."""
    if last.run.turn != word.run.turn or (last.run.mode == 3) != (word.run.mode == 3):
        return False
    a, b = axes(last.rect, last.run.turn), axes(word.rect, word.run.turn)
    if b[0] - a[2] > _NUMBER_GAP * word.size and _NUMBER.match(last.text) and _NUMBER.match(word.text):
        return False
    return _on_one_line(a, b, last.size, word.size) and _gap(a, b, last.size, word.size, word.spaced)


def _on_one_line(a: Rect, b: Rect, first_size: float, second_size: float) -> bool:
    common = min(a[3], b[3]) - max(a[1], b[1])
    return common > 0.5 * min(a[3] - a[1], b[3] - b[1]) and (
        # A superscript hangs on to its word; a large initial does not swallow lines beside it.
        max(first_size, second_size) < 2.2 * min(first_size, second_size)
    )


def _gap(a: Rect, b: Rect, first_size: float, second_size: float, spaced: bool) -> bool:
    size = max(min(first_size, second_size), 1.0)
    gap = b[0] - a[2]
    if -0.6 * size < gap < (_FRAGMENT_GAP if spaced else 0.8 * _FRAGMENT_GAP) * size:
        return True
    backward = a[0] - b[2]  # right-to-left scripts
    return -0.6 * size < backward < _FRAGMENT_GAP * size and b[2] < a[2]


def _joined(fragments: list[Fragment]) -> list[Fragment]:
    """Join fragments that continue each other in place though not in the stream."""
    rows: dict[int, list[Fragment]] = {}
    for fragment in fragments:
        rows.setdefault(fragment.turn, []).append(fragment)
    result: list[Fragment] = []
    for turn, row in rows.items():
        if turn == OBLIQUE:
            result.extend(row)
            continue
        row.sort(key=lambda f: axes(f.rect, turn)[0])
        open_: list[Fragment] = []
        # Sorted by their start, each fragment can only go on one that began before it.
        for fragment in row:
            a = axes(fragment.rect, turn)
            match = -1
            for index in range(len(open_) - 1, -1, -1):
                b = axes(open_[index].rect, turn)
                if a[1] > b[3] or a[3] < b[1]:
                    continue
                if (
                    _on_one_line(b, a, open_[index].size, fragment.size)
                    and _gap(b, a, open_[index].size, fragment.size, False)
                    and not (
                        _NUMBER.match(open_[index].words[-1].text) and _NUMBER.match(fragment.words[0].text)
                    )
                ):
                    match = index
                    break
            if match < 0:
                open_.append(fragment)
            else:
                open_[match] = _fragment([*open_[match].words, *fragment.words])
        result.extend(open_)
    return result


def _fragment(words: Sequence[Word]) -> Fragment:
    weights: dict[tuple[float, bool], int] = {}
    for word in words:
        key = (round(word.size, 1), word.run.bold)
        weights[key] = weights.get(key, 0) + len(word.text)
    size, bold = max(weights, key=lambda key: weights[key])
    return Fragment(tuple(words), union(word.rect for word in words), size, bold, words[0].run.turn)


def _text(code: Ints) -> str:
    clean = np.where(code == SOFT_HYPHEN, ord("-"), code)
    clean = np.where(
        (clean < 32) | (clean > 0x10FFFF) | ((clean >= 0xD800) & (clean < 0xE000)), 0xFFFD, clean
    )
    return clean.astype("<u4").tobytes().decode("utf-32-le")


def _plain(text: str) -> str:
    if text.isascii():
        return text
    for ligature, letters in _LIGATURES.items():
        if ligature in text:
            text = text.replace(ligature, letters)
    return text
