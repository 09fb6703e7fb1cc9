"""Plain text and source code. Places are ranges in the decoded file.

In: bytes of a text file. Out: paragraphs (stretches between blank lines), headings where
the text shows them by itself (underlined, or a short line in capitals), and for source
code the functions and classes, joined to pieces that are worth finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from clerestory.errors import TooLarge
from clerestory.reading import kinds
from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.decoding import decode
from clerestory.reading.ledger import note
from clerestory.reading.sentences import count_words
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import CharRange, LedgerLine, Line, Reading

READER = "text"
VERSION = "1"

# Text is held in memory with all its segments, some ten times its size.
MAX_TEXT_MB = 200
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_UNDERLINE = re.compile(r"\s*(=+|-+|~+|\*+|\^+|#+)\s*")
_UNDERLINE_LEVELS = {"=": 1, "#": 1, "*": 1, "-": 2, "~": 3, "^": 4}
# A definition at the left margin, in the languages that have names for them.
_DEFINITION = re.compile(
    r"(?:export\s+|public\s+|private\s+|protected\s+|static\s+|async\s+|abstract\s+|final\s+|pub(?:\([a-z]+\))?\s+)*"
    r"(?:def|class|function|func|fn|struct|enum|interface|trait|impl|type|module|namespace|sub|proc|macro_rules!)"
    r"\s+([A-Za-z_$][\w$]*(?:::[\w$]+)*)"
)
_C_DEFINITION = re.compile(
    r"[A-Za-z_][\w\s*&<>:,~]*?([A-Za-z_~][\w:~]*)\s*\([^;{}]*\)\s*(?:const\s*)?\{?\s*$"
)
_LONGEST_DEFINITION = 200  # characters of a line that are looked at; minified code has no names to find
_NEVER_BEGINS = re.compile(r"[)\]}]|else\b|elif\b|except\b|finally\b|end\b|\#endif|\*/")

LineRange = tuple[int, int]  # a line without its end, as positions in the text


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """Raises EmptyFile, TooLarge, FileVanished, FileDenied."""
    decoded = decode(read_content(source, settings))
    code = media_type.startswith(kinds.CODE_PREFIX)
    if code or media_type == kinds.XML:
        language = media_type.removeprefix(kinds.CODE_PREFIX) if code else "xml"
        blocks = code_blocks(decoded.text, language=language, words=2 * settings.segment_words)
    else:
        blocks = text_blocks(decoded.text)
    title = next((block.text for block in blocks[:1] if block.kind == "heading" and block.level == 1), "")
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=title,
        blocks=blocks,
        ledger=[*decoded.ledger, *nothing_found(blocks)],
    )


def read_content(source: Source, settings: ReadingSettings) -> bytes:
    """All bytes of a file whose content is text.

    Raises:
        EmptyFile, TooLarge, FileVanished, FileDenied
    """
    content = source.read_bytes(settings.max_file_mb)
    if len(content) > MAX_TEXT_MB * 1_000_000:
        raise TooLarge(
            f"{len(content) / 1e6:,.0f} MB of text are over the limit of {MAX_TEXT_MB} MB",
            where=source.name,
            fix="Split it into smaller files.",
        )
    return content


def nothing_found(blocks: Sequence[Block]) -> Iterator[LedgerLine]:
    """A line for a file that has bytes and says nothing."""
    if not blocks:
        yield note("no-text-found", "file", "no words and no pictures in it", severity="warning")


def text_blocks(text: str) -> list[Block]:
    """Paragraphs and headings of plain text."""
    blocks: list[Block] = []
    for paragraph in _paragraphs(text, list(line_ranges(text))):
        blocks.extend(_with_headings(text, paragraph))
    return blocks


def code_blocks(text: str, *, language: str, words: int) -> list[Block]:
    """Definitions at the left margin with what stands above them, joined up to ``words`` words."""
    lines = list(line_ranges(text))
    starts = [0, *_definition_starts(text, lines), len(lines)]
    blocks: list[Block] = []
    open_lines: list[LineRange] = []
    size = 0
    for first, last in pairwise(starts):
        part = lines[first:last]
        if not part:
            continue
        count = count_words(text[part[0][0] : part[-1][1]])
        if open_lines and size + count > words:
            blocks.extend(_code_block(text, open_lines, language))
            open_lines, size = [], 0
        open_lines.extend(part)
        size += count
    blocks.extend(_code_block(text, open_lines, language))
    return blocks


def line_ranges(text: str) -> Iterator[LineRange]:
    """Where each line begins and ends, without its line end (LF, CRLF or CR)."""
    for match in _LINE.finditer(text):
        start, end = match.span()
        while end > start and text[end - 1] in "\r\n":
            end -= 1
        if match.end() > start:
            yield start, end


def lined_block(
    kind: str, text: str, lines: Sequence[LineRange], *, level: int = 0, **attributes: str
) -> Block:
    """A block of whole lines, each with its own place; the spaces around a line are left out of it."""
    parts: list[str] = []
    places: list[Line] = []
    offset = 0
    for start, end in lines:
        content = text[start:end]
        stripped = content.rstrip() if kind == "code" else content.strip()
        lead = content.index(stripped) if stripped else 0
        if stripped.strip():
            place = CharRange(start + lead, start + lead + len(stripped))
            places.append(Line(offset, offset + len(stripped), place))
        parts.append(stripped)
        offset += len(stripped) + 1
    first = places[0].locator if places else CharRange(lines[0][0], lines[0][0])
    last = places[-1].locator if places else first
    assert isinstance(first, CharRange) and isinstance(last, CharRange)
    return Block(
        kind,  # type: ignore[arg-type]
        "\n".join(parts),
        CharRange(first.start, last.end),
        level=level,
        lines=tuple(places),
        attributes=attributes,
    )


def _paragraphs(text: str, lines: Sequence[LineRange]) -> Iterator[list[LineRange]]:
    paragraph: list[LineRange] = []
    for start, end in lines:
        if text[start:end].strip():
            paragraph.append((start, end))
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _with_headings(text: str, paragraph: list[LineRange]) -> Iterator[Block]:
    """A paragraph whose first line is underlined, or is all there is of it and in capitals."""
    first = text[slice(*paragraph[0])].strip()
    if len(paragraph) > 1:
        under = text[slice(*paragraph[1])].strip()
        match = _UNDERLINE.fullmatch(under)
        if (
            match
            and len(under) >= max(3, len(first) - 2)
            and len(first) <= 100
            and any(map(str.isalpha, first))
        ):
            place = CharRange(paragraph[0][0], paragraph[1][1])
            level = _UNDERLINE_LEVELS[under[0]]
            yield Block("heading", first, place, level=level, lines=(Line(0, len(first), place),))
            if len(paragraph) > 2:
                yield lined_block("paragraph", text, paragraph[2:])
            return
    elif (
        len(first) <= 100
        and first.isupper()
        and len(first.split()) <= 8
        and sum(map(str.isalpha, first)) >= 4
    ):
        yield lined_block("heading", text, paragraph, level=2)
        return
    yield lined_block("paragraph", text, paragraph)


def _definition_starts(text: str, lines: Sequence[LineRange]) -> Iterator[int]:
    """Numbers of lines at the left margin where something new begins.

    That is after a blank line, or where a definition follows the body of another; what
    stands right above a definition (a decorator, a comment) belongs to it.
    """
    before = "blank"
    for number, (start, end) in enumerate(lines):
        line = text[start:end]
        if not line.strip():
            before = "blank"
            continue
        margin = not line[0].isspace()
        begins = margin and not _NEVER_BEGINS.match(line)
        if number and begins and (before == "blank" or (before == "body" and _DEFINITION.match(line))):
            yield number
        before = "margin" if begins else "body"


def _code_block(text: str, lines: Sequence[LineRange], language: str) -> Iterator[Block]:
    while lines and not text[slice(*lines[0])].strip():
        lines = lines[1:]
    while lines and not text[slice(*lines[-1])].strip():
        lines = lines[:-1]
    if not lines:
        return
    names: dict[str, None] = {}
    for start, end in lines:
        line = text[start : min(end, start + _LONGEST_DEFINITION)]
        match = _DEFINITION.match(line.lstrip()) or _C_DEFINITION.match(line)
        if match:
            names[match.group(1)] = None
    yield lined_block("code", text, lines, language=language, names=", ".join(list(names)[:40]))
