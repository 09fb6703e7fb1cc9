"""The words under which a segment is found: what is embedded, and what full text sees.

In: segments of one reading. Out: the passage for the text encoder, the words for BM25, and
for each place (page, slide, sheet, or a stretch of a flowing document) all of its words.
Knows no model and no store; the encoder cuts passages to its own length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from clerestory.storing.number_words import digits_said
from clerestory.types import CellRange, PageBox, Reading, Region, Segment, Slide, TimeSpan

# Headings help a short passage and drown it when there are many: the title says what the
# document is, the innermost headings what the passage is about.
CONTEXT_WORDS = 24

# A page of a report has some 400 words; stretches of flowing documents are made alike, so
# that the lengths that BM25 divides by mean the same everywhere.
STRETCH_WORDS = 400
# Recordings are heard, not leafed through: minutes of them are no single place. About a passage.
SPOKEN_STRETCH_WORDS = 120


def passage(segment: Segment, *, file_name: str = "") -> str:
    """What the text encoder is given: headings, caption, text, each on a line of its own.

    A picture without a word is known by its file's name, a sound not even by that.
    """
    parts = [context_line(segment.context)]
    if segment.caption and segment.caption not in segment.text:
        parts.append(segment.caption)
    parts.append(segment.text)
    return "\n".join(part for part in parts if part) or _name(segment, file_name)


def context_line(context: Sequence[str]) -> str:
    """The title and as many of the innermost headings as fit in ``CONTEXT_WORDS``."""
    unique = list(dict.fromkeys(" ".join(heading.split()) for heading in context if heading.strip()))
    if not unique:
        return ""
    left = CONTEXT_WORDS - len(unique[0].split())
    inner: list[str] = []
    for heading in reversed(unique[1:]):
        left -= len(heading.split())
        if left < 0 and inner:
            break
        inner.insert(0, heading)
    return ". ".join(" ".join(heading.split()[:CONTEXT_WORDS]) for heading in (unique[0], *inner))


def words(segment: Segment, *, file_name: str = "") -> list[str]:
    """The texts that full text sees of a segment: all headings, caption and text, or else the file's name.

    Numbers that are said are there in digits as well.
    """
    parts = (*segment.context, segment.caption, segment.text, _numbers(segment))
    return [part for part in parts if part] or [_name(segment, file_name)]


def _numbers(segment: Segment) -> str:
    """The numbers of what is said that the recogniser has written as words, in digits."""
    if segment.kind not in ("passage", "scene"):
        return ""
    return " ".join(digits_said(segment.text, segment.language))


def _name(segment: Segment, file_name: str) -> str:
    """What a segment without a word is known by: sounds of a recording are not, its passages are."""
    return "" if segment.kind == "sound" else name_words(file_name)


def name_words(path: str) -> str:
    """The words of a file name: "Q3-report_final.pdf" is "Q3 report final"."""
    return " ".join(re.split(r"[\W_]+", PurePath(path).stem)).strip()


def places(segments: Iterable[Segment]) -> list[str]:
    """The name of each segment's place, in order: "p12", "s3", "sheet:Costs", "t4", or "" for a picture.

    Segments of one reading that have the same name share a page, slide or stretch. Sheets
    and flowing documents are divided into stretches of about ``STRETCH_WORDS``, recordings and
    videos into shorter ones; the first stretch of a sheet bears the sheet's name alone.
    """
    names: list[str] = []
    counted: dict[str, int] = {}  # words so far in each flow
    for segment in segments:
        match segment.locator:
            case PageBox(page):
                names.append(f"p{page}")
                continue
            case Slide(number):
                names.append(f"s{number}")
                continue
            case Region():
                names.append("")
                continue
            case CellRange(sheet):
                flow = f"sheet:{sheet}"
            case _:
                flow = "t"
        before = counted.get(flow, 0)
        spoken = isinstance(segment.locator, TimeSpan)
        number = before // (SPOKEN_STRETCH_WORDS if spoken else STRETCH_WORDS) + 1
        counted[flow] = before + len(segment.text.split())
        names.append(f"t{number}" if flow == "t" else flow if number == 1 else f"{flow}#{number}")
    return names


def place_words(
    reading: Reading, names: Sequence[str], *, file_name: str
) -> dict[str, list[tuple[str, str]]]:
    """For each place all its words as ``(text, language)``: title, file name, headings, captions, texts.

    ``names`` are the ``places`` of the reading's segments. A heading counts once per place,
    however many segments stand under it.
    """
    languages = [segment.language for segment in reading.segments if segment.language != "und"]
    main = max(sorted(set(languages)), key=languages.count, default="und")
    head = [(text, main) for text in (reading.title, name_words(file_name)) if text]
    found: dict[str, list[tuple[str, str]]] = {}
    headings: dict[str, set[str]] = {}
    for segment, name in zip(reading.segments, names, strict=True):
        parts = found.setdefault(name, list(head))
        met = headings.setdefault(name, {reading.title})
        for heading in segment.context:
            if heading not in met:
                met.add(heading)
                parts.append((heading, segment.language))
        own = (segment.caption, segment.text, _numbers(segment))
        parts += [(text, segment.language) for text in own if text]
    return found


def page_marks(reading: Reading) -> dict[str, list[str]]:
    """For each place of a paged document the terms that name it: "page=14", "page=last".

    A page is named by its position and by what is printed on it, which is what people mean
    by "page 14" when the two differ.
    """
    kind = "s" if any(isinstance(segment.locator, Slide) for segment in reading.segments) else "p"
    count = len(reading.pages)
    special = {"first": 1, "last": count, "penultimate": count - 1}
    found: dict[str, list[str]] = {}
    for page in reading.pages:
        label = page.label.lower()
        labels = re.split(r"\D+", label) if re.fullmatch(r"\d+\D\d+", label) else label.split()
        names = [
            str(page.number),
            *labels,
            *(name for name, number in special.items() if number == page.number),
        ]
        found[f"{kind}{page.number}"] = [f"page={name}" for name in dict.fromkeys(names)]
    return found
