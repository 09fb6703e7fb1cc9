"""A tree of HTML elements to blocks in reading order.

In: a parsed page (or a fragment of one) and a way to get the bytes of a picture. Out:
blocks in a ``FlowText``, stored pictures, and ledger lines for what is hidden, embedded or
decoration. The walk keeps its own stack, so that depth of nesting does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clerestory.reading.flowing import FlowText
from clerestory.reading.html_inline import BREAK, collapsed, drawing_text, formula_text, raised
from clerestory.reading.html_tables import is_layout, local_name, read_grid
from clerestory.reading.html_visibility import hiding_rules, why_hidden
from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.objects import Picture, data_uri, derived, look_at
from clerestory.types import DerivedObject, LedgerLine, OcrRequest

_BLOCK_TAGS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details"),
        *("dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html"),
        *("legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "section"),
        *("summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul"),
    }
)
_LEFT_OUT_TAGS = frozenset(
    {
        *("script", "style", "template", "head", "title", "meta", "link", "base", "datalist"),
        *("rp", "noframes", "param", "source", "track", "col", "colgroup"),
    }
)
_HEADING_TAGS = {f"h{level}": level for level in range(1, 7)}
_FIGURE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:thumb|thumbinner|figure|wp-caption|gallerybox|image)(?:[\s_-]|$)", re.I
)
_CAPTION_CLASS = re.compile(r"caption|gallerytext", re.I)
_CODE_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush:)[-\s]?([\w+#-]+)", re.I)
_NUMBERED_CAPTION = re.compile(r"(?:table|tab\.|tabelle|tableau|tabla)\s*[\dIVX]", re.I)
_FORMULA_ALT = re.compile(r"\{\\displaystyle|^\$.*\$$|^\\[(\[]")
_DECORATION_PX = 8  # pictures as small as that are bullets, rules and trackers
_OCR_MIN_PX = (100, 40)  # smaller ones carry no words that can be read
_OCR_PRIORITY = 0.5
_MAX_DRAWING_BYTES = 2_000_000

LoadPicture = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class _Image:
    """A picture that was met inside a paragraph and is written after it."""

    target: str
    alt: str
    width: int
    height: int
    content: bytes | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(slots=True)
class _Figure:
    """An open figure: its caption, the element that holds it, and what came out of it so far."""

    element: Any
    caption: str
    caption_element: Any
    parts: int = 0


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int


@dataclass(slots=True)
class Found:
    """What a page gave besides its text."""

    objects: dict[str, DerivedObject] = field(default_factory=dict)
    ledger: list[LedgerLine] = field(default_factory=list)
    requests: list[OcrRequest] = field(default_factory=list)
    lines_of_source: list[int] = field(default_factory=list)  # for each block, where its element began
    decorations: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def no_pictures(_: str) -> bytes | None:
    """For pages whose pictures lie elsewhere: a reading is made of one asset alone."""
    return None


def read_blocks(
    root: Any, flow: FlowText, *, max_cells: int, load: LoadPicture = no_pictures, unit: str = "the page"
) -> Found:
    """Write the blocks under ``root`` to ``flow``; ``load`` gives pictures by their address."""
    sheets = ["".join(element.itertext()) for element in root.iter() if local_name(element) == "style"]
    walk = _Walk(flow, load, max_cells, hiding_rules(sheets))
    walk.run(root)
    found = walk.found
    if found.decorations:
        listed = "\n".join(found.decorations)
        count = f"{len(found.decorations):,} pictures of {unit}"
        reason = f"{count} are decoration (at most {_DECORATION_PX} pixels, or icons without words)"
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
        self.open: list[str | _Image] = []
        self.level = 0  # of the heading that is open
        self.lists: list[_List] = []
        self.prefix = ""
        self.term = False  # a <dt> waits for its <dd>
        self.figures: list[_Figure] = []
        self.captions: set[Any] = set()
        self.source_line = 0

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
        if name in _LEFT_OUT_TAGS:
            return False
        if reason := why_hidden(element, name, self.rules):
            self._hide(element, reason)
            return False
        if element in self.captions:
            self._flush()
            for image in self._images_in(element):
                self._picture(image)
            return False
        if name in _BLOCK_TAGS:
            if not (name == "dd" and self.term):
                self._flush()
            self.source_line = element.sourceline or self.source_line
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
        elif name in {"img", "amp-img"} or (
            name == "input" and (element.get("type") or "").lower() == "image"
        ):
            self.open.append(_image(element))
            return False
        elif name == "svg":
            self._drawing(element)
            return False
        elif name == "math":
            self.open.append(formula_text(element))
            return False
        elif name == "sup":
            if next(iter(element), None) is None:
                self.open.append(raised(element.text or ""))
                return False
        elif name == "object" and (element.get("type") or "").lower().startswith("image/"):
            self.open.append(_Image(element.get("data") or "", collapsed("".join(element.itertext())), 0, 0))
            return False
        elif name in {"iframe", "object", "embed", "video", "audio", "frame", "applet", "canvas"}:
            self._embedded(element, name)
            return False
        return True

    def _end(self, element: Any, name: str) -> None:
        if name == "dt":
            self.term = bool(self.open)
            return
        if name in _BLOCK_TAGS or (element.get("role") or "").lower() == "heading":
            self._flush()
            self.level = 0
        if name in {"ul", "ol", "menu", "dir"} and self.lists:
            self.lists.pop()
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
        images = [part for part in parts if isinstance(part, _Image)]
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
        before = len(self.flow.blocks)
        self.flow.add_text(kind, text, level=self.level)  # type: ignore[arg-type]
        self._mark_source(before)

    def _mark_source(self, before: int) -> None:
        self.found.lines_of_source.extend([self.source_line] * (len(self.flow.blocks) - before))

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
        before = len(self.flow.blocks)
        self.flow.add_text("code", text, attributes={"language": language} if language else None)
        self._mark_source(before)
        for image in self._images_in(element):
            self._picture(image)

    def _table(self, element: Any) -> None:
        grid = read_grid(element, lambda cell: self._plain(cell).replace("\n", " "), max_cells=self.max_cells)
        images = list(self._images_in(element))
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
            before = len(self.flow.blocks)
            self.flow.add_table(grid.table, caption=caption)
            self._mark_source(before)
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
        self.figures.append(_Figure(element, caption, caption_element))

    def _picture(self, image: _Image) -> None:
        content = image.content
        target = image.target
        if content is None:
            for address in (image.target, *image.alternatives):
                content = data_uri(address) if address.startswith("data:") else self.load(address)
                if content is not None:
                    target = address
                    break
        picture = look_at(content, target) if content is not None else None
        width, height = (picture.width, picture.height) if picture else (image.width, image.height)
        if 0 < (width or image.width) <= _DECORATION_PX or 0 < (height or image.height) <= _DECORATION_PX:
            self.found.decorations.append(image.alt or _short(target))
            return
        if not target:
            reason = "a picture without an address"
            self.found.ledger.append(note("no-target", "picture", reason, text=image.alt, severity="warning"))
            return
        if target.startswith("data:") and picture is None:
            reason = "an embedded picture that is damaged or of an unknown type"
            self.found.ledger.append(
                note("unreadable-picture", "picture", reason, text=image.alt, severity="warning")
            )
        figure = self.figures[-1] if self.figures else None
        caption = figure.caption if figure else ""
        before = len(self.flow.blocks)
        digests = self._store(picture)
        attributes = {"target": _short(target)}
        if width and height:
            attributes |= {"width": str(width), "height": str(height)}
        place = self.flow.add_picture(
            image.alt,
            caption=caption,
            objects=digests,
            attributes=attributes,
            caption_written=figure is not None and figure.parts > 0,
        )
        self._mark_source(before)
        if figure is not None:
            figure.parts += 1
        if digests and picture and width >= _OCR_MIN_PX[0] and height >= _OCR_MIN_PX[1]:
            self.found.requests.append(
                OcrRequest(
                    place, _OCR_PRIORITY, "picture in the text", digests[0], (caption,) if caption else ()
                )
            )

    def _store(self, picture: Picture | None) -> tuple[str, ...]:
        if picture is None:
            return ()
        item = derived(picture.content, picture.media_type, "embedded")
        self.found.objects[item.digest] = item
        return (item.digest,)

    def _drawing(self, element: Any) -> None:
        """An inline SVG: a frame around a picture, an icon, or a drawing with words."""
        from lxml import etree

        inner = [one for one in element.iterdescendants() if local_name(one) == "image"]
        words = drawing_text(element)
        for one in inner:
            self.open.append(_Image(_href(one), words, _pixels(one, "width"), _pixels(one, "height")))
        if inner:
            return
        width = _pixels(element, "width")
        if not words and (0 < width <= 48 or element.get("aria-hidden") == "true" or not width):
            self.found.decorations.append("an inline drawing without words")
            return
        content = etree.tostring(element, with_tail=False)
        if len(content) > _MAX_DRAWING_BYTES:
            content = None
        self.open.append(_Image("inline drawing", words, width, _pixels(element, "height"), content))

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
            else f"an embedded {name} that lies elsewhere: {_short(target)}"
        )
        words = self._plain(element) if name in {"object", "video", "audio", "canvas"} else ""
        self.found.ledger.append(note("embedded", kind, reason, text=words, severity="warning"))  # type: ignore[arg-type]

    def _hide(self, element: Any, reason: str) -> None:
        text = collapsed(" ".join(element.itertext()))
        if text:
            self.found.ledger.append(hidden_text(text, reason))
        for one in element.iter():
            if local_name(one) == "img":
                image = _image(one)
                line = note(
                    "hidden-picture",
                    "picture",
                    f"not shown ({reason}): {_short(image.target)}",
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

    def _images_in(self, element: Any) -> Iterator[_Image]:
        for one in element.iterdescendants():
            if local_name(one) == "img" and not self._inside_hidden(one, element):
                yield _image(one)

    def _inside_hidden(self, element: Any, root: Any) -> bool:
        while element is not root:
            if why_hidden(element, local_name(element), self.rules):
                return True
            element = element.getparent()
        return False

    def _plain(self, root: Any, *, keep_space: bool = False) -> str:
        """The visible words of an element in one go, with the descriptions of its pictures."""
        parts: list[str] = []
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            element, done = stack.pop()
            name = local_name(element)
            if done:
                if name in _BLOCK_TAGS and element is not root:
                    parts.append(BREAK)
            elif self._plain_start(element, name, root, parts):
                parts.append(element.text or "")
                stack.append((element, True))
                stack.extend((child, False) for child in reversed(element))
                continue
            if element is not root:
                parts.append(element.tail or "")
        text = "".join(parts)
        if keep_space:
            return text.replace(BREAK, "\n")
        return re.sub(r"\n+", "\n", collapsed(text))

    def _plain_start(self, element: Any, name: str, root: Any, parts: list[str]) -> bool:
        if not name:
            if type(element).__name__ == "_Entity":
                parts.append(str(element.text or ""))
            return False
        if name in _LEFT_OUT_TAGS:
            return False
        if element is not root and (reason := why_hidden(element, name, self.rules)):
            self._hide(element, reason)
            return False
        if name == "br":
            parts.append(BREAK)
        elif name == "img":
            parts.append(f" {element.get('alt') or ''} ")
        elif name == "math":
            parts.append(formula_text(element))
            return False
        elif name == "svg":
            parts.append(f" {drawing_text(element)} ")
            return False
        elif name == "sup" and next(iter(element), None) is None:
            parts.append(raised(element.text or ""))
            return False
        elif name in _BLOCK_TAGS and element is not root:
            parts.append(BREAK)
        return True


def _image(element: Any) -> _Image:
    """Address, description and stated size; pages that load late keep the address elsewhere."""
    late = [element.get(name) or "" for name in ("data-src", "data-original", "data-lazy-src")]
    sources = [element.get("src") or "", *late]
    small = [address for address in sources if address and not address.startswith("data:")]
    ordered = list(dict.fromkeys([*small, *(address for address in sources if address)]))
    if not ordered and (listed := element.get("srcset") or element.get("data-srcset") or ""):
        ordered = [listed.split(",")[0].split()[0]] if listed.strip(" ,") else []
    alt = " ".join((element.get("alt") or element.get("title") or "").split())
    first = ordered[0] if ordered else ""
    return _Image(
        first, alt, _pixels(element, "width"), _pixels(element, "height"), alternatives=tuple(ordered[1:])
    )


def _href(element: Any) -> str:
    return (
        element.get("href")
        or element.get("{http://www.w3.org/1999/xlink}href")
        or element.get("xlink:href")
        or ""
    )


def _pixels(element: Any, name: str) -> int:
    match = re.match(r"\s*(\d{1,6})(?:\.\d+)?\s*(px)?\s*$", element.get(name) or "")
    return int(match.group(1)) if match else 0


def _short(target: str) -> str:
    """An address for people: embedded data is named by its type alone."""
    return target.partition(",")[0] if target.startswith("data:") else target
