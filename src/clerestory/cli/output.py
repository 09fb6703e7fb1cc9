"""Values as JSON for programs and as clean text for terminals.

In: the words of ``types`` and what the library returns. Out: plain dictionaries, and
strings without control characters: text of documents must not steer a terminal.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerestory.errors import ClerestoryError
from clerestory.locators import describe, place, to_fragment
from clerestory.types import (
    Answer,
    CellRange,
    CharRange,
    Citation,
    Hit,
    Locator,
    PageBox,
    Region,
    SearchResult,
    Slide,
    TimeSpan,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# Control characters but newline and tab, the marks that turn the direction of text around, and
# halves of surrogate pairs, as which Python gives bytes of file names that are not UTF-8.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# JSON escapes the first ones itself. Halves of surrogate pairs (names of files) cannot be printed at all.
_STEERING = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """Text that can be printed on a terminal without steering it."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def flat(text: str) -> str:
    """Clean text on one line."""
    return " ".join(clean(text).split())


def file_name(hit: Hit) -> str:
    """The name that people know: of the newest occurrence, else the title."""
    return Path(hit.occurrences[0].path).name if hit.occurrences else hit.title or hit.asset[:12]


def where_words(hit: Hit, locator: Locator | None = None) -> str:
    """The hit's place, or another place in its asset, for people."""
    return flat(describe(file_name(hit), locator or spot(hit)))


def spot(hit: Hit) -> Locator:
    """Where to look: in a recording or video the sentence that answers, else the segment."""
    return hit.focus or hit.segment.locator


def print_json(value: Any) -> None:
    """Readable, and as safe on a terminal as clean text: what would steer it is escaped."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=2)
    click.echo(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def plain(value: Any) -> Any:
    """``value`` as what JSON holds; hits, citations and locators in a flat form that is documented."""
    match value:
        case Hit():
            return _hit(value)
        case Citation():
            return {
                "quote": value.quote,
                "place": describe(file_name(value.hit), value.locator),
                "address": to_fragment(value.hit.asset, value.locator),
                "locator": plain(value.locator),
                "hit": _hit(value.hit),
            }
        case SearchResult():
            return {
                "query": value.query.text,
                "heard": value.heard,
                "hits": [_hit(hit) for hit in value.hits],
                "matched": None if value.matched is None else round(value.matched, 4),
                "closest": [_hit(hit) for hit in value.closest],
                "notes": list(value.notes),
                "seconds": round(value.seconds, 4),
            }
        case Answer():
            return _fields(value)
        case PageBox() | Slide() | Region() | TimeSpan() | CharRange() | CellRange():
            return {"type": type(value).__name__, **_fields(value)}
        case ClerestoryError():
            name = type(value).__name__
            return {"name": name, "what": value.what, "where": value.where, "fix": value.fix}
        case bytes():
            return f"{len(value)} bytes"
        case Path():
            return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _hit(hit: Hit) -> dict[str, Any]:
    segment = hit.segment
    return {
        "place": describe(file_name(hit), spot(hit)),
        "address": to_fragment(hit.asset, spot(hit)),
        "score": round(hit.score, 6),
        "parts": {name: round(value, 6) for name, value in hit.parts.items()},
        "probability": None if hit.probability is None else round(hit.probability, 4),
        "pictures": list(hit.pictures),
        "regions": [plain(region) for region in hit.regions],
        "kind": segment.kind,
        "title": hit.title,
        "context": list(segment.context),
        "caption": segment.caption,
        "text": segment.text,
        "language": segment.language,
        "origin": segment.origin,
        "locator": plain(segment.locator),
        "within": place(segment.locator),
        "focus": None if hit.focus is None else plain(hit.focus),
        "segment": segment.id,
        "asset": hit.asset,
        "media_type": hit.media_type,
        "objects": list(segment.objects),
        "also": list(hit.also),
        "neighbours": [plain(neighbour) for neighbour in hit.neighbours],
        "occurrences": [plain(occurrence) for occurrence in hit.occurrences],
    }


def console(*, err: bool = False) -> Console:
    """A rich console; plain text, unwrapped, where the output is no terminal."""
    from rich.console import Console

    made = Console(stderr=err, highlight=False, emoji=False, markup=False)
    if not made.is_terminal:
        made.width = max(made.width, 120)
    return made


def print_indented(to: Console, text: Text, spaces: int) -> None:
    """Wrapped text with ``spaces`` before each line, and none after."""
    from rich.text import Text

    for line in text.wrap(to, max(20, to.width - spaces)):
        line.rstrip()
        to.print(Text(" " * spaces) + line, soft_wrap=True)


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 file", "1,204 files"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """ "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: float) -> str:
    """Bytes for people: "512 B", "86.6 kB", "1.2 GB"."""
    if count < 1000:
        return f"{count:.0f} B"
    units = ("kB", "MB", "GB", "TB")
    power = min(len(units), (len(str(int(count))) - 1) // 3)
    return f"{count / 1000**power:.1f} {units[power - 1]}"
