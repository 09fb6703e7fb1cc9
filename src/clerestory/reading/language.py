"""The language of texts, as ISO 639-1 codes ("und" where it cannot be told).

In: texts of one document. Out: one code per text. A short text, a table of numbers or a
doubtful guess takes the language of the document, which is judged from all of its prose.
Method: py3langid (naive Bayes over byte n-grams, Lui & Baldwin 2012), whose model is a
plain array file. Knows no segments.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

UNKNOWN = "und"
_NO_LANGUAGE = "zxx"  # the code for content that is no language: hashes, numbers, code

# Fewer letters than this say too little: "Total" or "Motor A" is right in a dozen languages.
_MIN_LETTERS = 60
_MIN_DOCUMENT_LETTERS = 24
# Languages written without spaces say more per letter.
_LETTERS_PER_IDEOGRAM = 4
# A text that differs from its document must be sure of it (calibrated probability). Of 1,817
# English segments of three manuals five were called something else, all of them below 0.16.
_MIN_CONFIDENCE = 0.9
_MIN_DOCUMENT_CONFIDENCE = 0.5
_SAMPLE = 800  # characters that are looked at; more does not change the guess
_DOCUMENT_SAMPLE = 6000


def load() -> None:
    """Load the model now, for processes that are forked later."""
    _identifier()


def document_language(texts: Iterable[str], *, declared: str = "") -> str:
    """The main language of a document; ``declared`` (its own claim) decides only where texts do not."""
    sample: list[str] = []
    room = _DOCUMENT_SAMPLE
    for text in texts:
        sample.append(text[: min(room, _SAMPLE)])
        room -= len(sample[-1])
        if room <= 0:
            break
    joined = "\n".join(sample)
    if _letters(joined) >= _MIN_DOCUMENT_LETTERS:
        language, confidence = _identifier().classify(joined)
        if confidence >= _MIN_DOCUMENT_CONFIDENCE and language != _NO_LANGUAGE:
            return str(language)
    return _code(declared)


def detect(texts: Sequence[str], *, document: str = UNKNOWN) -> list[str]:
    """One language per text; ``document`` is the answer for what is too short or too doubtful."""
    return [_detect(text, document) for text in texts]


def _detect(text: str, document: str) -> str:
    sample = text[:_SAMPLE]
    letters = _letters(sample)
    if letters < _MIN_LETTERS or letters < len(sample) * 0.5:
        return document
    language, confidence = _identifier().classify(sample)
    sure = confidence >= _MIN_CONFIDENCE and language != _NO_LANGUAGE
    return str(language) if sure else document


def _letters(text: str) -> int:
    if text.isascii():
        return sum(map(str.isalpha, text))
    count = 0
    for character in text:
        if character.isalpha():
            count += _LETTERS_PER_IDEOGRAM if "\u2e80" <= character <= "\ud7ff" else 1
    return count


def _code(declared: str) -> str:
    """ "en-GB" or "EN" as "en"; anything that is no two-letter code as unknown."""
    code = declared.strip().replace("_", "-").partition("-")[0].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else UNKNOWN


@functools.cache
def _identifier() -> Any:
    # Loading the model takes about a second, so only a process that reads text pays for it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
