"""From text to the terms that full text search compares: the same for documents and queries.

In: text and its language (ISO 639-1; "und" and languages without rules get the English
ones, which leave other scripts alone). Out: terms without spaces, in order. Letters are
folded (NFKC, case, accents), stop words dropped, words stemmed by Snowball (Porter 2001),
numbers and codes kept whole. Scripts that do not separate words give overlapping pairs of
characters. Knows nothing of scores.

    terms("The K4 pumps deliver 1,234.5 l/min", "en")
    == ["k4", "pump", "deliv", "1234.5", "l", "min"]
"""

from __future__ import annotations

import itertools
import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from clerestory.storing.stopwords import STOP_WORDS

_LONGEST_TERM = 64  # longer runs are keys, hashes or damage; their beginning finds them

_SNOWBALL = {
    **{"ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek"},
    **{"en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish"},
    **{"fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian"},
    **{"id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch"},
    **{"no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian"},
    **{"sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish"},
}
_SAME_RULES = {"nb": "no", "nn": "no", "und": "en", "": "en"}
_ELIDING = frozenset({"fr", "it", "ca"})  # l'eau, dell'acqua: two words
_DECIMAL_COMMA = frozenset(_SNOWBALL) - {"en", "ar", "ga", "hi", "ne", "ta"}

# Chinese, Japanese, Korean, Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_CURLY = str.maketrans("’ʼ‐‑", "''--")

_ASCII_TOKENS = re.compile(r"[a-z0-9]+(?:[-_.,'][a-z0-9]+)*")  # as ``_tokens``, several times as fast
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_COMMA_NUMBER = re.compile(r"\d+,\d+")
_BETWEEN_PIECES = re.compile(r",|(?<!\d)\.|\.(?!\d)")  # a dot between digits stays
_BETWEEN_PARTS = re.compile(r"[-_]")
_STARTS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_INITIALS = re.compile(r"\w(?:\.\w)+")
_LEADING_NUMBER = re.compile(r"(\d+(?:\.\d+)*)[^\d.]+")


def terms(text: str, language: str) -> list[str]:
    """The terms of ``text``, in order, repeated as often as they occur."""
    language = _rules_for(language)
    if text.isascii():
        found = _ASCII_TOKENS.findall(text.lower())
    else:
        text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).casefold()
        text = unicodedata.normalize("NFC", text).translate(_CURLY)
        found = _tokens().findall(text)
    return [term for raw in found for term in _expand(raw, language)]


def pairs(found: Sequence[str]) -> list[str]:
    """Neighbouring terms joined: "unit_14". As terms of their own they let BM25 tell that
    words stand together (a page is found first 1 to 4 points more often, docs/measured.md).
    """
    return [f"{first}_{second}" for first, second in itertools.pairwise(found)]


def _rules_for(language: str) -> str:
    language = language.partition("-")[0].lower()
    language = _SAME_RULES.get(language, language)
    return language if language in _SNOWBALL else "en"


@cache
def _tokens() -> re.Pattern[str]:
    """Runs of letters and digits, joined inside by - _ . , and '; or of an unspaced script.

    Python's ``\\w`` lacks combining marks, without which Hindi falls to pieces.
    """
    unspaced = re.compile(f"[{_UNSPACED}]")
    marks = "".join(
        chr(code)
        for code in range(0x300, 0x10000)
        if unicodedata.category(chr(code)) in ("Mn", "Mc") and not unspaced.match(chr(code))
    )
    word = rf"[^\W_{_UNSPACED}]++(?:[^\W_{_UNSPACED}]++|[{re.escape(marks)}]++)*+"
    return re.compile(rf"[{_UNSPACED}]+|{word}(?:[-_.,']{word})*")


@lru_cache(maxsize=1 << 16)  # texts repeat their words: nearly every look-up ends here
def _expand(raw: str, language: str) -> tuple[str, ...]:
    """The terms of one token; none when it is a stop word."""
    return tuple(term[:_LONGEST_TERM] for term in _parts(raw, language) if term)


def _parts(raw: str, language: str) -> Sequence[str]:
    if raw.isdigit() and raw.isascii():
        return (raw,)
    if _STARTS_UNSPACED.match(raw):
        return (raw,) if len(raw) == 1 else [raw[at : at + 2] for at in range(len(raw) - 1)]
    if _THOUSANDS.fullmatch(raw):
        return (_plain_number(raw),)
    if language in _DECIMAL_COMMA and _COMMA_NUMBER.fullmatch(raw):
        return (raw.replace(",", "."),)
    if len(raw) > 1 and _INITIALS.fullmatch(raw) and not raw[0].isdigit():
        return (raw.replace(".", ""),)  # initials: u.s.a
    found: list[str] = []
    for piece in _BETWEEN_PIECES.split(raw):
        parts = _BETWEEN_PARTS.split(piece)
        for part in parts:
            found += _word(part, language)
        if len(parts) > 1:  # covid-19 is also written covid19, and data-base database
            found += _word("".join(parts), language)
    return found


def _plain_number(raw: str) -> str:
    """1,234.5 and 1.234,5 as 1234.5; 1.234.567 as 1234567."""
    if raw.rfind(",") > raw.rfind(".") >= 0:
        return raw.replace(".", "").replace(",", ".")
    if raw.count(".") > 1:
        return raw.replace(".", "")
    return raw.replace(",", "")


def _word(part: str, language: str) -> tuple[str, ...]:
    stop_words = STOP_WORDS.get(language, frozenset())
    if part in stop_words:
        return ()
    if "'" in part and language in _ELIDING:
        return tuple(term for piece in part.split("'") for term in _word(piece, language))
    if any(character.isdigit() for character in part):
        number = _LEADING_NUMBER.fullmatch(part)  # 5kg is also found by 5
        return (_folded(part), number[1]) if number else (_folded(part),)
    # Cut first: stemming a long run of letters is slow, and its end is lost anyway.
    return (_folded(_stem(part[:_LONGEST_TERM], language).replace("'", "")),)


def _folded(word: str) -> str:
    """Without accents on Latin letters; other scripts' marks carry meaning."""
    if word.isascii():
        return word
    return "".join(_folded_letter(letter) for letter in word)


@cache
def _folded_letter(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    if unicodedata.combining(letter) and unicodedata.name(letter, "").startswith("COMBINING"):
        return ""  # a mark that no letter has taken up
    return base if "a" <= base <= "z" else letter


_stemmers: dict[str, Any] = {}
_stemming = threading.Lock()  # a Snowball stemmer keeps its word in itself


def _stem(word: str, language: str) -> str:
    with _stemming:
        if language not in _stemmers:
            import snowballstemmer  # loads every language; only whoever indexes or searches needs it

            _stemmers[language] = snowballstemmer.stemmer(_SNOWBALL[language])
        return str(_stemmers[language].stemWord(word))
