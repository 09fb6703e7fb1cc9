"""Which segments say the same: texts by their shingles, pictures by their perceptual hash.

In: segments. Out: whether one repeats another. Word 5-gram shingles with the Jaccard
coefficient (Broder 1997); 64-bit hashes with the Hamming distance. Knows no ranking.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clerestory.types import Segment, SegmentKind

SHINGLE_WORDS = 5
# Two scans of one page differ in a few words of a hundred: each changes five shingles.
SAME_TEXT = 0.7
# Headings and short captions recur without being copies.
LEAST_WORDS = 12
SAME_PICTURE_BITS = 6


@dataclass(frozen=True, slots=True)
class Look:
    """What of a segment is compared; made once, since each hit is compared with all before it."""

    kind: SegmentKind
    phash: str
    shingles: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, segment: Segment) -> Look:
        return cls(segment.kind, segment.attributes.get("phash", ""), shingles(segment.text))

    def repeats(self, other: Look) -> bool:
        """Whether ``other`` shows the same. Symmetric."""
        if self.phash and other.phash:
            near = _distance(self.phash, other.phash) <= SAME_PICTURE_BITS
            return near and not self.says_other_than(other)
        if self.kind != other.kind or not self.shingles or not other.shingles:
            return False
        return self._text_alike(other)

    def says_other_than(self, other: Look) -> bool:
        """Whether both hold text enough to judge, and not the same: as receipts of one shop, and charts
        of one make, which look alike."""
        return bool(self.shingles and other.shingles) and not self._text_alike(other)

    def _text_alike(self, other: Look) -> bool:
        shared = len(self.shingles & other.shingles)
        return shared >= SAME_TEXT * (len(self.shingles) + len(other.shingles) - shared)


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """All runs of ``SHINGLE_WORDS`` words; none for a text too short to judge."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < LEAST_WORDS:
        return frozenset()
    return frozenset(tuple(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1))


def _distance(first: str, second: str) -> int:
    """Bits in which two hexadecimal hashes differ; all of them for hashes of another kind."""
    try:
        return (int(first, 16) ^ int(second, 16)).bit_count()
    except ValueError:
        return 64
