"""Which segments say the same: texts by their shingles, pictures by their perceptual hash.

In: segments. Out: whether one repeats another. Word 5-gram shingles with the Jaccard
coefficient (Broder 1997); 64-bit hashes with the Hamming distance. Knows no ranking.
"""

from __future__ import annotations

import re

from clerestory.types import Segment

SHINGLE_WORDS = 5
# Two scans of one page differ in a few words of a hundred: each changes five shingles.
SAME_TEXT = 0.7
# Headings and short captions recur without being copies.
LEAST_WORDS = 12
SAME_PICTURE_BITS = 6


def repeats(first: Segment, second: Segment) -> bool:
    """Whether ``second`` shows what ``first`` shows. Symmetric."""
    hashes = first.attributes.get("phash", ""), second.attributes.get("phash", "")
    if all(hashes):
        return _distance(*hashes) <= SAME_PICTURE_BITS
    if first.kind != second.kind:
        return False
    one, other = shingles(first.text), shingles(second.text)
    return bool(one and other) and len(one & other) / len(one | other) >= SAME_TEXT


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
