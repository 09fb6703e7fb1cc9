"""The title of a document: what the file says unless it is filler, else what is printed largest.

In: metadata and the paragraphs of the first pages. Out: a title, or nothing. Knows nothing of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clerestory.reading.pdf.paragraphs import Paragraph

_FILLER = re.compile(
    r"^(?:untitled.*|document\d*|microsoft (?:word|powerpoint|excel).*|powerpoint presentation|slide \d+|"
    r"adobe photoshop.*|.*\.(?:docx?|pdf|indd|pptx?|qxd|xlsx?|rtf|odt|tex|dvi|html?)|[\d\W_]+|"
    r"\w*\d{6,}\w*|title)$",
    re.I,
)
_LARGER = 1.25  # times the body size
_LONGEST = 200  # characters


def title_of(stated: str, pages: Sequence[Sequence[Paragraph]], body_size: float) -> str:
    """``pages`` are the paragraphs of the first pages; the first with large type decides."""
    stated = " ".join(stated.split())
    if stated and not _FILLER.match(stated):
        return stated
    for paragraphs in pages:
        large = [
            paragraph
            for paragraph in paragraphs
            if paragraph.size >= _LARGER * body_size
            and sum(letter.isalpha() for letter in paragraph.text) >= 4
            and len(paragraph.text) <= _LONGEST
            and paragraph.rect[3] - paragraph.rect[1] < 3 * (paragraph.rect[2] - paragraph.rect[0])
        ]
        if large:
            largest = max(paragraph.size for paragraph in large)
            first = next(i for i, paragraph in enumerate(large) if paragraph.size > 0.95 * largest)
            parts = [large[first].text]
            for paragraph in large[first + 1 : first + 3]:
                if paragraph.size < 0.95 * largest:
                    break
                parts.append(paragraph.text)
            return " ".join(" ".join(parts).split())[:_LONGEST]
    return ""
