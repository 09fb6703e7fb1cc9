"""What stands inside a paragraph of HTML as plain text: formulae, small raised figures, drawings.

In: an element. Out: its text. Knows nothing of blocks.
"""

from __future__ import annotations

import re
from typing import Any

from clerestory.reading.html_tables import local_name

BREAK = "\ue000"  # stands for <br> until white space is collapsed; a private character

_SPACE = re.compile(r"[ \t\r\n\f]+")
_RAISED = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_NOT_SEEN = str.maketrans(
    "", "", "\u00ad\u200b\u2060\ufeff"
)  # soft hyphens and the like split words for search
_TEX = re.compile(r"(?:x-)?(?:la)?tex", re.I)
_MAX_DEPTH = 60  # of formulae; deeper ones are given as their characters in order


def collapsed(text: str) -> str:
    """White space as a browser shows it; forced breaks become line ends."""
    text = _SPACE.sub(" ", text.translate(_NOT_SEEN))
    return re.sub(rf" ?{BREAK} ?", "\n", text).strip()


def raised(text: str) -> str:
    """A superscript in characters of its own where they exist ("10³"), else after a caret."""
    plain = " ".join(text.split())
    if not plain:
        return ""
    if all(character in "0123456789+-=()ni" for character in plain):
        return plain.translate(_RAISED)
    return f"^{plain}" if len(plain) <= 3 and plain.isalnum() else f" {plain} "


def formula_text(element: Any) -> str:
    """A MathML formula as TeX if it carries it, else written out in one line."""
    if stated := element.get("alttext"):
        return f" {stated} "
    for inner in element.iterdescendants():
        if local_name(inner) == "annotation" and _TEX.search(inner.get("encoding") or ""):
            return f" {(inner.text or '').strip()} "
    return f" {_linear(element, 0)} "


def _linear(element: Any, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return " ".join("".join(element.itertext()).split())
    name = local_name(element)
    if name in {"annotation", "annotation-xml", ""}:
        return ""
    children = [child for child in element if local_name(child)]
    parts = [_linear(child, depth + 1) for child in children]
    if not children:
        return " ".join((element.text or "").split())
    if len(parts) >= 2:
        if name == "mfrac":
            return f"({parts[0]})/({parts[1]})"
        if name in {"msup", "mover"}:
            return parts[0] + raised(parts[1]).strip()
        if name in {"msub", "munder"}:
            return f"{parts[0]}_{parts[1]}"
        if name in {"msubsup", "munderover"} and len(parts) >= 3:
            return f"{parts[0]}_{parts[1]}^{parts[2]}"
        if name == "mroot":
            return f"root({parts[0]}, {parts[1]})"
    joined = " ".join(part for part in parts if part)
    return f"sqrt({joined})" if name == "msqrt" else joined


def drawing_text(element: Any) -> str:
    """The words of an SVG drawing: its title and description, then its labels."""
    words: dict[str, None] = {}
    for inner in element.iter():
        if local_name(inner) in {"title", "desc", "text"}:
            text = " ".join("".join(inner.itertext()).split())
            if text:
                words[text] = None
    return "\n".join(words)
