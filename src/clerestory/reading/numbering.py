"""The numbers and bullets that Word shows before paragraphs and does not store in their text.

In: a document's numbering part, then its paragraphs' list ids and levels in order. Out: the
label of each: "2.1", "b)", "•". Source: ECMA-376 part 1, section 17.9.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clerestory.reading.elements import Element, attribute, child, local, whole

BULLET = "•"
MAX_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Level:
    form: str  # "decimal", "lowerLetter", "bullet", …
    pattern: str  # "%1.%2."
    start: int


@dataclass(slots=True)
class Numbering:
    """Counters of all lists of a document; ``label`` moves them on."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)  # by list id
    lists: dict[str, str] = field(default_factory=dict)  # list id -> what it counts with
    _counts: dict[str, list[int]] = field(default_factory=dict)

    def label(self, list_id: str, depth: int) -> str:
        """The label of the next paragraph of this list at this depth (from 0)."""
        levels = self.levels.get(list_id)
        if levels is None or depth not in levels:
            return BULLET if list_id in self.lists else ""
        counts = self._counts.setdefault(self.lists[list_id], [])
        while len(counts) <= depth:
            missing = levels.get(len(counts))
            counts.append((missing.start if missing else 1) - 1)
        counts[depth] += 1
        for above in range(depth):  # a deeper paragraph that comes first counts its parents as begun
            if counts[above] < 1 and above in levels and levels[above].start > 0:
                counts[above] = levels[above].start
        del counts[depth + 1 :]
        level = levels[depth]
        if level.form == "none":
            return ""
        if level.form == "bullet":
            return BULLET
        text = level.pattern
        for number in range(depth + 1):
            shape = levels[number].form if number in levels else "decimal"
            text = text.replace(f"%{number + 1}", counted(counts[number], shape))
        return text.strip()


def read_numbering(root: Element | None) -> Numbering:
    """The lists of a numbering part."""
    numbering = Numbering()
    abstract: dict[str, dict[int, Level]] = {}
    for one in root if root is not None else ():
        if local(one) == "abstractNum":
            abstract[attribute(one, "abstractNumId")] = _levels(one)
    for one in root if root is not None else ():
        base = child(one, "abstractNumId") if local(one) == "num" else None
        if base is None:
            continue
        identity, shared = attribute(one, "numId"), attribute(base, "val")
        levels = dict(abstract.get(shared, {}))
        own_start = False
        for override in one:
            if local(override) != "lvlOverride":
                continue
            depth = whole(attribute(override, "ilvl"))
            levels.update(_levels(override))
            start = child(override, "startOverride")
            if start is not None and depth in levels:
                own_start = True
                old = levels[depth]
                levels[depth] = Level(old.form, old.pattern, whole(attribute(start, "val"), old.start))
        numbering.levels[identity] = levels
        numbering.lists[identity] = f"num {identity}" if own_start else f"abstract {shared}"
    return numbering


def counted(number: int, form: str) -> str:
    """The number in a list's form."""
    if number < 1 or number > 10_000:
        return str(number)
    match form:
        case "lowerLetter":
            return _letters(number).lower()
        case "upperLetter":
            return _letters(number)
        case "lowerRoman":
            return _roman(number).lower()
        case "upperRoman":
            return _roman(number)
        case "decimalZero":
            return f"{number:02d}"
    return str(number)


def _levels(parent: Element) -> dict[int, Level]:
    levels = {}
    for one in parent:
        depth = whole(attribute(one, "ilvl"), -1) if local(one) == "lvl" else -1
        if 0 <= depth < MAX_LEVEL:
            form, pattern, start = (child(one, name) for name in ("numFmt", "lvlText", "start"))
            levels[depth] = Level(
                attribute(form, "val", "decimal") if form is not None else "decimal",
                attribute(pattern, "val") if pattern is not None else f"%{depth + 1}.",
                whole(attribute(start, "val"), 1) if start is not None else 1,
            )
    return levels


def _letters(number: int) -> str:
    repeat, index = divmod(number - 1, 26)  # a … z, aa, bb, …: as Word counts
    return chr(ord("A") + index) * (repeat + 1)


def _roman(number: int) -> str:
    text = ""
    for value, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        count, number = divmod(number, value)
        text += sign * count
    return text
