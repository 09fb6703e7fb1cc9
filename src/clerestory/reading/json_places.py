"""JSON values with the places they stand at, read without recursion.

In: JSON text. Out: its leaves in order, each with its path, value as text, and range in
the source. Depth is limited only by memory; damage is reported with its position. (The
standard library's reader gives no places and recurses.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r'\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|-?Infinity|NaN)|(true|false|null)|([\[\]{},:]))',
    re.S,
)
_SPACE = re.compile(r"\s*")

Path = tuple[str | int, ...]


class NotJson(ValueError):
    """The text is not JSON; ``position`` says where it stops being so."""

    def __init__(self, position: int) -> None:
        super().__init__(f"not JSON at character {position:,}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that holds no others (an empty list or object too): ``start`` includes its key."""

    path: Path
    value: str
    start: int
    end: int
    quoted: bool = False


def leaves(text: str, start: int = 0, end: int | None = None) -> Iterator[Leaf]:
    """All leaves of the one JSON value in ``text[start:end]``.

    Raises:
        NotJson: at the first thing that does not fit; leaves before it were already given.
    """
    end = len(text) if end is None else end
    path: list[str | int] = []
    closers: list[str] = []
    filled: list[bool] = []  # whether the container has a member yet
    begun: list[int] = []  # where the container (with its key) began
    at, key_start, expect = start, -1, "value"
    while True:
        match = _TOKEN.match(text, at, end)
        if match is None:
            raise NotJson(_SPACE.match(text, at).end())  # type: ignore[union-attr] # always matches
        string, number, word, mark = match.groups()
        token_start = match.start(match.lastindex or 0)
        at = match.end()
        if (expect == "key or end" and mark == "}") or (expect == "value or end" and mark == "]"):
            expect = "end"
        if expect == "end" or (expect == "comma or end" and mark in ("]", "}")):
            if mark != closers[-1]:
                raise NotJson(token_start)
            empty = not filled[-1]
            closers.pop()
            filled.pop()
            where = begun.pop()
            path.pop()
            if empty:
                yield Leaf(tuple(path), "[]" if mark == "]" else "{}", where, at)
        elif expect == "comma or end":
            if mark != ",":
                raise NotJson(token_start)
            key_start = -1
            if closers[-1] == "]":
                path[-1] += 1  # type: ignore[operator] # an index
                expect = "value"
            else:
                expect = "key"
            continue
        elif expect in ("key", "key or end"):
            if string is None:
                raise NotJson(token_start)
            path[-1] = _unquoted(string, token_start)
            filled[-1] = True
            key_start = token_start
            colon = _TOKEN.match(text, at, end)
            if colon is None or colon.group(4) != ":":
                raise NotJson(at)
            at = colon.end()
            expect = "value"
            continue
        elif mark in ("[", "{"):
            if filled:
                filled[-1] = True
            begun.append(key_start if key_start >= 0 else token_start)
            key_start = -1
            closers.append("]" if mark == "[" else "}")
            filled.append(False)
            path.append(0 if mark == "[" else "")
            expect = "value or end" if mark == "[" else "key or end"
            continue
        elif mark is not None:
            raise NotJson(token_start)
        else:
            if filled:
                filled[-1] = True
            value = _unquoted(string, token_start) if string is not None else number or word
            where = key_start if key_start >= 0 else token_start
            yield Leaf(tuple(path), value, where, at, string is not None)
            key_start = -1
        if not closers:
            rest = _SPACE.match(text, at, end)
            if rest is not None and rest.end() < end:
                raise NotJson(rest.end())
            return
        expect = "comma or end"


def path_text(path: Path) -> str:
    """ "people[2].name" """
    parts: list[str] = []
    for step in path:
        parts.append(f"[{step}]" if isinstance(step, int) else f".{step}" if parts else step)
    return "".join(parts)


def _unquoted(string: str, position: int) -> str:
    try:
        return str(json.loads(string, strict=False))
    except ValueError as error:
        raise NotJson(position) from error
