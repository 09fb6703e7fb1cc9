"""How often the words of a shared space's vocabulary stand in a text.

In: ``words.json`` (``stems``: the stems in the order of their columns) and texts. Out:
(n, V) float32 counts. A word is a run of letters a-z after accents are taken off, cut to
its stem by Snowball's English rules (Porter 2001); words that are not in the list count
for nothing. Knows nothing of what the counts are for.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import ModelCorrupt

_WORDS = re.compile(r"[a-z]+")


class WordCounts:
    """A vocabulary of stems."""

    def __init__(self, stems: Sequence[str]) -> None:
        self.stems = tuple(stems)
        self._columns = {stem: column for column, stem in enumerate(self.stems)}

    @classmethod
    def load(cls, path: Path) -> WordCounts:
        """The vocabulary of a ``words.json``.

        Raises:
            ModelCorrupt: it is not there, or not such a file.
        """
        try:
            return cls(json.loads(path.read_text(encoding="utf-8"))["stems"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelCorrupt(
                f"not a list of stems ({error})", where=str(path), fix="Install Clerestory again."
            ) from error

    def counts(self, texts: Sequence[str]) -> np.ndarray:
        """(n, V) float32."""
        counted = np.zeros((len(texts), len(self.stems)), np.float32)
        for row, text in zip(counted, texts, strict=True):
            for stem in stems(text):
                column = self._columns.get(stem)
                if column is not None:
                    row[column] += 1
        return counted


def stems(text: str) -> list[str]:
    """The stems of the words of ``text``, in order."""
    plain = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [_stem(word) for word in _WORDS.findall(bare)]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return _stemmer().stemWord(word)


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
