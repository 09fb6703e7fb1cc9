"""What an Office drawing shows: pictures, charts, diagrams, text boxes, embedded files.

In: a drawing element of a Word, PowerPoint or Excel part (DrawingML or the older VML). Out:
what it refers to, by relationship id, in order. Source: ECMA-376 parts 1 and 4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from clerestory.reading.elements import Element, attribute, child, local

_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# What programs write where a person wrote nothing.
_EMPTY_ALT = re.compile(
    r"(?:picture|image|img|bild|grafik|graphic|object|shape|chart|diagram|immagine|imagen|photo|screenshot|рисунок|图片)"
    r"[\s_-]*\d*(?:\.\w{3,4})?|\S+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg)|[\W\d_]*",
    re.I,
)
_AUTOMATIC = re.compile(
    r"\s*(?:Description automatically generated|Automatically generated description)\.?\s*"
)


@dataclass(frozen=True, slots=True)
class PictureReference:
    relationship: str
    description: str
    linked: bool = False  # the picture lies outside the file


@dataclass(slots=True)
class Drawing:
    pictures: list[PictureReference] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)  # relationship ids
    diagrams: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)  # contents of Word text boxes
    embedded: list[tuple[str, str]] = field(default_factory=list)  # relationship id, program
    words: list[str] = field(default_factory=list)  # text drawn as a shape

    def __bool__(self) -> bool:
        return any((self.pictures, self.charts, self.diagrams, self.boxes, self.embedded, self.words))


def read_drawing(element: Element) -> Drawing:
    """All that the element and its groups refer to."""
    found = Drawing()
    _scan(element, found, description_of(element))
    return found


def description_of(element: Element) -> str:
    """The alternative text that a person gave to the nearest shape, or nothing."""
    for one in element.iter():
        if local(one) in ("docPr", "cNvPr"):
            for name in ("descr", "title"):
                text = shown_description(attribute(one, name))
                if text:
                    return text
            return ""
        if local(one) == "shape" and attribute(one, "alt"):
            return shown_description(attribute(one, "alt"))
    return ""


def shown_description(text: str) -> str:
    """The alternative text without what programs add; nothing if only that was there."""
    text = _AUTOMATIC.sub(" ", " ".join(text.split())).strip()
    return "" if _EMPTY_ALT.fullmatch(text) else text


def chosen(alternatives: Element) -> Element | None:
    """The branch of ``AlternateContent`` that a new program shows."""
    choice = next((one for one in alternatives if local(one) == "Choice" and len(one)), None)
    fallback = child(alternatives, "Fallback")
    if choice is not None and fallback is not None and any(local(one) == "oleObj" for one in choice):
        return fallback  # only there the embedded object's preview picture stands
    return choice if choice is not None else fallback


def _scan(element: Element, found: Drawing, description: str) -> None:
    match local(element):
        case "AlternateContent":
            branch = chosen(element)
            if branch is not None:
                _scan(branch, found, description)
            return
        case "pic":
            description = description_of(element) or description
        case "txbxContent":
            found.boxes.append(element)
            return
        case "blip":
            if embedded := element.get(f"{_REL}embed"):
                found.pictures.append(PictureReference(embedded, description))
            elif linked := element.get(f"{_REL}link"):
                found.pictures.append(PictureReference(linked, description, linked=True))
            return  # an SVG twin of the picture stands below
        case "imagedata":
            if identity := element.get(f"{_REL}id") or element.get(f"{_REL}pict"):
                alt = description or shown_description(attribute(element, "title"))
                found.pictures.append(PictureReference(identity, alt))
        case "chart":
            if identity := element.get(f"{_REL}id"):
                found.charts.append(identity)
        case "relIds":
            if identity := element.get(f"{_REL}dm"):
                found.diagrams.append(identity)
        case "OLEObject" | "oleObj":
            if identity := element.get(f"{_REL}id"):
                found.embedded.append(
                    (identity, attribute(element, "ProgID") or attribute(element, "progId"))
                )
        case "textpath":
            if words := attribute(element, "string").strip():
                found.words.append(words)
    for part in element:
        if local(part):
            _scan(part, found, description)
