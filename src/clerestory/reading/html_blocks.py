"""A tree of HTML elements to blocks in reading order.

In: a parsed page (or a fragment of one) and a way to get the bytes of a picture. Out:
blocks in a ``FlowText``, stored pictures, and ledger lines for what is hidden, embedded or
decoration. The walk keeps its own stack, so that depth of nesting does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clerestory.reading.flowing import FlowText
from clerestory.reading.html_inline import BREAK, collapsed, formula_text, raised
from clerestory.reading.html_pictures import (
    DECORATION_PX,
    Figure,
    Found,
    Image,
    LoadPicture,
    image_of,
    no_pictures,
    pictures_of,
    short_address,
    write_picture,
)
from clerestory.reading.html_plain import BLOCK_TAGS, LEFT_OUT_TAGS, visible_text
from clerestory.reading.html_tables import is_layout, local_name, read_grid
from clerestory.reading.html_visibility import hiding_rules, why_hidden
from clerestory.reading.ledger import hidden_text, note

_HEADING_TAGS = {f"h{level}": level for level in range(1, 7)}
_FIGURE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:thumb|thumbinner|figure|wp-caption|gallerybox|image)(?:[\s_-]|$)", re.I
)
_CAPTION_CLASS = re.compile(r"caption|gallerytext", re.I)
_CODE_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush:)[-\s]?([\w+#-]+)", re.I)
_EMBEDDED_TAGS = frozenset({"iframe", "object", "embed", "video", "audio", "frame", "applet", "canvas"})
_BACKGROUND = re.compile(r"url\(\s*['\"]?([^'\")]+)", re.I)
_NUMBERED_CAPTION = re.compile(r"(?:table|tab\.|tabelle|tableau|tabla)\s*[\dIVX]", re.I)
_FORMULA_ALT = re.compile(r"\{\\displaystyle|^\$.*\$$|^\\[(\[]")


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int


def read_blocks(
    root: Any,
    flow: FlowText,
    *,
    max_cells: int,
    load: LoadPicture = no_pictures,
    sheets: Sequence[str] = (),
    unit: str = "the page",
) -> Found:
    """Write the blocks under ``root`` to ``flow``.

    ``load`` gives pictures by their address, ``sheets`` are style sheets besides its own.
    """
    own = ["".join(element.itertext()) for element in root.iter() if local_name(element) == "style"]
    walk = _Walk(flow, load, max_cells, hiding_rules([*sheets, *own]))
    walk.run(root)
    found = walk.found
    if found.decorations:
        listed = "\n".join(found.decorations)
        count = f"{len(found.decorations):,} pictures of {unit}"
        reason = f"{count} are decoration (at most {DECORATION_PX} pixels, or icons without words)"
        found.ledger.append(note("decorative", "picture", reason, text=listed))
    if found.comments:
        reason = f"{len(found.comments):,} comments in the source of {unit}"
        found.ledger.append(note("comment", "text", reason, text="\n".join(found.comments)))
    return found


class _Walk:
    """The state of one walk: the paragraph that is open, and the lists, headings and figures around it."""

    def __init__(self, flow: FlowText, load: LoadPicture, max_cells: int, rules: Mapping[str, str]) -> None:
        self.flow = flow
        self.load = load
        self.max_cells = max_cells
        self.rules = rules
        self.found = Found()
        self.open: list[str | Image] = []
        self.level = 0  # of the heading that is open
        self.lists: list[_List] = []
        self.prefix = ""
        self.term = False  # a <dt> waits for its <dd>
        self.figures: list[Figure] = []
        self.captions: set[Any] = set()

    def run(self, root: Any) -> None:
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            element, done = stack.pop()
            name = local_name(element)
            if done:
                self._end(element, name)
            elif self._start(element, name):
                self._text(element.text)
                stack.append((element, True))
                stack.extend((child, False) for child in reversed(element))
                continue
            if element is not root:
                self._text(element.tail)
        self._flush()

    def _start(self, element: Any, name: str) -> bool:
        """Whether to go into the element; if not, all of it has been dealt with."""
        if not name:
            self._comment(element)
            return False
        if name in LEFT_OUT_TAGS:
            for inner in element.iter() if name == "head" else ():
                if not local_name(inner):
                    self._comment(inner)
            return False
        if reason := why_hidden(element, name, self.rules):
            self._hide(element, reason)
            return False
        if element in self.captions:
            self._flush()
            for image in self._media_in(element):
                self._picture(image)
            return False
        if (address := _background(element)) and not address.startswith("#"):
            reason = f"a picture behind the text: {short_address(address)}"
            self.found.ledger.append(note("background-picture", "picture", reason))
        if name in BLOCK_TAGS and not (name == "dd" and self.term):
            self._flush()
        return self._start_block(element, name) and self._start_inline(element, name)

    def _start_block(self, element: Any, name: str) -> bool:
        if name in _HEADING_TAGS:
            self.level = _HEADING_TAGS[name]
        elif (element.get("role") or "").lower() == "heading":
            self._flush()
            stated = element.get("aria-level") or "2"
            self.level = int(stated) if stated.isdigit() and 1 <= int(stated) <= 9 else 2
        elif name in {"ul", "menu", "dir"}:
            self.lists.append(_List(False, 0))
        elif name == "ol":
            start = element.get("start") or "1"
            self.lists.append(_List(True, int(start) if start.lstrip("-").isdigit() else 1))
        elif name == "li":
            self._item(element)
        elif name == "dd" and self.term:
            self.open.append(": ")
            self.term = False
        elif name == "pre":
            self._code(element)
            return False
        elif name == "table":
            if not is_layout(element):
                self._table(element)
                return False
        elif name == "figure" or (name in {"div", "li", "span"} and self._looks_like_figure(element)):
            self._figure(element, name)
        return True

    def _start_inline(self, element: Any, name: str) -> bool:
        if name == "br":
            self.open.append(BREAK)
        elif (images := self._pictures_of(element, name)) is not None:
            self.open.extend(images)
            return False
        elif name == "math":
            self.open.append(formula_text(element))
            return False
        elif name == "sup":
            if next(iter(element), None) is None:
                self.open.append(raised(element.text or ""))
                return False
        elif name in _EMBEDDED_TAGS:
            self._embedded(element, name)
            return False
        return True

    def _end(self, element: Any, name: str) -> None:
        if name == "dt":
            self.term = bool(self.open)
            return
        if name in BLOCK_TAGS or (element.get("role") or "").lower() == "heading":
            self._flush()
            self.level = 0
        if name in {"ul", "ol", "menu", "dir"} and self.lists:
            self.lists.pop()
        elif name == "li":
            self.prefix = ""
        if self.figures and self.figures[-1].element is element:
            self._flush()
            figure = self.figures.pop()
            if not figure.parts:  # a caption of nothing that we know is still said
                self._write_text("paragraph", figure.caption)

    def _text(self, text: str | None) -> None:
        if text:
            self.open.append(text)

    def _flush(self) -> None:
        """Write the open paragraph, then the pictures that stood in it."""
        parts, self.open = self.open, []
        self.term = False
        own = collapsed("".join(part for part in parts if isinstance(part, str)))
        images = [part for part in parts if isinstance(part, Image)]
        if own:
            text = collapsed("".join(part if isinstance(part, str) else f" {part.alt} " for part in parts))
            if self.level:
                text = " ".join(text.split())
            self._write_text("heading" if self.level else "paragraph", self.prefix + text)
            self.prefix = ""
        for image in images:
            if _FORMULA_ALT.search(image.alt) and own:
                continue  # its alt is the formula, and stands in the sentence
            self._picture(image)

    def _write_text(self, kind: str, text: str) -> None:
        self.flow.add_text(kind, text, level=self.level)  # type: ignore[arg-type]

    def _item(self, element: Any) -> None:
        current = self.lists[-1] if self.lists else None
        if current is None or not current.ordered:
            self.prefix = "- "
            return
        stated = element.get("value") or ""
        number = int(stated) if stated.isdigit() else current.number
        self.prefix = f"{number}. "
        current.number = number + 1

    def _code(self, element: Any) -> None:
        text = self._plain(element, keep_space=True)
        language = ""
        for inner in (element, *element):
            if local_name(inner) and (match := _CODE_LANGUAGE.search(inner.get("class") or "")):
                language = match.group(1)
        self.flow.add_text("code", text, attributes={"language": language} if language else None)
        for image in self._media_in(element):
            self._picture(image)

    def _table(self, element: Any) -> None:
        grid = read_grid(element, lambda cell: self._plain(cell).replace("\n", " "), max_cells=self.max_cells)
        images = self._media_in(element)
        if grid is None:
            if not images:
                self.found.ledger.append(note("empty-table", "table", "a table without a word or picture"))
        else:
            figure = self.figures[-1] if self.figures else None
            caption = grid.caption
            if figure is not None and figure.caption:
                caption = " ".join(part for part in (figure.caption, caption) if part)
                figure.parts += 1
            elif not caption:
                caption = self._caption_above()
            self.flow.add_table(grid.table, caption=caption)
            if grid.left_out:
                reason = f"{grid.left_out:,} cells beyond reading.max_table_cells were left out"
                self.found.ledger.append(
                    note(
                        "too-many-cells",
                        "table",
                        reason,
                        locator=self.flow.blocks[-1].locator,
                        severity="warning",
                    )
                )
        for image in images:
            self._picture(image)

    def _caption_above(self) -> str:
        """The paragraph right above a table if it is a numbered caption; it also stays a paragraph."""
        last = self.flow.blocks[-1] if self.flow.blocks else None
        if last is not None and last.kind == "paragraph" and len(last.text) < 400:
            return last.text if _NUMBERED_CAPTION.match(last.text) else ""
        return ""

    def _looks_like_figure(self, element: Any) -> bool:
        if not _FIGURE_CLASS.search(element.get("class") or ""):
            return False
        inner = list(element.iterdescendants())
        captions = [one for one in inner if local_name(one) and _CAPTION_CLASS.search(one.get("class") or "")]
        return (
            bool(captions) and any(local_name(one) == "img" for one in inner) and element not in self.captions
        )

    def _figure(self, element: Any, name: str) -> None:
        if any(figure.caption_element is not None for figure in self.figures[-1:]) and name != "figure":
            return  # the frame inside a frame that is already open
        self._flush()
        caption_element = None
        for inner in element.iterdescendants():
            tag = local_name(inner)
            if tag == "figcaption" or (
                name != "figure" and tag and _CAPTION_CLASS.search(inner.get("class") or "")
            ):
                caption_element = inner
                break
        caption = ""
        if caption_element is not None and caption_element not in self.captions:
            caption = self._plain(caption_element).replace("\n", " ")
            self.captions.add(caption_element)
        self.figures.append(Figure(element, caption, caption_element))

    def _picture(self, image: Image) -> None:
        figure = self.figures[-1] if self.figures else None
        write_picture(image, self.flow, self.found, figure=figure, load=self.load)

    def _plain(self, element: Any, *, keep_space: bool = False) -> str:
        return visible_text(element, self.rules, self._hide, keep_space=keep_space)

    def _pictures_of(self, element: Any, name: str) -> list[Image] | None:
        images = pictures_of(element, name)
        if images == []:
            self.found.decorations.append("an inline drawing without words")
        return images

    def _media_in(self, root: Any) -> list[Image]:
        """The visible pictures under an element whose words are read in one go; films and frames are said."""
        found: list[Image] = []
        stack = list(reversed(root))
        while stack:
            element = stack.pop()
            name = local_name(element)
            if not name or name in LEFT_OUT_TAGS or why_hidden(element, name, self.rules):
                continue
            images = self._pictures_of(element, name)
            if images is not None:
                found.extend(images)
            elif name in _EMBEDDED_TAGS:
                self._embedded(element, name)
            else:
                stack.extend(reversed(element))
        return found

    def _embedded(self, element: Any, name: str) -> None:
        target = element.get("src") or element.get("data") or ""
        if not target:
            target = next(
                (one.get("src") for one in element.iter() if local_name(one) and one.get("src")), ""
            )
        kind = {"video": "time", "audio": "time", "canvas": "picture"}.get(name, "file")
        reason = (
            "drawn by a script"
            if name == "canvas"
            else f"an embedded {name} that lies elsewhere: {short_address(target)}"
        )
        words = self._plain(element) if name in {"object", "video", "audio", "canvas"} else ""
        self.found.ledger.append(note("embedded", kind, reason, text=words, severity="warning"))  # type: ignore[arg-type]

    def _hide(self, element: Any, reason: str) -> None:
        text = collapsed(" ".join(element.itertext()))
        if text:
            self.found.ledger.append(hidden_text(text, reason))
        for one in element.iter():
            if local_name(one) == "img":
                image = image_of(one)
                line = note(
                    "hidden-picture",
                    "picture",
                    f"not shown ({reason}): {short_address(image.target)}",
                    text=image.alt,
                )
                self.found.ledger.append(line)

    def _comment(self, element: Any) -> None:
        text = " ".join(str(element.text or "").split())
        # Entities that nobody declared come here too; they are shown as they are written.
        if type(element).__name__ == "_Entity":
            self.open.append(str(element.text or ""))
        elif type(element).__name__ == "_Comment" and text:
            self.found.comments.append(text)


def _background(element: Any) -> str:
    """The address of a picture that an element lies upon, as far as the element itself says."""
    style = element.get("style") or ""
    match = _BACKGROUND.search(style) if "url(" in style else None
    return match.group(1) if match else element.get("background") or ""
