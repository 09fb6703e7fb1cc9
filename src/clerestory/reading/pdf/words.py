"""Words and the stretches of a line that they form.

In: the characters of a page. Out: words, and fragments: words on one baseline with no more than a
word's space between them. A line of two columns, or a row of a table, is several fragments.
Both are built in the order of the content stream, then joined by their places, so that neither a
shuffled stream nor wide word spaces break them. Knows nothing of columns and paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from clerestory.reading.pdf.characters import OBLIQUE, SOFT_HYPHEN, Characters, Ints, Run, among, code_set
from clerestory.reading.pdf.geometry import Floats, Rect, union

_WORD_GAP = 0.28  # of the size: PDFium adds spaces itself; this catches what it leaves together
_FRAGMENT_GAP = 0.95  # of the size: justified lines have wider spaces, tables and gutters too
_NUMBER_GAP = 0.5  # of the size: numbers further apart than a space are cells
_NUMBER = re.compile(r"^[$€£¥(]?[-–−]?\d[\d.,]*[%)]*$")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SPACE_CODES = code_set(9, 10, 13, 32, 0xA0, 0x2002, 0x2003, 0x2009, 0x200A, 0x202F, 0x3000)
_DROPPED_CODES = code_set(0, 0x200B, 0x200C, 0x200D, 0xFEFF, 0xAD)


class Word(NamedTuple):
    """``rect`` in points as seen; ``spaced`` when white space of the file itself comes before it.

    A tuple, since a document has so many of them: one is made in a third of the time.
    """

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
    text: str = field(init=False, compare=False)  # asked for so often that it is kept

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", " ".join([word.text for word in self.words]))


def words_of(characters: Characters) -> list[Word]:
    """Words in the order of the content stream."""
    code, box, run = characters.code, characters.box, characters.run
    if not len(code):
        return []
    space = among(code, _SPACE_CODES)
    kept = np.flatnonzero(~space & (run >= 0) & ~among(code, _DROPPED_CODES))
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
    plain = text.isascii()
    runs = characters.runs
    words = []
    for start, end, (x0, y0), (x1, y1), of, spaced in zip(
        starts.tolist(),
        ends.tolist(),
        low,
        high,
        run[kept][starts].tolist(),
        own_before[starts].tolist(),
        strict=True,
    ):
        part = text[start:end]
        words.append(Word(part if plain else _plain(part), (x0, y0, x1, y1), runs[of], spaced))
    return words


def fragments_of(words: Sequence[Word]) -> list[Fragment]:
    """Stretches of words on one baseline, by turn, top to bottom and left to right within a turn."""
    if not words:
        return []
    goes_on = _follow(words)
    pieces = [[words[0]]]
    for word, follows in zip(words[1:], goes_on, strict=True):
        if follows:
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


def _follow(words: Sequence[Word]) -> list[bool]:
    """Whether each word but the first goes on where the one before it ends, on the same baseline."""
    turn = np.array([word.run.turn for word in words])
    invisible = np.array([word.run.mode == 3 for word in words])
    size = np.array([word.run.size for word in words])
    spaced = np.array([word.spaced for word in words])[1:]
    along, across = _axes(np.array([word.rect for word in words]), turn)
    start, end, top, bottom = along[1:, 0], along[:-1, 1], across[:, 0], across[:, 1]
    # As ``_on_one_line`` and ``_gap``, for all pairs at once.
    height = bottom - top
    common = np.minimum(bottom[:-1], bottom[1:]) - np.maximum(top[:-1], top[1:])
    larger, smaller = np.maximum(size[:-1], size[1:]), np.minimum(size[:-1], size[1:])
    follow = (turn[:-1] == turn[1:]) & (invisible[:-1] == invisible[1:])
    follow &= (common > 0.5 * np.minimum(height[:-1], height[1:])) & (larger < 2.2 * smaller)
    least = np.maximum(smaller, 1.0)
    gap, backward = start - end, along[:-1, 0] - along[1:, 1]
    forwards = (gap > -0.6 * least) & (gap < np.where(spaced, _FRAGMENT_GAP, 0.8 * _FRAGMENT_GAP) * least)
    backwards = (backward > -0.6 * least) & (backward < _FRAGMENT_GAP * least)
    backwards &= along[1:, 1] < along[:-1, 1]
    follow &= forwards | backwards
    for index in np.flatnonzero(follow & (gap > _NUMBER_GAP * size[1:])).tolist():
        if _NUMBER.match(words[index].text) and _NUMBER.match(words[index + 1].text):
            follow[index] = False
    return follow.tolist()


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
        placed = sorted(((axes(fragment.rect, turn), fragment) for fragment in row), key=_start)
        open_: list[Fragment] = []
        places: list[Rect] = []  # of the open ones
        # Sorted by their start, each fragment can only go on one that began before it.
        for a, fragment in placed:
            top, bottom = a[1], a[3]
            near = [i for i, b in enumerate(places) if top <= b[3] and bottom >= b[1]]
            match = next((i for i in reversed(near) if _goes_on(open_[i], places[i], fragment, a)), -1)
            if match < 0:
                open_.append(fragment)
                places.append(a)
            else:
                open_[match] = _fragment([*open_[match].words, *fragment.words])
                places[match] = axes(open_[match].rect, turn)
        result.extend(open_)
    return result


def _start(placed: tuple[Rect, Fragment]) -> float:
    return placed[0][0]


def _goes_on(before: Fragment, b: Rect, fragment: Fragment, a: Rect) -> bool:
    """Whether ``fragment`` at ``a`` goes on where the one ``before`` it at ``b`` ends; numbers are cells."""
    return (
        _on_one_line(b, a, before.size, fragment.size)
        and _gap(b, a, before.size, fragment.size, False)
        and not (_NUMBER.match(before.words[-1].text) and _NUMBER.match(fragment.words[0].text))
    )


def _fragment(words: Sequence[Word]) -> Fragment:
    size, bold = usual_type(words)[0]
    return Fragment(tuple(words), union(word.rect for word in words), size, bold, words[0].run.turn)


def usual_type(words: Iterable[Word]) -> tuple[tuple[float, bool], int, int]:
    """Size (to a tenth) and weight of most letters; how many letters there are, and of fixed pitch."""
    letters: dict[tuple[float, bool], int] = {}
    total = fixed = 0
    last: Run | None = None
    key = (0.0, False)
    for word in words:
        run, count = word.run, len(word.text)
        if run is not last:
            last, key = run, (round(run.size, 1), run.bold)
        letters[key] = letters.get(key, 0) + count
        total += count
        if run.mono:
            fixed += count
    return max(letters, key=letters.__getitem__), total, fixed


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
