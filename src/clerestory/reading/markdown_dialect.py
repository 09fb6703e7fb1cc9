"""Marks of Markdown dialects that are not words: taken out before parsing, places kept.

In: Markdown text. Out: the same text with such marks replaced by spaces of the same length
(so that every position still holds), and what they said. Known are front matter, kramdown
(attribute lists, HTML wrappers with ``markdown="1"``), GitBook and Liquid tags, the roles
of reStructuredText as MyST and Dive into Deep Learning use them, and HTML comments.
Code stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field

_FRONT_YAML = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_FRONT_TOML = re.compile(r"\A\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_YAML_PAIR = re.compile(r"([A-Za-z][\w .-]*?)\s*:\s*(.*?)\s*$")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
_ATTRIBUTE_LIST = re.compile(r"(?<!\\)\{:\s*(?:[#.][A-Za-z][^{}\n]*|[\w-]+\s*=[^{}\n]*)\}")
_LIQUID = re.compile(r"\{%-?\s*(\w+)([^%\n]*)%\}")
_LIQUID_TARGET = re.compile(r"(?:src|url|href)\s*=\s*[\"']([^\"']+)")
_ROLE_LINE = re.compile(r"^[ \t]*:[A-Za-z_]+:(?:`[^`\n]*`)?[ \t]*$", re.M)
_ROLE = re.compile(r"(?<![\w:])(?::[A-Za-z_]+:|\{[a-z:-]+\})(?=`)")
_COMMENT = re.compile(r"<!--")
_KRAMDOWN = re.compile(r"<[a-z][^<>]*\smarkdown\s*=\s*[\"']?(?:1|block|span)\b", re.I)
_WRAPPER = re.compile(
    r"</?(?:div|section|article|aside|span|figure|figcaption|para|note|cnx-pi|details|summary)\b[^<>]*>", re.I
)
_FIGURE = re.compile(r"<figure\b[^<>]*>", re.I)
_FIGURE_END = re.compile(r"</figure\s*>", re.I)
_FIGCAPTION = re.compile(r"<figcaption\b[^<>]*>", re.I)
_FIGCAPTION_END = re.compile(r"</figcaption\s*>", re.I)
_DEFINITION_END = re.compile(r"^\^[ \t]*$", re.M)


@dataclass(frozen=True, slots=True)
class FigureSpan:
    """Where a kramdown figure and its caption stand (``caption_start == caption_end``: none)."""

    start: int
    end: int
    caption_start: int
    caption_end: int


@dataclass(slots=True)
class Plain:
    """``text`` is as long as the source; ``front`` is the length of the front matter.

    ``shifted`` says that blanked marks stood before words in their line, so that an
    indented line is no code.
    """

    text: str
    metadata: dict[str, str] = field(default_factory=dict)
    front: int = 0
    shifted: bool = False
    figures: list[FigureSpan] = field(default_factory=list)
    embedded: list[tuple[int, int, str]] = field(default_factory=list)  # start, end, target
    comments: list[tuple[int, int, str]] = field(default_factory=list)


def without_marks(source: str) -> Plain:
    """The Markdown with dialect marks blanked out, and what they said."""
    plain = Plain(source)
    characters = list(source)
    match = _FRONT_YAML.match(source) or _FRONT_TOML.match(source)
    if match is not None:
        plain.metadata = (
            _toml(match.group(1)) if source.lstrip("\ufeff").startswith("+") else _yaml(match.group(1))
        )
        plain.front = match.end()
        _blank(characters, 0, match.end())
    protected = _code_spans(source)

    def is_code(position: int) -> bool:
        return any(start <= position < end for start, end in protected.get(position >> 12, ()))

    def each(pattern: re.Pattern[str]) -> list[re.Match[str]]:
        return [found for found in pattern.finditer(source, plain.front) if not is_code(found.start())]

    for start, end in _pairs(source, _COMMENT, re.compile("-->"), plain.front, is_code):
        plain.comments.append((start, end, " ".join(source[start + 4 : end - 3].split())))
        _blank(characters, start, end)
    for found in each(_LIQUID):
        target = _LIQUID_TARGET.search(found.group(2))
        if target:
            plain.embedded.append((found.start(), found.end(), target.group(1)))
        _blank(characters, *found.span())
    for pattern in (_ATTRIBUTE_LIST, _ROLE_LINE, _ROLE):
        for found in each(pattern):
            _blank(characters, *found.span())
    if _KRAMDOWN.search(source):
        pairs = _pairs(source, _FIGURE, _FIGURE_END, plain.front, is_code)
        plain.figures = [_figure(source, start, end) for start, end in pairs]
        for pattern in (_WRAPPER, _DEFINITION_END):
            for found in each(pattern):
                _blank(characters, *found.span())
    plain.text = "".join(characters)
    plain.shifted = any(
        indented and line.strip() and not own.startswith(("    ", "\t"))
        for own, line in zip(source.splitlines(), plain.text.splitlines(), strict=True)
        if (indented := line.startswith("    "))
    )
    return plain


def _pairs(
    source: str,
    opening: re.Pattern[str],
    closing: re.Pattern[str],
    start: int,
    is_code: Callable[[int], bool],
) -> list[tuple[int, int]]:
    """From each opening to the next closing; one that is never closed ends the search (and costs no more)."""
    pairs: list[tuple[int, int]] = []
    while (begin := opening.search(source, start)) is not None:
        start = begin.end()
        if is_code(begin.start()):
            continue
        end = closing.search(source, start)
        if end is None:
            break
        start = end.end()
        pairs.append((begin.start(), start))
    return pairs


def _figure(source: str, start: int, end: int) -> FigureSpan:
    opened = _FIGCAPTION.search(source, start, end)
    closed = _FIGCAPTION_END.search(source, opened.end(), end) if opened else None
    if opened is None or closed is None:
        return FigureSpan(start, end, start, start)
    return FigureSpan(start, end, opened.end(), closed.start())


def _blank(characters: list[str], start: int, end: int) -> None:
    for position in range(start, end):
        if characters[position] not in "\r\n":
            characters[position] = " "


def _code_spans(source: str) -> dict[int, list[tuple[int, int]]]:
    """Ranges of code, fenced or in a line, listed under each 4096-character stretch that they touch."""
    spans: dict[int, list[tuple[int, int]]] = {}
    fence, begin, position = "", 0, 0
    for line in source.splitlines(keepends=True):
        match = _FENCE.match(line)
        if match and not fence:
            fence, begin = match.group(1), position
        elif match and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            _list_span(spans, begin, position + len(line))
            fence = ""
        elif not fence:
            for span in _CODE_SPAN.finditer(line):
                _list_span(spans, position + span.start(), position + span.end())
        position += len(line)
    if fence:
        _list_span(spans, begin, len(source))
    return spans


def _list_span(spans: dict[int, list[tuple[int, int]]], start: int, end: int) -> None:
    for stretch in range(start >> 12, (end >> 12) + 1):
        spans.setdefault(stretch, []).append((start, end))


def _yaml(body: str) -> dict[str, str]:
    """The plain pairs of a front matter: one line each, and lists of words. Nothing nested."""
    found: dict[str, str] = {}
    key = ""
    for line in body.splitlines():
        if line.startswith((" ", "\t", "-")):
            item = line.strip()
            if key and item.startswith("- ") and ":" not in item:
                found[key] = ", ".join(part for part in (found.get(key, ""), _unquoted(item[2:])) if part)
            continue
        match = _YAML_PAIR.fullmatch(line)
        if match is None or line.startswith("#"):
            continue
        key, value = match.group(1).lower(), match.group(2)
        if value.startswith("[") and value.endswith("]"):
            value = ", ".join(_unquoted(part) for part in value[1:-1].split(","))
        found[key] = _unquoted(value) if value not in {"|", ">", "|-", ">-"} else ""
    return {key: value for key, value in found.items() if value}


def _toml(body: str) -> dict[str, str]:
    try:
        table = tomllib.loads(body)
    except tomllib.TOMLDecodeError:
        return _yaml(body.replace("=", ":"))
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, list):
            found[key.lower()] = ", ".join(str(item) for item in value)
        elif not isinstance(value, dict):
            found[key.lower()] = str(value)
    return found


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'" else value
