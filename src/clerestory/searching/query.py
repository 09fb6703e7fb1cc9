"""What a question says about itself: its subject, its likely languages, the page and kind it names.

In: the words of a query. Out: an ``Asked``. The subject is the text without instructions
on the form of the answer ("Round to two decimals."), which are not about the documents.
Pages are named by marks that are index terms of the pages themselves ("page=17" for the
number printed on a page and for its position, "page=first"). Uses rules and word lists
only; knows no index and no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clerestory.storing.analysis import pairs, terms
from clerestory.storing.number_words import digits_said
from clerestory.storing.stopwords import STOP_WORDS
from clerestory.types import SegmentKind

UNKNOWN = "und"  # its rules are those of English, which leave other languages alone

_NUMBER_WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
_ORDINAL_WORDS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
_NUMBERS = {word: str(number) for number, word in enumerate(_NUMBER_WORDS, start=1)}
_ORDINALS = {word: str(number) for number, word in enumerate(_ORDINAL_WORDS, start=1)}
_PAGE = r"(?:pages?|slides?|seiten?|folien?|pagina|página|diapositiva|strony?|страниц[аеыу]|слайде?)"
_NUMBERED_PAGE = re.compile(
    rf"\b(?:on |in |at |of )?(?:the )?{_PAGE}\s+(?:no\.?\s*|number\s+|#\s*)?"
    rf"(\d{{1,5}}|[ivxl]+(?=\W|$)|{'|'.join(_NUMBERS)})\b",
    re.IGNORECASE,
)
_ORDINAL_PAGE = re.compile(
    rf"\b(?:on |in |at |of )?the\s+({'|'.join(_ORDINALS)})\s+(?:page|slide)\b", re.IGNORECASE
)
_SPECIAL_PAGES = (
    ("page=penultimate", re.compile(r"\b(?:second[- ](?:to[- ])?last|last but one|penultimate)\b", re.I)),
    ("page=first", re.compile(r"\b(?:(?:cover|title|front)\s+(?:page|slide)|(?:on|of) the cover)\b", re.I)),
    ("page=last", re.compile(r"\b(?:last|final)\s+(?:page|slide)\b", re.I)),
)

_KINDS: tuple[tuple[SegmentKind, re.Pattern[str]], ...] = (
    ("table", re.compile(r"\b(?:tables?|tabular)\b", re.I)),
    (
        "figure",
        re.compile(
            r"\b(?:figures?|charts?|graphs?|diagrams?|plots?|maps?|images?|pictures?|photos?|photographs?"
            r"|screenshots?|drawings?|illustrations?|logos?|icons?)\b",
            re.I,
        ),
    ),
)

# Instructions on the form of an answer: a demand, and a word for the form.
_DEMAND = re.compile(
    r"^\W*(?:and\s+|then\s+)?(?:please\s+|kindly\s+)*(?:answer|round|write|give|return|format|express|represent|"
    r"present|save|report|state|provide|use|list|output|show|your (?:answer|response)|the answer)\b",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\b(?:answers?|response|format(?:ted)?|round(?:ed)?|decimals?|integers?|floats?|strings?|alphabetical"
    r"|(?:as|in|into) an? (?:list|number|word|sentence))\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"[,(]?\s*(?:\b(?:for example|e\.g\.?|such as|like)[:,]?\s*)?\[[^\]]*\]\)?", re.IGNORECASE
)
_SENTENCE_ENDS = re.compile(r"(?<=[.!?;])\s+|(?<=\?)|\n+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that was looked at.

    ``subject`` is what is looked for; ``languages`` are those whose common words it uses
    (none when it shows none), of which it has ``common_words``; ``page_marks`` name pages;
    ``kinds`` are kinds of segment that it speaks of, which is a preference and no filter.
    """

    subject: str
    languages: tuple[str, ...] = ()
    common_words: int = 0
    page_marks: tuple[str, ...] = ()
    kinds: frozenset[SegmentKind] = frozenset()


def understand(text: str) -> Asked:
    """What ``text`` asks for. Never empties it: a query that is all instruction stays as it is."""
    text = " ".join(text.split(" ")).strip()
    subject = without_instructions(text)
    marks = page_marks(subject)
    without_pages = " ".join(_NUMBERED_PAGE.sub(" ", subject).split())
    if terms(without_pages, UNKNOWN):
        subject = without_pages
    languages, common_words = _shown(text)
    return Asked(
        subject=subject,
        languages=languages,
        common_words=common_words,
        page_marks=marks,
        kinds=frozenset(kind for kind, pattern in _KINDS if pattern.search(subject)),
    )


def without_instructions(text: str) -> str:
    """``text`` without sentences on the form of the answer and without bracketed examples of it."""
    parts = _SENTENCE_ENDS.split(_EXAMPLE.sub(" ", text))
    kept = [part for part in parts if not (_DEMAND.search(part) and _FORM.search(part))]
    left = " ".join(" ".join(kept).split())
    return left if terms(left, UNKNOWN) else text


def page_marks(text: str) -> tuple[str, ...]:
    """The pages that ``text`` names, as marks, in order and without repetition."""
    found = [f"page={_NUMBERS.get(name.lower(), name.lower())}" for name in _NUMBERED_PAGE.findall(text)]
    found += [f"page={_ORDINALS[name.lower()]}" for name in _ORDINAL_PAGE.findall(text)]
    found += [mark for mark, pattern in _SPECIAL_PAGES if pattern.search(text)]
    return tuple(dict.fromkeys(found))


def languages_shown(text: str) -> tuple[str, ...]:
    """The languages that share the most common words with ``text``; none when it has none.

    Statistical guessers are wrong on most queries of two or three words; articles and
    question words are few but certain.
    """
    languages, _ = _shown(text)
    return languages


def _shown(text: str) -> tuple[tuple[str, ...], int]:
    """``languages_shown``, and how many words they share with ``text``."""
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.casefold())
    counts = {language: sum(word in common for word in words) for language, common in STOP_WORDS.items()}
    most = max(counts.values(), default=0)
    return tuple(language for language, count in counts.items() if count == most and count > 0), most


def query_terms(subject: str, languages: Iterable[str]) -> list[str]:
    """The index terms of ``subject`` under the rules of each language, without repetition.

    The rules for unknown languages always count: documents whose language could not be
    told are indexed by them.
    """
    found = (term for language in (*languages, UNKNOWN) for term in terms(subject, language))
    return list(dict.fromkeys(found))


def search_terms(subject: str, languages: Sequence[str]) -> list[str]:
    """``query_terms``, and the numbers that the query has as words in digits."""
    digits = (number for language in languages for number in digits_said(subject, language))
    return list(dict.fromkeys((*query_terms(subject, languages), *digits)))


def term_pairs(subject: str, languages: Sequence[str]) -> list[str]:
    """Neighbouring terms joined, as the index joins them for pages ("gross_margin")."""
    found = (pair for language in (*languages, UNKNOWN) for pair in pairs(terms(subject, language)))
    return list(dict.fromkeys(found))
