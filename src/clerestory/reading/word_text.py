"""The text of Word paragraphs: what is read, what is hidden or deleted, what hangs on it.

In: a paragraph element and the document's styles. Out: its visible text, and the drawings,
notes and comments that are anchored in it. Source: ECMA-376 part 1, section 17.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clerestory.reading.drawing import Drawing, chosen, read_drawing
from clerestory.reading.elements import Element, attribute, child, is_on, local, whole
from clerestory.reading.equations import equation_text

_CODE_STYLES = {
    *("code", "source code", "code block", "html preformatted", "preformatted text", "macro text", "macro"),
}
_WRAPPERS = {
    *("hyperlink", "ins", "moveTo", "smartTag", "sdt", "sdtContent", "customXml", "fldSimple", "bdo", "dir"),
    *("ruby", "rubyBase", "subDoc"),
}


@dataclass(frozen=True, slots=True)
class Style:
    name: str
    level: int  # of a heading, from 1; 0 for text
    hidden: bool
    list_id: str
    list_depth: int

    @property
    def is_code(self) -> bool:
        return self.name in _CODE_STYLES

    @property
    def is_caption(self) -> bool:
        return self.name == "caption"


PLAIN = Style("", 0, False, "", 0)


@dataclass(slots=True)
class Paragraph:
    text: str = ""
    hidden: str = ""
    deleted: str = ""
    drawings: list[Drawing] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # ("footnote" | "endnote", id)
    comments: list[str] = field(default_factory=list)


def read_styles(root: Element | None) -> dict[str, Style]:
    """By id, with what each inherits."""
    raw = {
        attribute(one, "styleId"): one for one in (root if root is not None else ()) if local(one) == "style"
    }
    return {identity: _style(identity, raw) for identity in raw}


def paragraph_style(paragraph: Element, styles: Mapping[str, Style]) -> Style:
    """The paragraph's style with the outline level and list that it sets for itself."""
    properties = child(paragraph, "pPr")
    if properties is None:
        return PLAIN
    named = child(properties, "pStyle")
    style = styles.get(attribute(named, "val"), PLAIN) if named is not None else PLAIN
    level, list_id, depth = style.level, style.list_id, style.list_depth
    outline, numbers = child(properties, "outlineLvl"), child(properties, "numPr")
    if outline is not None:
        level = _heading_level(outline)
    if numbers is not None:
        identity, own_depth = child(numbers, "numId"), child(numbers, "ilvl")
        list_id = attribute(identity, "val") if identity is not None else list_id
        depth = whole(attribute(own_depth, "val")) if own_depth is not None else depth
    return Style(style.name, level, style.hidden, "" if list_id == "0" else list_id, depth)


def read_paragraph(paragraph: Element, styles: Mapping[str, Style]) -> Paragraph:
    """The paragraph's text and what is anchored in it."""
    found = Paragraph()
    hidden = paragraph_style(paragraph, styles).hidden
    for part in paragraph:
        _inline(part, found, styles, hidden)
    return found


def _inline(element: Element, found: Paragraph, styles: Mapping[str, Style], hidden: bool) -> None:
    match local(element):
        case "r":
            _run(element, found, styles, hidden)
        case "del" | "moveFrom":
            found.deleted += _raw_text(element)
        case "oMath":
            found.text += f" {equation_text(element)} "
        case "oMathPara":
            for part in element:
                _inline(part, found, styles, hidden)
        case "AlternateContent":
            branch = chosen(element)
            for part in branch if branch is not None else ():
                _inline(part, found, styles, hidden)
        case "rt":  # the reading of ruby text
            found.text += f"({_raw_text(element)})"
        case name if name in _WRAPPERS:
            for part in element:
                _inline(part, found, styles, hidden)


def _run(run: Element, found: Paragraph, styles: Mapping[str, Style], hidden: bool) -> None:
    properties = child(run, "rPr")
    if properties is not None:
        vanish, named = child(properties, "vanish"), child(properties, "rStyle")
        if vanish is not None:
            hidden = is_on(vanish)
        elif named is not None:
            hidden = hidden or styles.get(attribute(named, "val"), PLAIN).hidden
    text = ""
    for part in run:
        match local(part):
            case "t":
                text += part.text or ""
            case "tab" | "ptab":
                text += "\t"
            case "br" | "cr":
                text += "\n"
            case "noBreakHyphen":
                text += "-"
            case "sym":
                text += _symbol(attribute(part, "char"))
            case "delText":
                found.deleted += part.text or ""
            case "drawing" | "pict" | "object":
                if drawing := read_drawing(part):
                    found.drawings.append(drawing)
            case "footnoteReference":
                found.notes.append(("footnote", attribute(part, "id")))
            case "endnoteReference":
                found.notes.append(("endnote", attribute(part, "id")))
            case "commentReference":
                found.comments.append(attribute(part, "id"))
            case "AlternateContent":
                branch = chosen(part)
                if branch is not None and any(local(one) in ("drawing", "pict", "object") for one in branch):
                    found.drawings.append(read_drawing(branch))
                elif branch is not None:
                    text += _raw_text(branch)
            case "ruby":
                _inline(part, found, styles, hidden)
    if hidden:
        found.hidden += text
    else:
        found.text += text


def _raw_text(element: Element) -> str:
    return "".join(one.text or "" for one in element.iter() if local(one) in ("t", "delText"))


def _symbol(code: str) -> str:
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    # symbol fonts live in a private area (F0xx); as letters of other fonts they would mislead
    return "" if 0xE000 <= value <= 0xF8FF or not 0 < value < 0x110000 else chr(value)


def _heading_level(outline: Element) -> int:
    level = whole(attribute(outline, "val"), 9)
    return level + 1 if 0 <= level < 9 else 0


def _style(identity: str, raw: Mapping[str, Element]) -> Style:
    """Walks up what the style is based on; the nearest statement wins."""
    name = ""
    level: int | None = None
    hidden: bool | None = None
    list_id: str | None = None
    depth: int | None = None
    seen: set[str] = set()
    while identity in raw and identity not in seen:
        seen.add(identity)
        element = raw[identity]
        named = child(element, "name")
        own_name = attribute(named, "val").strip().lower() if named is not None else ""
        name = name or own_name
        if level is None and own_name.startswith("heading ") and own_name[8:].isdigit():
            level = min(int(own_name[8:]), 9)
        if level is None and own_name == "title":
            level = 1
        outline, vanish = child(element, "pPr", "outlineLvl"), child(element, "rPr", "vanish")
        numbers = child(element, "pPr", "numPr")
        if level is None and outline is not None:
            level = _heading_level(outline)
        if hidden is None and vanish is not None:
            hidden = is_on(vanish)
        if numbers is not None:
            own_id, own_depth = child(numbers, "numId"), child(numbers, "ilvl")
            if list_id is None and own_id is not None:
                list_id = attribute(own_id, "val")
            if depth is None and own_depth is not None:
                depth = whole(attribute(own_depth, "val"))
        base = child(element, "basedOn")
        identity = attribute(base, "val") if base is not None else ""
    return Style(name, level or 0, bool(hidden), list_id or "", depth or 0)
